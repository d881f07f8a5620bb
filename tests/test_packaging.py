"""A wheel built from this tree, installed elsewhere, loads a file and finds its SQL."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import NamedTuple

import pytest

from labelstore.samples import write
from labelstore.version import __version__

ROOT = Path(__file__).resolve().parent.parent


class Installed(NamedTuple):
    """A clean environment with the wheel in it."""

    python: Path
    command: Path
    folder: Path

    def run(self, *command: str | Path) -> str:
        """The standard output of a command run outside the checkout, with nothing of it on the path."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own; the dependencies are those of this one, by a path file."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False)
    scripts = Path(sysconfig.get_path("scripts", "venv", {"base": str(folder / "venv")}))
    python = scripts / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder / "venv")}))
    dependencies = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "dependencies.pth").write_text("\n".join(sorted(dependencies)))
    return Installed(python, scripts / "labelstore", folder)


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
    assert names == sql | code | pages | {"labelstore/py.typed"}


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
