"""Calls that cannot be meant: the store in another place than the first, and names that are empty."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labelstore.cli.session_store import names_store
from labelstore.errors import UsageError

_MAY_BE_EMPTY = ("SQL", "TEXT", "NAME=VALUE", "WORDS...", "N", "SECONDS", "PORT", "LOAD")
"""Metavars of what may be no text at all, such as a title, or what is told in other words."""


def check_call(command: str, params: list[Any], values: Mapping[str, Any]) -> None:
    """Raise `UsageError` for values that were given, by the names of parameters, and cannot be meant."""
    for param in params:
        if param.metavar not in _MAY_BE_EMPTY and "" in _texts(values.get(param.name)):
            name = str(param.metavar).strip(".") if param.param_type_name == "argument" else param.opts[0]
            raise UsageError(f"{name} is empty, as a variable that is not set; name a {_noun(param)}")
    given = [param for param in params if param.param_type_name == "argument" and values.get(param.name)]
    if given and str(given[0].metavar).startswith("DB"):
        _check_order(command, given, values)


def _check_order(command: str, given: list[Any], values: Mapping[str, Any]) -> None:
    """Raise `UsageError` where the store is not the first argument but another one."""
    first = values[given[0].name]
    is_file = Path(first).is_file()
    if names_store(first) or (is_file and given[0].metavar != "DB"):  # of a command that also compares files
        return
    for param in given[1:]:
        for other in _texts(values[param.name]):
            if names_store(other) if is_file and param.metavar == "FILE..." else _is_store(other):
                rest = [text for one in given for text in _texts(values[one.name]) if text != other]
                shown = shlex.join([command, other, *rest])
                raise UsageError(f"{other} is the store, so it comes first: labelstore {shown}")


def _is_store(word: str) -> bool:
    from labelstore.engines import is_store

    return is_store(word)


def _texts(value: Any) -> Iterator[str]:
    for text in [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []:
        if isinstance(text, str):
            yield text


def _noun(param: Any) -> str:
    """`store` for DB, `folder` for DIR, `load` for LOAD."""
    word = str(param.metavar or "value").partition("|")[0].strip(".[]").replace("_", " ").lower()
    return {"db": "store", "dir": "folder", "out": "file", "id": "label"}.get(word, word)
