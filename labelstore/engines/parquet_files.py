"""Names of Parquet files in SQL of DuckDB."""

import re
from collections.abc import Sequence


def listed(paths: Sequence[str]) -> str:
    """Files as DuckDB takes them, which would look for others where a name has the marks of a pattern."""
    return f"[{', '.join(quoted(literal(path)) for path in paths)}]"


def literal(path: str) -> str:
    """The pattern that means this path and no other."""
    return re.sub(r"[*?[]", r"[\g<0>]", path)


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"
