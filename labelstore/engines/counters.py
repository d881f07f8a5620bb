"""The counters of a store: kept up with what is inserted and removed, and settled at the end of a load."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from labelstore.counting import (
    COUNTED,
    MOST_PAIRED,
    Amounts,
    Count,
    CountedLabel,
    CountedRows,
    Counts,
    Feature,
    Group,
    Times,
    rows_of_records,
    rows_put_away,
)
from labelstore.schema.tables import NODE_BITS, NodeRange, Part, Row, Rows, columns, node_column, node_range, sql_text

if TYPE_CHECKING:
    from labelstore.counting.compiled import CoreCounts
    from labelstore.engines.database import Database

_APART = ("counts", "unpaired_classes")
"""The tables with rows of single labels."""
_TOGETHER = 1_000
"""Records whose rows are read together."""
_LABELS_TOGETHER = 200
_RECORDS_AFTER = f"select node_id from records where node_id > ? order by node_id limit {_TOGETHER}"
_COLUMNS = (*Group._fields, "role", *Feature._fields)
"""The columns of `counts` that say what is counted, without the grain."""
_LABELS = (
    "select l.node_id, l.label_id, l.project_id, r.asset_type, l.skipped, l.model_run_id, l.created_at, l.updated_at"
    " from labels as l join records as r on r.record_id = l.record_id"
)

_NO_GROUP = (None, None, None)

_Key = tuple[Group, str, Feature]


class Counters:
    """What one connection to a store adds to its counters and takes away."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._begin()

    def _begin(self) -> None:
        self._counts: Counts | None = None
        self._first_new: int | None = None
        """The first node of what this connection inserts."""
        self._apart: set[str] = set()
        """Labels that have counts of their own."""
        self._touched: set[str] = set()
        """Labels that have or get them, of which something was added or taken away."""
        self._lost: dict[_Key, Times] = {}
        self._is_summed = True

    @property
    def _counting(self) -> Counts:
        if self._counts is None:
            self._counts = Counts()
            if self._first_new is None:
                highest = int(self._database.value("select coalesce(max(record_id), -1) from records"))
                self.begin_at(node_range(highest + 1)[0])
        return self._counts

    def begin_at(self, node: int) -> None:
        """Take what is there from this node on for what this connection inserts, though others wrote it."""
        self._first_new = node
        sql = " union ".join(f"select label_id from {table} where label_id is not null" for table in _APART)
        self._apart = {row[0] for row in self._database.query(sql).rows}

    def bring(self, touched: Iterable[str]) -> None:
        """Sum up rows of counts that were inserted beside this; `touched` are labels to count by themselves."""
        self._touched.update(touched)
        self._is_summed = False

    def touch(self, label_ids: Iterable[str]) -> None:
        """Have labels that are inserted beside this counted by themselves, if they are already."""
        self._touched |= self._apart.intersection(label_ids)

    def insert(self, counts: "CoreCounts") -> None:
        """Add what the core counted of rows that are inserted beside this, in a new store or after `begin_at`."""
        for table, rows in rows_of_counts(counts).items():
            self._database.insert_rows(table, rows)
        self.bring(counts.wide)

    def add(self, rows: Rows, put_away: Iterable[Part]) -> None:
        """Count rows that are about to be inserted, also the parts that were put away."""
        own, of_frames = rows_of_records(rows)
        counts = self._counting
        counts.add(own, map(rows_put_away, put_away))
        self._touch([own], of_frames)
        if counts.is_large():
            self.write()

    def add_stored(self, ranges: Sequence[NodeRange]) -> None:
        """Count the rows in these ranges of nodes, which were taken away and are there again."""
        if ranges:
            own, of_frames = self._read(ranges)
            for rows in own:
                self._counting.add(rows)
            self._touch(own, of_frames)

    def add_all(self) -> None:
        """Count all that is stored, in a store in which nothing was counted."""
        last = -1
        while nodes := [row[0] for row in self._database.query(_RECORDS_AFTER, (last,)).rows]:
            last = nodes[-1]
            self.add_stored([node_range(node >> NODE_BITS) for node in nodes])
            if self._counting.is_large():
                self.write()

    def take_away(self, ranges: Sequence[NodeRange]) -> None:
        """Count the rows in these ranges of nodes no more, which are about to be removed."""
        counts = self._counting
        assert self._first_new is not None
        for were_stored in (True, False):
            for some in _batches(sorted(_within(ranges, self._first_new, before=were_stored))):
                own, of_frames = self._read(some)
                for rows in own:
                    counts.take_away(rows, were_stored=were_stored)
                self._touch(own, of_frames)

    def _touch(self, own: Iterable[CountedRows], of_frames: CountedRows) -> None:
        self._touched |= of_frames.label_ids() | self._counting.wide
        if self._apart:
            self._touched |= self._apart.intersection(label.label_id for rows in own for label in rows.labels)

    def _read(self, ranges: Sequence[NodeRange]) -> tuple[list[CountedRows], CountedRows]:
        """What is counted of the rows in these ranges: labels with what is in them, and what frames files add.

        No label is twice in one of the former; a columnar engine removes several versions of a label at the end.
        """
        database = self._database
        sql = "select node_id from records where generation = 'frames'"
        frames = {row[0] >> NODE_BITS for row in database.select_within(sql, "node_id", ranges)}
        labels: dict[int, list[CountedLabel]] = {}
        for node_id, *values in database.select_within(_LABELS, "l.node_id", ranges):
            labels.setdefault(node_id >> NODE_BITS, []).append(CountedLabel._make(values))
        rows = {
            table: list(database.select_within(f"select {', '.join(names)} from {table}", node_column(table), ranges))
            for table, names in COUNTED.items()
        }
        rest, of_frames = CountedRows([], rows).divided(frames)
        found: list[CountedRows] = []
        for records in _without_repeats(labels):
            rest, these = rest.divided(records) if len(records) < len(labels) else (rest, rest)
            found.append(these.of_labels([label for record_id in records for label in labels[record_id]]))
        return found, of_frames

    # -- into the store -----------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Add what was counted to the tables, and begin anew."""
        if self._counts is None:
            return
        counts, self._counts = self._counts, None
        for table, rows in rows_of_counts(counts).items():
            self._database.insert_rows(table, rows)
        for group, role, feature, times in counts.lost():
            known = self._lost.get((group, role, feature), Times())
            self._lost[group, role, feature] = Times(
                min((time for time in (known.first, times.first) if time is not None), default=None),
                max((time for time in (known.last, times.last) if time is not None), default=None),
            )
        self._is_summed = False

    def settle(self) -> None:
        """Bring the tables up to date with all that was added and taken away."""
        self.write()
        if self._touched:
            self._count_apart(self._touched)
        database = self._database
        if not self._is_summed:
            for statement in database.dialect.statements("counts.sql"):
                database.execute(statement)
        if self._lost:
            self._find_times(self._lost)
        self._begin()

    # -- labels with counts of their own ------------------------------------------------------------------------------

    def _count_apart(self, label_ids: Collection[str]) -> None:
        """Count anew what frames files add to labels, and which of their classes are in no pairs."""
        frames = self._frames_of(label_ids)
        labels = iter(sorted(label_ids))
        while some := list(islice(labels, _LABELS_TOGETHER)):
            for table in _APART:
                self._database.delete_in(table, "label_id", some)
            own = self._by_label((label.node_id, label.end_id) for label in self._database.labels_named(some))
            framed = self._by_label(nodes for label_id in some for nodes in frames.get(label_id, ()))
            counts: list[Row] = []
            unpaired: list[Row] = []
            for label_id in some:
                new = framed.get(label_id, [])
                counts += _rows(_added(own.get(label_id, []), new), label_id)
                unpaired += _unpaired(label_id, own.get(label_id, []), new)
            self._database.insert_rows("counts", counts)
            self._database.insert_rows("unpaired_classes", unpaired)

    def _by_label(self, ranges: Iterable[NodeRange]) -> dict[str, list[Count]]:
        """What is in these ranges, counted for each label by itself."""
        counts, left = Counts(), iter(sorted(ranges))
        while some := list(islice(left, _TOGETHER)):
            own, of_frames = self._read(some)
            for rows in (*own, of_frames):
                counts.add(rows.by_label())
        found: dict[str, list[Count]] = {}
        for count in counts.rows():
            found.setdefault(str(count.group.project_id), []).append(count)
        return found

    def _frames_of(self, label_ids: Collection[str]) -> dict[str, list[NodeRange]]:
        """The records of frames files of these labels."""
        found: dict[str, list[NodeRange]] = {}
        sql = "select node_id, identity from records where generation = 'frames'"
        for node_id, identity in self._database.query(sql).rows:
            label_id = identity.rpartition("/")[0]
            if label_id in label_ids:
                found.setdefault(label_id, []).append(node_range(node_id >> NODE_BITS))
        return found

    # -- times --------------------------------------------------------------------------------------------------------

    def _find_times(self, lost: dict[_Key, Times]) -> None:
        """Look for the first and last times of features whose first or last label may be gone."""
        database = self._database
        sql = (
            f"select {', '.join(_COLUMNS)}, first_seen, last_seen from counts where label_id is null and grain is null"
        )
        uncertain = set()
        for *values, first, last in database.query(sql).rows:
            key = _key(values)
            gone = lost.get(key, Times())
            if (gone.first is not None and first is not None and gone.first <= first) or (
                gone.last is not None and last is not None and gone.last >= last
            ):
                uncertain.add(key)
        if not uncertain:
            return
        names = {feature.name for _, _, feature in uncertain}
        database.execute("create temp table uncertain_names (name text)")
        for name in names - {None}:
            database.execute("insert into uncertain_names values (?)", (name,))
        sql = database.dialect.translate(sql_text("count_times.sql"))
        where = " and ".join(f"{name} is not distinct from ?" for name in _COLUMNS)
        update = database.dialect.translate(
            f"update counts set first_seen = ?, last_seen = ? where label_id is null and grain is null and {where}"
        )
        for *values, first, last in list(database.query(sql, {"unnamed": None in names}).rows):
            if _key(values) in uncertain:
                database.execute(update, (first, last, *values))
        database.execute("drop table uncertain_names")


def rows_of_counts(counts: "Counts | CoreCounts") -> dict[str, list[Row]]:
    """Table → rows of what was counted, which are summed up later."""
    rows = [count for count in counts.rows() if any(count.amounts) or count.times != Times()]
    pairs = [(*key, labels) for key, labels in counts.pairs().items() if labels]
    return {"counts": _rows(rows), "class_pairs": pairs}


def _within(ranges: Iterable[NodeRange], node: int, *, before: bool) -> Iterator[NodeRange]:
    """What of ranges lies before a node, or from there on."""
    for first, last in ranges:
        part = (first, min(last, node - 1)) if before else (max(first, node), last)
        if part[0] <= part[1]:
            yield part


def _batches(ranges: Iterable[NodeRange]) -> Iterator[list[NodeRange]]:
    """The ranges, long ones in pieces, with at most `_TOGETHER` records at a time."""
    batch: list[NodeRange] = []
    left = _TOGETHER
    for start, last in ranges:
        first = start
        while True:
            end = min(last, node_range((first >> NODE_BITS) + left - 1)[1])
            batch.append((first, end))
            left -= (end >> NODE_BITS) - (first >> NODE_BITS) + 1
            if not left:
                yield batch
                batch, left = [], _TOGETHER
            if end == last:
                break
            first = end + 1
    if batch:
        yield batch


def _without_repeats(labels: Mapping[int, Sequence[CountedLabel]]) -> Iterator[Collection[int]]:
    """Parts of the records in none of which a label stands twice."""
    rest = labels
    while rest:
        taken: set[str] = set()
        part: dict[int, None] = {}
        for record_id, members in rest.items():
            label_ids = {label.label_id for label in members}
            if taken.isdisjoint(label_ids):
                taken |= label_ids
                part[record_id] = None
        yield part
        rest = {record_id: members for record_id, members in rest.items() if record_id not in part}


def _key(values: Sequence[Any]) -> _Key:
    project_id, asset_type, skipped, role, *feature = values
    *feature, is_text = feature
    return (
        Group(project_id, asset_type, bool(skipped)),
        role,
        Feature._make((*feature, None if is_text is None else bool(is_text))),
    )


def _classes(counts: Iterable[Count]) -> set[str]:
    """The names of objects."""
    return {
        count.feature.name
        for count in counts
        if count.role == "tool" and count.grain == "name" and count.feature.name is not None
    }


def _rows(counts: Iterable[Count], label_id: str | None = None) -> list[Row]:
    """Rows of `counts`, those of a label by itself or of all together."""
    told = (*_COLUMNS, "grain", *Amounts._fields, "first_seen", "last_seen", "label_id")
    in_order = itemgetter(*map(told.index, columns()["counts"]))
    rows = []
    for group, role, grain, feature, amounts, times in counts:
        known = group if label_id is None else _NO_GROUP
        rows.append(in_order((*known, role, *feature, grain, *amounts, *times, label_id)))
    return rows


def _added(own: Sequence[Count], framed: Sequence[Count]) -> Iterable[Count]:
    """What frames files add to what a label has itself."""
    known = {(count.role, count.grain, count.feature) for count in own if count.grain}
    for count in framed:
        if count.grain is None and count.role != "label":
            yield count
        elif count.grain is not None and (count.role, count.grain, count.feature) not in known:
            yield count._replace(amounts=count.amounts._replace(labels=1))


def _unpaired(label_id: str, own: Sequence[Count], framed: Sequence[Count]) -> list[Row]:
    """The classes of a label that are in no pairs."""
    names, new = _classes(own), _classes(framed)
    if not framed and len(names) <= MOST_PAIRED:
        return []
    return [(label_id, name, name in names and len(names) <= MOST_PAIRED) for name in sorted(names | new)]
