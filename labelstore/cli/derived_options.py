"""Options of a command that come from a declaration: those of the filters of labels, and of the choices of exports."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from inspect import Parameter, signature
from itertools import chain
from typing import Annotated, Any

import typer

from labelstore.cli import completion
from labelstore.cli.completion import filter_values
from labelstore.export.choices import CHOICES, FILTERED, Choices, option_of
from labelstore.query.filters.registry import FILTERS, Filter


def filter_options(names: Sequence[str] = tuple(FILTERS)) -> list[Parameter]:
    """A repeatable option for each filter of labels, called by its keyword."""
    return [_option(FILTERS[name]) for name in names]


def _option(one: Filter) -> Parameter:
    metavar = one.form.metavar or one.name.upper()
    told = typer.Option(
        one.option,
        metavar=metavar,
        help=f"Only labels {one.help}.",
        show_default=False,
        autocompletion=filter_values(one),
    )
    kind: Any = list[str] | None
    return Parameter(one.keyword, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, told])


_STORED = {"project": completion.projects, "classes": completion.classes, "question": completion.questions}


def _completion(name: str, values: tuple[str, ...]) -> Any:
    """What the shell completes for a choice; None where it takes any text."""

    def known() -> list[str]:
        return list(values)

    return known if values else _STORED.get(name)


def choice_options(names: Collection[str]) -> list[Parameter]:
    """An option for each of these choices of exports, then one for each of the filters among them."""
    found = []
    for one in fields(Choices):
        if one.name not in CHOICES or one.name not in names:
            continue
        choice = CHOICES[one.name]
        values = "|".join(choice.values)
        many = isinstance(one.default, tuple)
        kind: Any = list[str] if many else int if one.type in (int, int | None) else str
        told = None if one.default in (None, ()) else str(one.default)
        option = typer.Option(
            option_of(one.name),
            metavar=choice.metavar or values,
            help=choice.help + (f"  [default: {told}]" if told else ""),
            show_default=False,
            autocompletion=_completion(one.name, choice.values),
        )
        found.append(
            Parameter(one.name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option])
        )
    return [*found, *filter_options([one.name for keyword, one in FILTERED.items() if keyword in names])]


def take(command: Callable[..., None], described: Callable[..., None], options: Sequence[Parameter]) -> None:
    """Let Typer see in `command` the text and parameters of `described`, with these options in place of its `**`."""
    told = signature(described, eval_str=True)
    plain = [one for one in told.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    command.__doc__ = described.__doc__
    command.__signature__ = told.replace(parameters=[*plain, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in chain(plain, options)}
