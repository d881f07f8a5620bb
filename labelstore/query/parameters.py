"""Values of parameters as people write them: `name=value`.

What looks like a number is a number, unless the query declares a text: `n=5`, `share=0.5`. `007` and whole numbers of
more than 64 bits are text. A value in double quotes is text (`id="123"`), and a name without a value is NULL.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from labelstore.errors import UsageError
from labelstore.schema.canned_queries import Query

_LARGEST = 2**63 - 1


def given(texts: Iterable[str], query: Query | None = None) -> dict[str, Any]:
    """The values by name; with a canned query, in the types of its defaults. Raises `UsageError`."""
    defaults = {parameter.name: parameter.default for parameter in query.parameters} if query else {}
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip().lstrip("$:@")
        if not name.isidentifier():
            raise UsageError(f"{text}: a parameter is written as NAME=VALUE")
        values[name] = _value(name, value, defaults.get(name)) if equals else None
    return values


def _value(name: str, text: str, default: Any) -> Any:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    number = _number(text)
    if isinstance(default, int | float) and not isinstance(default, bool):
        if number is None:
            raise UsageError(f"${name} is a number (it is {default} unless given), not {text!r}")
        return number
    return text if number is None or isinstance(default, str) else number


def _number(text: str) -> int | float | None:
    """The number that the text is as JSON, None for any other text."""
    try:
        value = msgspec.json.decode(text.encode(), type=int | float)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return value if isinstance(value, float) or abs(value) <= _LARGEST else None
