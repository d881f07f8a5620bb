"""Whether JSON texts say the same, by the compiled core (labelstore/core/equality.c): surely, or left to Python."""

from collections.abc import Sequence
from ctypes import CDLL, c_char, c_char_p, c_int, c_size_t, c_void_p
from functools import cache
from typing import Any


def same(core: CDLL, expected: bytes, found: bytes) -> bool:
    """Whether both surely say the same record, and `expected` has no key twice in an object."""
    return bool(_declared(core).core_same(expected, len(expected), found, len(found)))


def same_each(core: CDLL, expected: Sequence[bytes], pieces: bytes) -> list[bool]:
    """The same of each text and its record, of as many records whose joined pieces these are.

    All are False where `pieces` hold more or fewer records, or no JSON. Other threads run meanwhile.
    """
    count = len(expected)
    texts, sizes = (c_char_p * count)(*expected), (c_size_t * count)(*map(len, expected))
    verdicts = (c_char * count)()
    _declared(core).core_same_each(texts, sizes, count, pieces, len(pieces), verdicts)
    return [verdict != 0 for verdict in verdicts.raw]


@cache
def _declared(core: CDLL) -> Any:
    """The library, which knows from now on what its functions take."""
    core.core_same.argtypes = (c_char_p, c_size_t, c_char_p, c_size_t)
    core.core_same.restype = c_int
    core.core_same_each.argtypes = (c_void_p, c_void_p, c_size_t, c_char_p, c_size_t, c_void_p)
    core.core_same_each.restype = c_size_t
    return core
