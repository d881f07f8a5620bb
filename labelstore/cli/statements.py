"""SQL from the command line, a file or standard input."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from labelstore.errors import InputError

if TYPE_CHECKING:
    from labelstore.engines.limits import Limits

_HINT = "name a file with SQL after @"


def statement(sql: str, limits: "Limits") -> str:
    """The SQL that an argument stands for: itself, the file after @, or for "-" standard input. Raises `InputError`."""
    if sql == "-":
        return _read(sys.stdin.buffer, "-", limits)
    if not sql.startswith("@"):
        return sql
    try:
        with Path(sql[1:]).open("rb") as file:
            return _read(file, sql[1:], limits)
    except OSError as error:
        raise InputError(sql[1:], f"cannot be read ({error.strerror})", _HINT) from None


def _read(file: BinaryIO, name: str, limits: "Limits") -> str:
    """The SQL in a file, which may be one without end."""
    from labelstore.engines.limits import size

    text = file.read(limits.statement + 1)
    if len(text) > limits.statement:
        reason = f"is longer than {size(limits.statement)}, which no SQL may be"
        raise InputError(name, reason, f"{_HINT}; values are given with -p")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, f"is not UTF-8 text ({error.reason})", _HINT) from None
