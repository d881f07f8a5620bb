"""The compiled core is built where a compiler is, and loaded where it fits; elsewhere everything is pure Python."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from labelstore.core import library as core
from labelstore.samples import write
from labelstore.version import __version__
from tests.installing import install
from tools import core as building
from tools import wheels

BUILD = [sys.executable, "-m", "hatchling", "build"]

needs_compiler = pytest.mark.skipif(not building.compiler(), reason="no C compiler")


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where these tests have their library, for which they look anew; the environment says nothing of it."""
    for variable in ("CC", "CFLAGS", "ARCHFLAGS", "LDFLAGS"):
        monkeypatch.delenv(variable, raising=False)
    path = tmp_path / "_core.so"
    monkeypatch.setattr(core, "PATH", path)
    monkeypatch.setattr(core, "_loaded", core._loaded.__wrapped__)
    monkeypatch.delenv(core.SWITCH, raising=False)
    return path


def test_without_a_library_python_does_the_work() -> None:
    assert core.library() is None
    assert core.told() == "pure Python: the core is not compiled"


@needs_compiler
def test_a_library_is_loaded_and_can_be_switched_off(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(building.LIBRARY, built)  # compiled for all tests
    loaded = core.library()
    assert loaded
    assert loaded.core_version() == core.VERSION
    assert core.told() == "compiled core"
    monkeypatch.setenv(core.SWITCH, "1")
    assert core.library() is None
    assert core.told() == "pure Python: LABELSTORE_PURE is set"
    for off in ("0", ""):
        monkeypatch.setenv(core.SWITCH, off)
        assert core.library()


@needs_compiler
def test_a_library_of_another_number_is_not_taken(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(building.LIBRARY, built)
    loaded = core.VERSION
    monkeypatch.setattr(core, "VERSION", 0)
    assert core.library() is None
    assert f"number {loaded}, not 0" in core.told()


def test_a_file_that_is_no_library_is_not_taken(built: Path) -> None:
    built.write_bytes(b"\x7fELF, and no more")
    assert core.library() is None
    assert "cannot be loaded" in core.told()


@needs_compiler
def test_a_library_older_than_its_sources_is_not_taken(built: Path) -> None:
    source = built.with_name("count.h")
    source.touch()
    shutil.copy(building.LIBRARY, built)
    assert not core.is_stale()
    os.utime(built, (1, 1))
    assert core.is_stale()
    assert core.told() == "pure Python: the compiled core is older than its sources"
    assert core.sources() == [source]


def test_a_compiler_that_fails_leaves_what_was_there(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built.write_text("before")
    for command, said in (("no-such-compiler", "No such file"), ("false", "exit code 1")):
        monkeypatch.setenv("CC", command)
        with pytest.raises(building.CompileError, match=said):
            building.compile_core(built)
    assert [path.name for path in built.parent.iterdir()] == [built.name]
    assert built.read_text() == "before"


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_core_compiles_without_a_warning(compiler: str, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    monkeypatch.setenv("CC", compiler)
    monkeypatch.setenv("CFLAGS", "-Wall -Wextra -Werror")
    building.compile_core(built)
    assert core.library()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source distribution of this tree."""
    folder = tmp_path_factory.mktemp("source")
    subprocess.run([*BUILD, "-t", "sdist", "-d", str(folder)], cwd=building.ROOT, check=True, capture_output=True)
    (path,) = folder.iterdir()
    return path


def test_a_source_distribution_has_what_the_core_is_made_of(source: Path) -> None:
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {path.relative_to(building.ROOT) for path in building.LIBRARY.parent.glob("*.[ch]")}
    assert {str(path) for path in wanted} | {"tools/core.py"} <= names
    assert not {name for name in names if name.startswith("labelstore/core/_core")}


@pytest.mark.sampled(4)  # and test_packaging.py installs a wheel with the core
@pytest.mark.parametrize(
    ("variables", "version"),
    [
        ({"PATH": "/nowhere"}, "pure Python: the core is not compiled"),
        ({"CC": "gcc"}, "compiled core"),
        ({"CC": "clang"}, "compiled core"),
        ({core.SWITCH: "1"}, "pure Python: the core is not compiled"),
    ],
    ids=["no compiler", "gcc", "clang", "switched off"],
)
def test_a_source_distribution_can_be_installed(
    variables: dict[str, str], version: str, source: Path, tmp_path: Path
) -> None:
    if not shutil.which(variables.get("CC", "sh")):
        pytest.skip("no such compiler")
    installed = install(source, tmp_path, **variables)
    assert installed.run(installed.command, "--version") == f"labelstore {__version__} ({version})\n"
    off = installed.run(installed.command, "--version", LABELSTORE_PURE="1")
    assert off == f"labelstore {__version__} (pure Python: LABELSTORE_PURE is set)\n"
    files = write(tmp_path / "samples", asset_types=("image", "video"), labels=5)
    names = [file.path for file in files]
    store = tmp_path / "labels.db"
    installed.run(installed.command, "load", store, *names)
    assert "\n  equal       20\n" in installed.run(installed.command, "verify", store, *names)


@needs_compiler
@pytest.mark.sampled(0)
def test_an_editable_installation_has_the_core_beside_its_sources(source: Path, tmp_path: Path) -> None:
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    (checkout,) = tmp_path.iterdir()
    folder = tmp_path / "elsewhere"
    installed = install(checkout, folder, "--editable")
    assert "(compiled core)" in installed.run(installed.command, "--version")
    os.utime(checkout / "labelstore" / "core" / "core.c")
    assert "older than its sources" in installed.run(installed.command, "--version")
    installed.run("env", f"PYTHONPATH={checkout}", installed.python, "-m", "tools.core")
    assert "(compiled core)" in installed.run(installed.command, "--version")


def test_a_build_can_insist_on_the_core(tmp_path: Path) -> None:
    environment = {**os.environ, "CC": "false", core.SWITCH: "0"}
    done = subprocess.run(
        [*BUILD, "-t", "wheel", "-d", str(tmp_path)],
        cwd=building.ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == "labelstore: LABELSTORE_PURE=0 wants the core, which did not compile: false: exit code 1\n"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.sampled(0)
@pytest.mark.parametrize("platform", wheels.TARGETS)
def test_wheels_of_other_platforms_are_made_here(platform: str, tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    wheels.make_wheel(platform, tmp_path)
    (wheel,) = tmp_path.iterdir()
    assert wheel.name == f"labelstore_db-{__version__}-py3-none-{platform}.whl"
    with zipfile.ZipFile(wheel) as archive:
        library = archive.read("labelstore/core/_core.so")
    assert library.startswith(b"\xcf\xfa\xed\xfe" if "macosx" in platform else b"\x7fELF")
