"""What labels were: earlier versions, a label as of a load, and what changed between two loads or two files.

A load brings labels, and the state after it lasts until the next one. `versions` has what was replaced or removed, with
the loads from which and up to which it was so; what is in `labels` is so since the load of its record. The tokens of
signed URLs, and the export task in the URLs of composite masks, are new in each export and therefore no change. The
frames of a v1 label that come in a file of their own are no part of its JSON and have no history.
"""

import re
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from labelstore.diffing import LabelDiff, compare
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import NotFoundError
from labelstore.formats.signed_urls import without_tokens
from labelstore.json.equality import same
from labelstore.loading import Progress, Report, load
from labelstore.query.find import label_of

_TOGETHER = 100
_TASK = re.compile(r'(/tasks/)[^/"?\s]+(?=/masks/)')
_STATE = "generation, {0}.data_row_id, {0}.project_id, {0}.updated_at"


class Version(NamedTuple):
    """What a label was from the load `load_id` on, until the load `replaced_by` (None: it still is).

    `position` is the number of its record in the file. `change`: `added`, `changed`, or `unchanged`
    where the load brought the label as it was (with the tokens of URLs aside). `removed` says that
    `replaced_by` left no label of this id.
    """

    load_id: int
    file_name: str | None
    position: int | None
    finished_at: str | None
    updated_at: str | None
    generation: str
    change: str
    replaced_by: int | None
    removed: bool

    @property
    def is_current(self) -> bool:
        """Whether the store has it now."""
        return self.replaced_by is None


class State(NamedTuple):
    """A label at some time; `json` is its v1 element or v2 label object."""

    load_id: int
    generation: str
    data_row_id: str | None
    project_id: str | None
    updated_at: str | None
    json: str


class LabelChange(NamedTuple):
    """A label that differs between two states; `before` is None for one that was added, `after` for one removed."""

    label_id: str
    before: State | None
    after: State | None

    @property
    def change(self) -> str:
        """`added`, `removed` or `changed`."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def state(self) -> State:
        """The later of the states that it had."""
        state = self.after or self.before
        assert state is not None
        return state

    def diff(self) -> LabelDiff:
        """What changed in it, without the tokens of URLs; of an added or removed label all that it holds."""
        return compare(*(state and _content(state.json).encode() for state in (self.before, self.after)))

    def as_json(self) -> dict[str, Any]:
        """What `labelstore diff --json` prints of a label."""
        sides = {
            side: state and {"load_id": state.load_id, "generation": state.generation, "updated_at": state.updated_at}
            for side, state in (("before", self.before), ("after", self.after))
        }
        place = {"data_row_id": self.state.data_row_id, "project_id": self.state.project_id}
        return {"label_id": self.label_id, "change": self.change, **place, **sides, **self.diff().as_json()}


def versions_of(database: Database, label_id: str) -> list[Version]:
    """The versions of a label, oldest first, the current one last.

    It may be named by its data row, where that has one label. Raises `NotFoundError` for an unknown id.
    """
    label_id = _known(database, label_id)
    found: list[Version] = []
    before = ""
    for *place, replaced_by, removed, stored in _stored_versions(database, label_id):
        text = _text(stored) if stored is not None else database.label_json(label_id)[0]
        is_new = not found or found[-1].replaced_by != place[0]
        change = "added" if is_new else "unchanged" if _is_same(before, text) else "changed"
        found.append(Version._make((*place, change, replaced_by, bool(removed))))
        before = text
    if not found:
        hint = f"find ids with: labelstore search {database.path} WORDS"
        raise NotFoundError(f"{label_id}: {database.path} has and had no label with this id; {hint}")
    return found


def _known(database: Database, name: str) -> str:
    """The id of the label with this id, or of that of the data row that goes by this name."""
    for table in ("labels", "versions"):
        if database.value(f"select 1 from {table} where label_id = ? limit 1", (name,)):
            return name
    return label_of(database, name) or name


def _stored_versions(database: Database, label_id: str) -> Iterator[tuple[Any, ...]]:
    for sql in (_EARLIER, _CURRENT):
        yield from database.query(sql, (label_id,)).rows


_EARLIER = """
    select v.load_id, f.file_name, v.position, f.finished_at, v.updated_at, v.generation, v.replaced_by, v.removed,
        v.json
    from versions as v
    left join loads as f on f.load_id = v.load_id
    where v.label_id = ? and v.replaced_by > v.load_id
    order by v.load_id
"""
_CURRENT = """
    select r.load_id, f.file_name, r.position, f.finished_at, l.updated_at, l.generation, null, null, null
    from labels as l
    join records as r on r.record_id = l.record_id
    left join loads as f on f.load_id = r.load_id
    where l.label_id = ?
"""


def label_at(database: Database, label_id: str, load_id: int) -> str:
    """The JSON of a label as it was after a load. Raises `NotFoundError` where there was none, and says why."""
    _require_load(database, load_id)
    label_id = _known(database, label_id)
    sql = "select json from versions where label_id = ? and load_id <= ? and replaced_by > ?"
    stored = database.value(sql, (label_id, load_id, load_id))
    if stored is not None:
        return _text(stored)
    versions = versions_of(database, label_id)
    earlier = [version for version in versions if version.load_id <= load_id]
    if not earlier:
        first = versions[0]
        raise NotFoundError(
            f"{label_id}: not there yet after load {load_id}; load {first.load_id} ({first.file_name}) brought it first"
        )
    if earlier[-1].is_current:
        return database.label_json(label_id)[0]
    last = earlier[-1]
    raise NotFoundError(f"{label_id}: removed by load {last.replaced_by}; as it was before: --at {last.load_id}")


def diff_loads(database: Database, load_a: int, load_b: int) -> Iterator[LabelChange]:
    """The labels that differ between the state after one load and the state after another, by label id.

    A label that only came again, unchanged, is none of them. With the later load first, the changes are those back to
    the earlier one. Reads the versions and records of the loads between them, no others. Raises `NotFoundError` for a
    load that there is not.
    """
    for load_id in (load_a, load_b):
        _require_load(database, load_id)
    changes = _changes(database, min(load_a, load_b), max(load_a, load_b))
    return changes if load_a <= load_b else (LabelChange(id, after, before) for id, before, after in changes)


_CANDIDATES = f"""
    with candidates as (
        select label_id from versions where replaced_by > ? and replaced_by <= ?
        union
        select label_id from versions where load_id > ? and load_id <= ?
        union
        select l.label_id
        from records as r
        join labels as l on l.record_id = r.record_id
        where r.load_id > ? and r.load_id <= ?
    )
    select c.label_id, a.rowid, a.load_id, a.{_STATE.format("a")}, b.rowid, b.load_id, b.{_STATE.format("b")},
        null, r.load_id, l.{_STATE.format("l")}
    from candidates as c
    left join versions as a on a.label_id = c.label_id and a.load_id <= ? and a.replaced_by > ?
    left join versions as b on b.label_id = c.label_id and b.load_id <= ? and b.replaced_by > ?
    left join labels as l on l.label_id = c.label_id
    left join records as r on r.record_id = l.record_id
    order by c.label_id
"""


class _Reference(NamedTuple):
    """A state whose JSON is not read yet: `row` is its place in `versions`, None for what is in `labels`."""

    row: int | None
    load_id: int
    generation: str
    data_row_id: str | None
    project_id: str | None
    updated_at: str | None


_Pair = tuple[str, _Reference | None, _Reference | None]


def _changes(database: Database, first: int, last: int) -> Iterator[LabelChange]:
    limits = (first, last) * 3 + (first, first, last, last)
    pairs = (_pair(row, first, last) for row in database.query(_CANDIDATES, limits).rows)
    for some in _groups(pair for pair in pairs if pair[1] != pair[2]):
        before = _states(database, [(label_id, old) for label_id, old, _ in some])
        after = _states(database, [(label_id, new) for label_id, _, new in some])
        yield from _differing(some, before, after)


def _pair(row: Sequence[Any], first: int, last: int) -> _Pair:
    """A label with its states after the loads `first` and `last`, of a row of `_CANDIDATES`."""
    label_id, *columns = row
    old, new, current = (_Reference(*columns[start : start + 6]) for start in (0, 6, 12))
    is_there = current.load_id is not None
    before = old if old.row is not None else current if is_there and current.load_id <= first else None
    after = new if new.row is not None else current if is_there and current.load_id <= last else None
    return label_id, before, after


def _states(database: Database, wanted: Sequence[tuple[str, _Reference | None]]) -> dict[str, State]:
    """The states with their JSON."""
    rows = [reference.row for _, reference in wanted if reference and reference.row is not None]
    sql = f"select rowid, json from versions where rowid in ({', '.join('?' * len(rows))})"
    versions = dict(database.query(sql, rows).rows) if rows else {}
    current = database.labels_json([label_id for label_id, reference in wanted if reference and reference.row is None])
    return {
        label_id: State(*reference[1:], current[label_id] if reference.row is None else _text(versions[reference.row]))
        for label_id, reference in wanted
        if reference is not None
    }


def _differing(pairs: Iterable[_Pair], before: dict[str, State], after: dict[str, State]) -> Iterator[LabelChange]:
    for label_id, *_ in pairs:
        old, new = before.get(label_id), after.get(label_id)
        if old is None or new is None or not _is_same(old.json, new.json):
            yield LabelChange(label_id, old, new)


def diff_files(
    file_a: str | Path,
    file_b: str | Path,
    *,
    max_ratio: float | None = 1000.0,
    progress: Progress | None = None,
    loaded: Callable[[Report], None] | None = None,
) -> Iterator[LabelChange]:
    """The labels that differ between two exports, by label id; `load_id` of their states is 1 or 2.

    Each is loaded into a temporary store of its own, so it does not matter which is newer, and a label that only one
    of them has was added or removed, whatever its project. `loaded` is called with the report of each load.
    """
    with tempfile.TemporaryDirectory(prefix="labelstore-") as folder:
        stores = [Path(folder) / "a.db", Path(folder) / "b.db"]
        for store, file in zip(stores, (file_a, file_b), strict=True):
            report = load(store, [file], max_ratio=max_ratio, progress=progress)
            if loaded is not None:
                loaded(report)
        with open_database(stores[0], read_only=True) as one, open_database(stores[1], read_only=True) as other:
            for some in _groups(_merged(_labels(one, 1), _labels(other, 2))):
                before = _states(one, [(label_id, old) for label_id, old, _ in some])
                after = _states(other, [(label_id, new) for label_id, _, new in some])
                yield from _differing(some, before, after)


_Labels = Iterator[tuple[str, bytes | None, _Reference]]


def _labels(database: Database, number: int) -> _Labels:
    """(label id, content hash of its record, reference) by label id."""
    sql = (
        f"select l.label_id, r.content_hash, l.{_STATE.format('l')} from labels as l"
        " join records as r on r.record_id = l.record_id order by l.label_id"
    )
    return ((label_id, digest, _Reference(None, number, *rest)) for label_id, digest, *rest in database.query(sql).rows)


def _merged(before: _Labels, after: _Labels) -> Iterator[_Pair]:
    """Both in one order, without labels whose whole record is the same."""
    old, new = next(before, None), next(after, None)
    while old is not None or new is not None:
        if old is None or (new is not None and new[0] < old[0]):
            assert new is not None
            yield new[0], None, new[2]
            new = next(after, None)
        elif new is None or old[0] < new[0]:
            yield old[0], old[2], None
            old = next(before, None)
        else:
            if old[1] is None or old[1] != new[1]:
                yield old[0], old[2], new[2]
            old, new = next(before, None), next(after, None)


def _groups(pairs: Iterator[_Pair]) -> Iterator[list[_Pair]]:
    while some := list(islice(pairs, _TOGETHER)):
        yield some


def _text(stored: bytes) -> str:
    return zlib.decompress(stored).decode()


def _content(text: str) -> str:
    """A label's JSON without what each export writes anew."""
    return _TASK.sub(r"\1", without_tokens(text))


def _is_same(before: str, after: str) -> bool:
    left, right = _content(before), _content(after)
    return left == right or same(left.encode(), right.encode())


def _require_load(database: Database, load_id: int) -> None:
    if not 0 < load_id < 1 << 63 or database.value("select 1 from loads where load_id = ?", (load_id,)) is None:
        last = database.value("select max(load_id) from loads")
        known = "it has no loads" if not last else "its only load is 1" if last == 1 else f"its loads are 1 to {last}"
        raise NotFoundError(f"{database.path} has no load {load_id}; {known}")
