"""The Typer application: its commands, `--version`, and the way from an error to an exit code."""

import atexit
import gc
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from labelstore.cli import (
    asking,
    browsing,
    describing,
    diagnostics,
    history,
    inspecting,
    loading,
    making,
    output,
    places,
    publishing,
    querying,
    reading,
    rejects,
    reporting,
    upgrading,
)
from labelstore.version import __version__


class Commands(TyperGroup):
    """The commands in the order of a first use, each ending in an exit code and never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        with diagnostics.reported():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


for command in (
    loading.load,
    loading.verify,
    reading.get,
    history.history,
    history.diff,
    reading.export,
    querying.query,
    inspecting.schema,
    inspecting.shell,
    reading.stats,
    places.entities,
    places.spans,
    places.geojson,
    asking.ontology,
    asking.answers,
    asking.search,
    asking.index,
    asking.agreement,
    rejects.rejects,
    browsing.browse,
    publishing.publish,
    reporting.report,
    describing.detect,
    upgrading.upgrade,
    making.sample,
    making.demo,
):
    app.command(cls=reading.ExportCommand if command is reading.export else None)(command)


def help_texts() -> dict[str, str]:
    """What `--help` prints for `labelstore` and each of its commands, 100 columns wide."""
    group: Any = typer.main.get_command(app)
    commands = {"labelstore": group} | {f"labelstore {name}": command for name, command in group.commands.items()}
    return {
        name: command.get_help(
            command.context_class(command, info_name=name, terminal_width=100, help_option_names=["-h", "--help"])
        ).rstrip()
        for name, command in commands.items()
    }


def main() -> None:
    """Run the command that `sys.argv` names; exits the interpreter."""
    diagnostics.open_closed_streams()
    atexit.register(_end_soon)
    app(prog_name="labelstore")


def _end_soon() -> None:
    """Let Python leave out its last search for cycles, 30 ms of a command; DuckDB would tell of leaks."""
    if "duckdb" not in sys.modules:
        gc.freeze()
