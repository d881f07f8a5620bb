"""The generations of exports, each with the code that the ids of its records end with.

A record id is the number of a record among all of its store and, in its last bits, the code of its generation. The
nodes of a record begin with its id, so the views, too, tell by these bits which of them rebuilds a row.
"""

from collections.abc import Callable
from dataclasses import dataclass

from labelstore.schema.tables import sql_text

CODE_BITS = 4
CODE_MASK = (1 << CODE_BITS) - 1


@dataclass(frozen=True)
class Generation:
    """A generation of exports: its name, its code, and the package whose `generation` has its `RECORDS`.

    `record_is_label` where each record is one label, and goes when that is replaced. `records` are the names of the
    kinds of its records (the column `records.generation`), `pieces` gives the view that writes them back.
    """

    name: str
    code: int
    package: str
    record_is_label: bool
    records: tuple[str, ...]
    pieces: Callable[[], str] | None = None

    @property
    def pieces_view(self) -> str:
        """The view of the pieces of its records."""
        return f"{self.name}_pieces"

    def pieces_text(self) -> str:
        """The statement of that view: a file of `sql/views`, unless the generation makes it itself."""
        return sql_text(f"views/{self.pieces_view}.sql") if self.pieces is None else self.pieces()


GENERATIONS: dict[str, Generation] = {}
_BY_RECORD: dict[str, Generation] = {}


def register(generation: Generation) -> None:
    """Make a generation known. Raises ValueError if its name, its code or a kind of its records is another's."""
    others = [other for other in GENERATIONS.values() if other != generation]
    if generation.code > CODE_MASK or any(generation.code == other.code for other in others):
        raise ValueError(f"{generation.name}: {generation.code} is no code that is free, from 0 to {CODE_MASK}")
    if any(generation.name == other.name or set(generation.records) & set(other.records) for other in others):
        raise ValueError(f"{generation.name}: another generation has this name, or that of a kind of record")
    GENERATIONS[generation.name] = generation
    _BY_RECORD.update(dict.fromkeys(generation.records, generation))


register(Generation("v1", 0, "labelstore.formats.v1", True, ("v1", "frames")))
register(Generation("v2", 1, "labelstore.formats.v2", False, ("v2",)))


def generation_named(record: str) -> Generation:
    """The generation that has records of this kind: v1, frames or v2."""
    return _BY_RECORD[record]


def record_id(number: int, record: str) -> int:
    """The id of the record with this number, of this kind."""
    return number << CODE_BITS | _BY_RECORD[record].code


def generation_in(record_id: int) -> Generation:
    """The generation of a record."""
    code = record_id & CODE_MASK
    return next(generation for generation in GENERATIONS.values() if generation.code == code)


def number_after(record_id: int) -> int:
    """The first number that is free in a store whose highest record id this is; -1 stands for an empty one."""
    return (record_id >> CODE_BITS) + 1


def lowest_id(number: int) -> int:
    """The lowest id that a record with this number, or a higher one, can have."""
    return number << CODE_BITS
