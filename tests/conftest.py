"""Settings of all tests."""

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from labelstore.core.library import PATH, is_stale, is_switched_off, told
from labelstore.engines import open_database
from labelstore.engines.duckdb import DuckdbDatabase
from labelstore.engines.sqlite import SqliteDatabase
from tests import soaking
from tests.browser import chromium, playwright, watched, without_script  # noqa: F401 - fixtures; imported by modules, each would start a browser
from tools.core import CompileError, compile_core, compiler

MADE: dict[Any, Any] = {database: database.__init__ for database in (SqliteDatabase, DuckdbDatabase)}

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # run in the background: the commands under test would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

for variable in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "LABELSTORE_DB"):  # they change what commands do
    os.environ.pop(variable, None)


sys.dont_write_bytecode = False  # else every process of the tests compiles all that it imports, and they are hundreds
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    soaking.configure(config)
    if not hasattr(config, "workerinput"):  # once, before the processes of pytest-xdist
        _compile_core()


def _compile_core() -> None:
    """No test meets a core that is older than its sources."""
    if not is_switched_off() and compiler() and (is_stale() or not PATH.exists()):
        try:
            compile_core()
        except CompileError as error:
            raise pytest.UsageError(f"labelstore/core: {error}") from error


def pytest_report_header() -> str:
    return f"labelstore ({told()})"


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_configure_node(node: Any) -> None:
    soaking.tell(node)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    soaking.mark(config, items)


def pytest_collection_finish() -> None:
    gc.freeze()  # thousands of tests are no garbage: nothing looks for it among them any more


@pytest.fixture(scope="session", autouse=True)
def _copied_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new store is a copy of an empty one: to make tables and views each time took a quarter of the tests' time."""
    folder = tmp_path_factory.mktemp("empty")
    with pytest.MonkeyPatch.context() as patch:
        for name, database in (("empty.db", SqliteDatabase), ("empty.duckdb", DuckdbDatabase)):
            open_database(folder / name, create=True).close()
            _copy(patch, database, folder / name)
        yield


def _copy(patch: pytest.MonkeyPatch, database: Any, empty: Path) -> None:
    made = MADE[database]

    def opened(self: Any, path: Path, *, create: bool = False, read_only: bool = False, **more: Any) -> None:
        if create and not path.exists():
            with suppress(OSError):  # the engine fails too, and says so in its own way
                shutil.copyfile(empty, path)
        made(self, path, create=create, read_only=read_only, **more)

    patch.setattr(database, "__init__", opened)


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test of another schema: its stores are made, not copied."""
    for database, made in MADE.items():
        monkeypatch.setattr(database, "__init__", made)
