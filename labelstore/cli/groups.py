"""Commands that are imported when they are asked for: a module of a package is one, a package in it a group of them."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperGroup

from labelstore.cli import diagnostics
from labelstore.cli.command import Command, uncoerced
from labelstore.cli.help_pages import HelpContext, readable

STYLE: Any = {"rich_markup_mode": None, "pretty_exceptions_enable": False}
COMPLETE = "_LABELSTORE_COMPLETE"
"""Set by a shell that completes a command."""


class LazyCommands(Mapping[str, Any]):
    """The commands of a package by name. Each is imported when it is asked for."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package.__name__
        self._names = tuple(module.name for module in iter_modules(package.__path__))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return _command(self._package, name)

    def module(self, name: str) -> ModuleType:
        """The module of a command, or the package of a group."""
        return _module(self._package, name)


@cache
def _command(package: str, name: str) -> Any:
    module = _module(package, name)
    if hasattr(module, "__path__"):
        return CommandGroup.of(name, module)
    alone = typer.Typer(**STYLE, add_completion=False)
    alone.command(name, cls=getattr(module, "COMMAND", Command))(getattr(module, name))
    return typer.main.get_command(alone)


def _module(package: str, name: str) -> ModuleType:
    return import_module(f"{package}.{name}")


def every_command(group: Any) -> dict[str, Any]:
    """The commands of a group by name, those of a group in it as `lake query` after it."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = every_command(command) if isinstance(command, TyperGroup) else {}
        found |= {name: command} | {f"{name} {other}": one for other, one in inner.items()}
    return found


class CommandGroup(TyperGroup):
    """Some commands, one line each in its help."""

    context_class = HelpContext

    @classmethod
    def of(cls, name: str, package: ModuleType) -> "CommandGroup":
        """The group whose commands are the modules of a package, which has its `HELP`."""
        group = cls(name=name, help=package.HELP, rich_markup_mode=None)
        group.commands = LazyCommands(package)  # type: ignore[assignment]
        return group

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Print the help where there is nothing to do."""
        if not args and not ctx.resilient_parsing:
            diagnostics.tell(self.get_help(ctx))
            raise typer.Exit(diagnostics.WRONG_USAGE)
        with uncoerced(self.get_params(ctx) if ctx.resilient_parsing else []):
            return super().parse_args(ctx, args)

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first line of the help, whole."""
        return str(self.help).strip().partition("\n")[0]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands, or the options before one; their help, for which all are imported, if the shell shows it."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from labelstore.cli.shells import completion_item

        names = [name for name in self.commands if name.startswith(incomplete)]
        shows_help = os.environ.get(COMPLETE) != "complete_bash"
        return [completion_item(name, self.commands[name].get_short_help_str() if shows_help else "") for name in names]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, then the options before one."""
        self.format_commands(ctx, formatter)
        records = [(param, param.get_help_record(ctx)) for param in self.get_params(ctx)]
        with formatter.section("Options"):
            formatter.write_dl([readable(param, *record) for param, record in records if record])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one line a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str()) for name, command in self.commands.items()])
