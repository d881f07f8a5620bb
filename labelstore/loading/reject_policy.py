"""What a load refuses: values that are no records, files of something else, more rejects than the caller admits."""

from bisect import insort
from collections.abc import Callable
from operator import itemgetter
from typing import Any, Protocol

from labelstore.engines.database import Database
from labelstore.errors import InputError, NotAnExport
from labelstore.figures import figure
from labelstore.files import Broken, Record
from labelstore.formats.decoding import Decoded, UnknownRecord
from labelstore.formats.foreign import way_out
from labelstore.json.error_location import located
from labelstore.loading.report import FIRST_REJECTS, FileReport, Options

FRAME_ALONE = "a frame, but nothing says of which label: frames belong into a frames file"
LABEL_ALONE = "no frame, as the records of a frames file are: it has no frameNumber"


class Foreign(Broken, frozen=True):
    """A JSON value that is no record of an export."""


def recognized(item: Record[Any] | Broken) -> Record[Decoded] | Broken:
    """The item, as `Broken` if its decoder found that it cannot be stored: `Foreign` if it is of no export."""
    if isinstance(item, Record) and isinstance(item.value, Exception):
        if isinstance(item.value, UnknownRecord):
            return Foreign(item.position, item.byte_offset, item.raw, str(item.value))
        return Broken(item.position, item.byte_offset, item.raw, located(item.raw, item.value))
    return item


def decoded(item: Record[Any] | Broken, decode: Callable[[bytes], Decoded | Exception]) -> Record[Decoded] | Broken:
    """A record that was only split until now."""
    if isinstance(item, Broken):
        return item
    try:
        return recognized(Record(item.position, item.byte_offset, item.raw, decode(item.raw)))
    except (ValueError, RecursionError) as error:
        return Broken(item.position, item.byte_offset, item.raw, located(item.raw, error))


def refuse_foreign(file: FileReport) -> None:
    """Raise `InputError` for a file that holds JSON of something else and no record at all."""
    if file.foreign and file.rejected == file.records:
        if file.foreign == FRAME_ALONE:
            hint = "load the export that names it, with --frames and the folder of this file"
            raise InputError(file.name, "is a frames file, the frames of one label", hint)
        hint = way_out(file.foreign) or "see what is in it with: labelstore detect"
        raise NotAnExport(file.name, f"is JSON, but no Labelbox export: it holds {file.foreign}", hint)


def refuse_many(file: FileReport, options: Options, item: Broken | None = None) -> None:
    """Raise `InputError` for a file with more rejects, the last of them `item`, than the caller admits."""
    if options.max_rejects is None or file.rejected <= options.max_rejects:
        return
    where = f"record {item.position} at byte {item.byte_offset} cannot be stored ({item.reason})" if item else ""
    many = f"more than {figure(options.max_rejects)} records cannot be stored"
    reason = where if options.max_rejects == 0 and item else many + (f", the last: {where}" if item else "")
    raise InputError(file.name, reason, "nothing of this load was stored")


class Rejects(Protocol):
    """Where the records go that are not stored."""

    def add(self, item: Broken, *, is_noted: bool = False) -> None:
        """Take one; `is_noted` if it is known which labels it tells of."""


class StoredRejects:
    """The rejects of one file, kept in the store. Raises `InputError` where they are more than the caller admits."""

    def __init__(self, database: Database, file: FileReport, options: Options) -> None:
        self._database, self._file, self._options = database, file, options

    def add(self, item: Broken, *, is_noted: bool = False) -> None:
        """Count and keep one; `is_noted` if it is known which labels it tells of."""
        file = self._file
        file.rejected += 1
        if isinstance(item, Foreign):
            file.foreign = file.foreign or item.reason
        elif not is_noted:
            file.unheard += 1
        place = {"position": item.position, "byte_offset": item.byte_offset, "reason": item.reason}
        insort(file.first_rejects, place, key=itemgetter("position"))  # what is no JSON comes before what is looked for
        del file.first_rejects[FIRST_REJECTS:]
        refuse_many(file, self._options, item)
        self._database.execute(
            "insert into rejects values (?, ?, ?, ?, ?)",
            (file.load_id, item.position, item.byte_offset, item.reason, item.raw),
        )


class StillRefused:
    """The positions of rejects that were tried again in vain: the store has them already."""

    def __init__(self) -> None:
        self.positions: set[int] = set()

    def add(self, item: Broken, *, is_noted: bool = False) -> None:
        """Note the position of one."""
        self.positions.add(item.position)
