"""The end of a stretch's way: its rows are inserted as they are, counted by the core that made them."""

from labelstore.counting.compiled import CoreCounts
from labelstore.loading.load_state import LoadState
from labelstore.loading.record_writer import add_core_counts
from labelstore.loading.report import FileReport
from labelstore.loading.stretches import Stretch


class StretchWriter:
    """Writes rows that the compiled core made. What it counted is in the store, and reported, after `flush`."""

    def __init__(self, state: LoadState) -> None:
        self._state = state
        self._counts: CoreCounts | None = None
        self.has_written = False

    def add(self, stretch: Stretch, file: FileReport) -> None:
        """Write the rows made of records that are new, and unlike all that wait."""
        made = len(stretch.rows.made)
        if not made:
            return
        self.has_written = True
        self._state.allow_cuts(made)
        file.added += made
        file.generation = file.generation or stretch.generation
        database = self._state.database
        if not self._state.is_new:
            database.counters.touch(stretch.ids[1])
        database.insert_stretch(stretch.rows)
        counts = self._counting()
        counts.add(stretch.rows)
        if counts.is_large():
            self.flush()

    def flush(self) -> None:
        """Write what was counted."""
        counts, self._counts = self._counts, None
        if counts is not None:
            self._state.database.counters.insert(counts)
            add_core_counts(self._state.report, counts)

    def _counting(self) -> CoreCounts:
        if self._counts is None:
            assert self._state.shredding is not None
            self._counts = CoreCounts(self._state.shredding.core)
        return self._counts
