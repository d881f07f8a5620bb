"""The compiled core is found where it was built and fits; without it everything is pure Python."""

import os
import shutil
from pathlib import Path

import pytest

from labelstore.core import library as core
from tools import core as building

needs_compiler = pytest.mark.skipif(not building.compiler(), reason="no C compiler")


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where these tests have their library; they look for it anew."""
    path = tmp_path / "_core.so"
    monkeypatch.setattr(core, "PATH", path)
    monkeypatch.setattr(core, "_loaded", core._loaded.__wrapped__)
    monkeypatch.delenv(core.SWITCH, raising=False)
    return path


def test_without_a_library_python_does_the_work() -> None:
    assert core.library() is None
    assert core.told() == "pure Python (the core is not compiled)"


@needs_compiler
def test_a_library_is_loaded_and_can_be_switched_off(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    building.compile_core(built)
    loaded = core.library()
    assert loaded
    assert loaded.core_version() == core.VERSION
    assert core.told() == "compiled core"
    monkeypatch.setenv(core.SWITCH, "1")
    assert core.library() is None
    assert core.told() == "pure Python (LABELSTORE_PURE is set)"
    for off in ("0", ""):
        monkeypatch.setenv(core.SWITCH, off)
        assert core.library()


@needs_compiler
def test_a_library_of_another_number_is_not_taken(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    building.compile_core(built)
    monkeypatch.setattr(core, "VERSION", 0)
    assert core.library() is None
    assert "number 1, not 0" in core.told()


def test_a_file_that_is_no_library_is_not_taken(built: Path) -> None:
    built.write_bytes(b"\x7fELF, and no more")
    assert core.library() is None
    assert "cannot be loaded" in core.told()


@needs_compiler
def test_a_library_older_than_its_sources_is_not_taken(built: Path) -> None:
    source = built.with_name("count.h")
    source.touch()
    building.compile_core(built)
    assert not core.is_stale()
    os.utime(built, (1, 1))
    assert core.is_stale()
    assert core.told() == "pure Python (the compiled core is older than its sources)"
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
    monkeypatch.setenv("CFLAGS", "-Wall -Wextra -Werror -pedantic")
    building.compile_core(built)
    assert core.library()
