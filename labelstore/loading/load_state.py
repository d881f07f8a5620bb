"""What all files of a load have in common: the store, the options, the numbers that are next, what was noted so far."""

import os
from collections.abc import Iterable
from typing import Any

from labelstore.clock import now
from labelstore.core.library import library
from labelstore.engines.database import Database
from labelstore.loading.label_removal import LabelRemoval
from labelstore.loading.report import FileReport, Options, Report
from labelstore.loading.settling import OwnReplaced
from labelstore.loading.stretches import Shredding
from labelstore.schema.generations import lowest_id, number_after
from labelstore.schema.tables import Row, columns, node_range
from labelstore.version import __version__

_RECORDS_A_CUT = 1000
"""A batch may be cut for so many records that were written."""


class LoadState:
    """The state of one load. Records are numbered by their places in the files."""

    def __init__(self, database: Database, report: Report, options: Options) -> None:
        self.database, self.report, self.options = database, report, options
        highest = int(database.value("select coalesce(max(record_id), -1) from records"))
        self.is_new = highest == -1
        """Whether the store was empty: then no record can be known by its content."""
        self.next_number = number_after(highest)
        """The number in the store of the first record of the next file."""
        self.first_record = lowest_id(self.next_number)
        self.first_load = self.next_load = int(database.value("select coalesce(max(load_id), 0) + 1 from loads"))
        self._started_at = now()
        self.removal = LabelRemoval(database)
        self.own_replaced = OwnReplaced(self.first_load)
        self.pending_frames: list[tuple[str, str]] = []
        """Labels and the files with their frames, which are loaded after the file of the labels."""
        core = library() if database.takes_stretches else None
        self.shredding = None if core is None else Shredding(core)
        """What the compiled core knows, if it does a part of the work."""
        if core is not None:
            database.counters.begin_at(node_range(self.first_record)[0])
        self.cuts_left: float | None = None
        """How many batches may be written before they are full, for a record tells about the same as one in them: with
        more the load is given up by `NeedsStaging`. None for any number.
        """

    def allow_cuts(self, written: int) -> None:
        """Allow more batches that are not full, as records were written."""
        if self.cuts_left is not None:
            self.cuts_left += written / _RECORDS_A_CUT

    def new_file(self, name: str) -> FileReport:
        """The report of the next file; all files of a load have the time of its start, which tells them together."""
        file = FileReport(name, self.next_load, started_at=self._started_at)
        self.next_load += 1
        self.report.files.append(file)
        return file

    def record(self, files: Iterable[FileReport]) -> None:
        """Write the rows of `loads` for files."""
        self.database.insert_rows("loads", [load_row(file) for file in files])

    def note_not_stored(self, label_ids: Iterable[str], project_ids: Iterable[str]) -> None:
        """Note what a record told that is not, or no longer, stored: it is not missing from the files."""
        self.database.note("labels_not_stored", list(dict.fromkeys(label_ids)))
        self.database.note("projects_not_stored", list(dict.fromkeys(project_ids)))

    def finish(self) -> None:
        """Bring the derived tables up to date."""
        self.removal.close_gaps()
        self.database.derive(self.first_record)


def load_row(file: FileReport) -> Row:
    """The row of a file in `loads`."""
    name = os.fsencode(file.name).decode(errors="backslashreplace")
    values: dict[str, Any] = {**vars(file), "file_name": name, "labelstore_version": __version__}
    return tuple(values[column] for column in columns()["loads"])
