"""The Typer application: a command for each module of `commands`, `--version`, and errors as exit codes."""

import atexit
import gc
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from labelstore.cli import commands, diagnostics, output
from labelstore.cli.command import Command
from labelstore.cli.sections import Section
from labelstore.version import __version__


class LazyCommands(Mapping[str, Any]):
    """The commands by name. Each is imported when it is asked for."""

    def __init__(self) -> None:
        self._names = tuple(module.name for module in iter_modules(commands.__path__))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return _command(name)


@cache
def _command(name: str) -> Any:
    alone = typer.Typer(**_STYLE, add_completion=False)
    module = _module(name)
    alone.command(name, cls=getattr(module, "COMMAND", Command))(getattr(module, name))
    return typer.main.get_command(alone)


def _module(name: str) -> ModuleType:
    return import_module(f"{commands.__name__}.{name}")


class Group(TyperGroup):
    """All commands, listed by section, each ending in an exit code and never in a traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands: Any = LazyCommands()

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one line a command, below the name of its section."""
        longest = max(map(len, self.commands))
        for section in Section:
            lines = [
                (name.ljust(longest), command.get_short_help_str(formatter.width - 6 - longest))
                for name, command in self.commands.items()
                if _module(name).SECTION is section
            ]
            with formatter.section(section.value):
                formatter.write_dl(lines)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error becomes one line and an exit code."""
        with diagnostics.reported():
            return super().invoke(ctx)


_STYLE: Any = {"rich_markup_mode": None, "pretty_exceptions_enable": False}
_HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(cls=Group, no_args_is_help=True, context_settings=_HELP, **_STYLE)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.write(f"labelstore {__version__}\n")
        raise typer.Exit


@app.callback()
def labelstore(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Load Labelbox exports into SQLite or DuckDB, query them, and get every label back.

    \b
    Examples:
      labelstore demo
      labelstore load labels.db export.json
      labelstore query labels.db "select name, count(*) from objects group by name"
    """


def help_texts() -> dict[str, str]:
    """What `--help` prints for `labelstore` and each of its commands, 100 columns wide."""
    group: Any = typer.main.get_command(app)
    named = {"labelstore": group} | {f"labelstore {name}": command for name, command in group.commands.items()}
    return {
        name: command.get_help(command.context_class(command, info_name=name, terminal_width=100, **_HELP)).rstrip()
        for name, command in named.items()
    }


def main() -> None:
    """Run the command that `sys.argv` names; exits the interpreter."""
    diagnostics.open_closed_streams()
    atexit.register(_end_soon)
    app(prog_name="labelstore")


def _end_soon() -> None:
    """Let Python leave out its last search for cycles, 30 ms of a command; DuckDB would report leaks."""
    if "duckdb" not in sys.modules:
        gc.freeze()
