"""`help`: what a command does and which options it has."""

from typing import Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.completion import commands, subcommands
from labelstore.cli.sections import Section
from labelstore.errors import UsageError

SECTION = Section.START


def help(
    ctx: typer.Context,
    command: Annotated[
        str | None,
        typer.Argument(metavar="COMMAND", help="A command; without one, all are listed.", autocompletion=commands),
    ] = None,
    inner: Annotated[
        str | None,
        typer.Argument(metavar="SUBCOMMAND", help="A command of a group such as lake.", autocompletion=subcommands),
    ] = None,
) -> None:
    """Explain a command, as its --help does, or list all.

    \b
    Examples:
      labelstore help
      labelstore help load
      labelstore help lake query
    """
    told: Any = ctx.find_root()
    for name in (command, inner):
        if name is not None:
            wanted = _named(told.command, name)
            told = wanted.context_class(wanted, info_name=name, parent=told)
    output.write(f"{told.get_help()}\n")


def _named(group: Any, name: str) -> Any:
    """The command of a group. Raises `UsageError`."""
    from labelstore.schema.suggestions import did_you_mean

    known = getattr(group, "commands", {})
    if name not in known:
        hint = did_you_mean(name, known) or "list them with: labelstore help"
        raise UsageError(f"{name}: no command has this name; {hint}")
    return known[name]
