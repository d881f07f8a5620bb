"""Options of a command that come from a declaration, such as those of the filters of labels."""

from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from itertools import chain
from typing import Annotated, Any

import typer

from labelstore.cli.completion import filter_values
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


def take(command: Callable[..., None], described: Callable[..., None], options: Sequence[Parameter]) -> None:
    """Let Typer see in `command` the text and parameters of `described`, with these options in place of its `**`."""
    told = signature(described, eval_str=True)
    plain = [one for one in told.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    command.__doc__ = described.__doc__
    command.__signature__ = told.replace(parameters=[*plain, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in chain(plain, options)}
