"""`help`: what a command does and which options it has."""

from typing import Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.completion import commands
from labelstore.cli.sections import Section
from labelstore.errors import UsageError

SECTION = Section.START


def help(
    ctx: typer.Context,
    command: Annotated[
        str | None,
        typer.Argument(metavar="COMMAND", help="A command; without one, all are listed.", autocompletion=commands),
    ] = None,
) -> None:
    """Explain a command, as its --help does, or list all.

    \b
    Examples:
      labelstore help
      labelstore help load
    """
    from labelstore.schema.suggestions import did_you_mean

    root: Any = ctx.find_root()
    if command is None:
        output.write(f"{root.get_help()}\n")
        return
    known = root.command.commands
    if command not in known:
        hint = did_you_mean(command, known) or "list them with: labelstore help"
        raise UsageError(f"{command}: no command has this name; {hint}")
    wanted = known[command]
    output.write(f"{wanted.get_help(wanted.context_class(wanted, info_name=command, parent=root))}\n")
