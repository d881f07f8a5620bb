"""Which labels differ: between two loads of a store, or between two export files."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import NotFoundError
from labelstore.history.compare import compare
from labelstore.history.content import content_of, is_same
from labelstore.history.label_diff import LabelDiff
from labelstore.history.versions import Version, known_label, require_load, unpacked, versions_of
from labelstore.loading import Progress, Report, load

_TOGETHER = 100
_SLASHES_IN_MODEL_RUN = 2
_STATE = "generation, {0}.data_row_id, {0}.project_id, {0}.updated_at"


class State(NamedTuple):
    """A label at some time; `raw` is its v1 element or v2 label object."""

    load_id: int
    generation: str
    data_row_id: str | None
    project_id: str | None
    updated_at: str | None
    raw: bytes

    @property
    def json(self) -> str:
        """The same as text."""
        return self.raw.decode()


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

    @property
    def is_in_model_run(self) -> bool:
        """Whether it stands in a model run: it has no project, and an id that says which run, data row and label."""
        return self.state.project_id is None and self.label_id.count("/") == _SLASHES_IN_MODEL_RUN

    def diff(self) -> LabelDiff:
        """What changed in it, without the tokens of URLs; of an added or removed label all that it holds."""
        return compare(*(state and content_of(state.raw) for state in (self.before, self.after)))

    def as_json(self) -> dict[str, Any]:
        """What `labelstore diff --json` prints of a label."""
        sides = {
            side: state and {"load_id": state.load_id, "generation": state.generation, "updated_at": state.updated_at}
            for side, state in (("before", self.before), ("after", self.after))
        }
        place = {"data_row_id": self.state.data_row_id, "project_id": self.state.project_id}
        return {"label_id": self.label_id, "change": self.change, **place, **sides, **self.diff().as_json()}


def diff_loads(database: Database, load_a: int, load_b: int) -> Iterator[LabelChange]:
    """The labels that differ between the state after one load and the state after another, by label id.

    A label that only came again, unchanged, is none of them. With the later load first, the changes are those back to
    the earlier one. Reads the versions and records of the loads between them, no others. Raises `NotFoundError` for a
    load that there is not.
    """
    for load_id in (load_a, load_b):
        require_load(database, load_id)
    first, last = min(load_a, load_b), max(load_a, load_b)
    changes = _changes(database, _BETWEEN, (first, last) * 3, first, last)
    return changes if load_a <= load_b else (LabelChange(id, after, before) for id, before, after in changes)


def diff_label(database: Database, label_id: str) -> tuple[int, int, LabelChange]:
    """The last change of a label, and the two loads whose states of it were compared.

    It may be named by its data row, where that has one label. Raises `NotFoundError` for an unknown id and for a label
    of which there is one version only.
    """
    versions = versions_of(database, label_id)
    label_id = known_label(database, label_id)
    first, last = _last_change(database, label_id, versions)
    (change,) = _changes(database, "select ? as label_id", (label_id,), first, last)
    return first, last, change


def _last_change(database: Database, label_id: str, versions: Sequence[Version]) -> tuple[int, int]:
    """The last load that changed a label, and one that left it as it was before."""
    newest = versions[-1]
    if newest.removed and newest.replaced_by is not None:
        return newest.load_id, newest.replaced_by
    for before, version in zip(versions[-2::-1], versions[:0:-1], strict=True):
        if version.change != "unchanged":
            return (before.replaced_by or before.load_id) if before.removed else before.load_id, version.load_id
    lost = ", or earlier ones were not kept (load --no-history)" if versions[0].load_id > 1 else ""
    raise NotFoundError(
        f"{label_id}: {database.name} has one version of it, of load {versions[0].load_id};"
        f" it did not change since{lost}"
    )


_BETWEEN = """
        select label_id from versions where replaced_by > ? and replaced_by <= ?
        union
        select label_id from versions where load_id > ? and load_id <= ?
        union
        select l.label_id
        from records as r
        join labels as l on l.record_id = r.record_id
        where r.load_id > ? and r.load_id <= ?
"""
"""The labels that some load after one and up to another brought, replaced or removed."""
_STATES = f"""
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


def _changes(
    database: Database, candidates: str, values: Sequence[Any], first: int, last: int
) -> Iterator[LabelChange]:
    """Those of the labels of a query that differ between the states after two loads."""
    sql = f"with candidates as ({candidates}) {_STATES}"
    pairs = (_pair(row, first, last) for row in database.query(sql, (*values, first, first, last, last)).rows)
    for some in _groups(pair for pair in pairs if pair[1] != pair[2]):
        before = _states(database, [(label_id, old) for label_id, old, _ in some])
        after = _states(database, [(label_id, new) for label_id, _, new in some])
        yield from _differing(some, before, after)


def _pair(row: Sequence[Any], first: int, last: int) -> _Pair:
    """A label with its states after the loads `first` and `last`, of a row of `_STATES`."""
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
        label_id: State(
            *reference[1:],
            current.pop(label_id).encode() if reference.row is None else unpacked(versions[reference.row]),
        )
        for label_id, reference in wanted
        if reference is not None
    }


def _differing(pairs: Iterable[_Pair], before: dict[str, State], after: dict[str, State]) -> Iterator[LabelChange]:
    for label_id, *_ in pairs:
        old, new = before.get(label_id), after.get(label_id)
        if old is None or new is None or not is_same(old.raw, new.raw):
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
