"""What a record claims to be the only one about, in a load: the programs of the core say the same (`Code.claim`)."""

from collections.abc import Iterator
from typing import Any, Final

from labelstore.formats.decoding import Decoded
from labelstore.formats.record_kinds import record_kind

LINE: Final = "v2 "
"""Before the identity of a line of v2."""
GIVES: Final = "gives "
"""Before the data row by which labels of a record get ids of ours."""


def claims(record: Decoded) -> Iterator[str]:
    """The ids of its labels, and what else it is about."""
    struct: Any = type(record)
    kind = record_kind(struct)
    yield from kind.label_ids(record)
    if kind.name == "v2":
        yield LINE + kind.identity(record)
    gives = kind.gives_ids(record)
    if gives is not None:
        yield GIVES + gives
