"""A wheel built from this tree, installed elsewhere, loads a file and finds its SQL."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from labelstore.core.library import is_switched_off
from labelstore.samples import write
from labelstore.version import __version__
from tests.installing import Installed, install
from tools.core import compiler

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(wheel, tmp_path_factory.mktemp("elsewhere"))


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_wheel_holds_the_package_and_its_sql(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    sql = {f"labelstore/sql/{path.relative_to(ROOT / 'sql')}" for path in (ROOT / "sql").rglob("*.sql")}
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "labelstore").rglob("*.py")}
    pages = {
        str(path.relative_to(ROOT))
        for kind in ("css", "html", "js")
        for path in (ROOT / "labelstore").rglob(f"*.{kind}")
    }
    assert sql
    assert pages
    core = {"labelstore/core/_core.so"} if compiler() and not is_switched_off() else set()
    assert names == sql | code | pages | core | {"labelstore/py.typed"}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    facts = metadata(wheel)
    assert (facts["Name"], facts["Version"]) == ("labelstore-db", __version__)
    assert facts["License-Expression"] == "Apache-2.0"
    assert facts["Requires-Python"] == ">=3.11"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(facts.get_all("Provides-Extra", [])) == project["optional-dependencies"].keys()
    needed = {name for name in facts.get_all("Requires-Dist", []) if "extra ==" not in name}
    assert {re.split(r"[^\w-]", name)[0] for name in needed} == {
        re.split(r"[^\w-]", name)[0] for name in project["dependencies"]
    }


def test_the_readme_of_the_wheel_leads_nowhere_else(wheel: Path) -> None:
    """A package index has no files of the repository: no links to them, no pictures."""
    readme = str(metadata(wheel).get_payload())
    assert "labelstore demo" in readme
    assert re.findall(r"\]\((?!https:)[^)]*\)|!\[|<(?:a|img)\b", readme) == []


def test_the_package_comes_from_the_wheel(installed: Installed) -> None:
    shown = installed.run(
        installed.python,
        "-c",
        "import labelstore.schema.tables as rows; print(rows.__file__); print(len(rows.columns()))",
    ).splitlines()
    assert Path(shown[0]).is_relative_to(installed.folder / "venv")
    assert int(shown[1]) > 30


@pytest.mark.parametrize("store", ["labels.db", "labels.duckdb"])
def test_the_installed_command_loads_and_gives_back_a_file(installed: Installed, store: str, tmp_path: Path) -> None:
    (sample,) = write(tmp_path / "samples", generations=("v1",), asset_types=("image",), labels=20)
    path = tmp_path / store
    report = json.loads(installed.run(installed.command, "load", path, sample.path, "--json"))
    assert report["records"] == report["added"] == 20
    installed.run(installed.command, "verify", path, sample.path)
    wanted = json.loads(sample.path.read_text(encoding="utf-8"))[0]
    assert json.loads(installed.run(installed.command, "get", path, wanted["ID"])) == wanted


def test_the_installed_python_interface_works(installed: Installed, tmp_path: Path) -> None:
    (sample,) = write(tmp_path / "samples", generations=("v2",), asset_types=("text",), labels=5)
    code = (
        "import sys, labelstore\n"
        "with labelstore.open(sys.argv[1]) as store:\n"
        "    store.load([sys.argv[2]])\n"
        "    print(next(iter(store.query('select count(*) as n from records')))['n'])\n"
        "print(labelstore.__version__)\n"
    )
    shown = installed.run(installed.python, "-c", code, tmp_path / "labels.db", sample.path)
    assert shown.split() == ["5", __version__]
