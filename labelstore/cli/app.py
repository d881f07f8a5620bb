"""The Typer application: a command for each module of `commands`, `--version`, and errors as exit codes."""

import atexit
import gc
import os
import sys
from typing import Annotated, Any

import typer

from labelstore.cli import commands, diagnostics, output
from labelstore.cli.colors import colored
from labelstore.cli.command import SESSION_STORE
from labelstore.cli.groups import COMPLETE, STYLE, CommandGroup, LazyCommands, every_command
from labelstore.cli.help_pages import WIDEST
from labelstore.cli.sections import Section
from labelstore.cli.session_store import VARIABLE
from labelstore.core.library import SWITCH, told
from labelstore.version import __version__

ENVIRONMENT = {
    VARIABLE: "The store of every command that names no other one as DB.",
    "NO_COLOR": "No colors, even on a terminal; FORCE_COLOR: colors everywhere.",
    SWITCH: "1 leaves the compiled core alone: all is pure Python.",
}
"""Variables that change what all commands do."""


class Group(CommandGroup):
    """All commands, listed by section, each ending in an exit code and never in a traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands: Any = LazyCommands(commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command, or answer a shell that completes one."""
        if COMPLETE in os.environ:
            from labelstore.cli import shells

            shells.register()  # here, as Typer puts its own in their place before
        return super().main(*args, **kwargs)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the options before the command; a mistake in them ends like every other."""
        with diagnostics.reported():
            return super().make_context("labelstore", args, parent, **{"color": colored(sys.stdout), **extra})

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, the options before a command, and what the environment says."""
        super().format_options(ctx, formatter)
        with formatter.section("Environment"):
            formatter.write_dl(list(ENVIRONMENT.items()))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one line a command, below the name of its section."""
        longest = max(map(len, self.commands))
        for section in Section:
            lines = [
                (name.ljust(longest), command.get_short_help_str())
                for name, command in self.commands.items()
                if self.commands.module(name).SECTION is section
            ]
            with formatter.section(section.value):
                formatter.write_dl(lines)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error becomes one line and an exit code."""
        with diagnostics.reported(lambda: ctx.meta.get(SESSION_STORE)):
            return super().invoke(ctx)


HELP = {"help_option_names": ["-h", "--help"], "max_content_width": WIDEST + 2}  # of which Click leaves 2 free

app = typer.Typer(cls=Group, context_settings=HELP, **STYLE)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.write(f"labelstore {__version__} ({told()})\n")
        raise typer.Exit


@app.callback()
def labelstore(
    version: Annotated[
        bool,
        typer.Option(
            "-V",
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version, and whether the core is compiled.",
        ),
    ] = False,
) -> None:
    """Load Labelbox exports into SQLite or DuckDB, query them, and get every label back.

    \b
    Examples:
      labelstore demo
      labelstore load labels.db export.json
      labelstore query labels.db "select name, count(*) from objects group by name"
    """


def help_texts(width: int = WIDEST) -> dict[str, str]:
    """What `--help` prints for `labelstore` and each of its commands, in that many columns.

    In color where standard output shows colors.
    """
    group: Any = typer.main.get_command(app)
    named = {"labelstore": group} | {f"labelstore {name}": command for name, command in every_command(group).items()}
    return {
        name: command.get_help(command.context_class(command, info_name=name, terminal_width=width, **HELP)).rstrip()
        for name, command in named.items()
    }


_PATIENCE = 2.0
"""Seconds that a shell waits for completions, such as of a store that another process has locked."""


def main() -> None:
    """Run the command that `sys.argv` names; exits the interpreter."""
    diagnostics.open_closed_streams()
    if COMPLETE in os.environ:
        _answer_soon()
    atexit.register(_end_soon)
    app(prog_name="labelstore")


def _answer_soon() -> None:
    from threading import Timer

    given_up = Timer(_PATIENCE, os._exit, (0,))
    given_up.daemon = True
    given_up.start()


def _end_soon() -> None:
    """Let Python leave out its last search for cycles, 30 ms of a command; DuckDB would report leaks."""
    if "duckdb" not in sys.modules:
        gc.freeze()
