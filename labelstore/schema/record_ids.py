"""Record ids: the number of a record among all of its store and, in the last bits, the generation of its export.

The nodes of a record begin with its id, so the views, too, tell by these bits which of them rebuilds a row.
"""

_CODE_BITS = 1
_CODES = {"v1": 0, "frames": 0, "v2": 1}
"""Frames files belong to labels of v1, and the same views rebuild them."""
_GENERATIONS = {code: generation for generation, code in reversed(_CODES.items())}


def record_id(number: int, generation: str) -> int:
    """The id of the record with this number, of a generation as `generation_of` names it."""
    return number << _CODE_BITS | _CODES[generation]


def generation_in(record_id: int) -> str:
    """The generation of whose views a record comes: v1 (for frames, too) or v2."""
    return _GENERATIONS[record_id & (1 << _CODE_BITS) - 1]


def number_after(record_id: int) -> int:
    """The first number that is free in a store whose highest record id this is; -1 stands for an empty one."""
    return (record_id >> _CODE_BITS) + 1


def lowest_id(number: int) -> int:
    """The lowest id that a record with this number, or a higher one, can have."""
    return number << _CODE_BITS
