"""The records of a store in batches, with those of other projects left out."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labelstore.engines.database import Database
from labelstore.query.projects import check_project
from labelstore.schema.tables import NODE_BITS

_BATCH_RECORDS = 200
_COLUMNS = "record_id, load_id, position, generation, identity, data_row_id, derived_id, asset_type"


class LabelKey(NamedTuple):
    """What the rows of a label are known by."""

    label_id: str
    project_id: str | None
    model_run_id: str | None


class StoredRecord(NamedTuple):
    """One record of the store: its JSON, and its labels in the order of its text."""

    record_id: int
    load_id: int
    position: int
    generation: str
    identity: str
    data_row_id: str | None
    derived_id: bool
    asset_type: str | None
    raw: bytes = b""
    labels: tuple[LabelKey, ...] = ()

    @property
    def frames_of(self) -> str:
        """The label that a line of a frames file belongs to."""
        return self.identity.rpartition("/")[0] if self.generation == "frames" else ""


def project_ids(database: Database, projects: Sequence[str]) -> frozenset[str] | None:
    """The ids of the projects with these ids or names, None for no choice. Raises `NotFoundError`."""
    if not projects:
        return None
    for project in projects:
        check_project(database, project)
    rows = database.query("select project_id, name from projects").rows
    return frozenset(project_id for project_id, name in rows if project_id in projects or name in projects)


class Batch(NamedTuple):
    """Records in the order of their ids, rebuilt as they are asked for; the records and labels that were looked at."""

    records: Iterator[StoredRecord]
    seen: int
    labels: int


def batches(database: Database, selected: frozenset[str] | None) -> Iterator[Batch]:
    """All records of the store, or those that tell about the selected projects."""
    sql = f"select {_COLUMNS} from records where record_id > ? order by record_id limit ?"
    last = -1
    while found := [StoredRecord(*row) for row in database.query(sql, (last, _BATCH_RECORDS)).rows]:
        first, last = found[0].record_id, found[-1].record_id
        labels = _labels(database, first, last)
        wanted = found if selected is None else list(_of_projects(database, found, labels, selected))
        yield Batch(_filled(database, wanted, labels, selected), len(found), sum(map(len, labels.values())))


def _filled(
    database: Database,
    records: Sequence[StoredRecord],
    labels: dict[int, list[LabelKey]],
    selected: frozenset[str] | None,
) -> Iterator[StoredRecord]:
    """The records with their JSON and labels."""
    texts = database.rebuilt([record.record_id for record in records])
    for record, (record_id, raw) in zip(records, texts, strict=True):
        assert record.record_id == record_id
        yield record._replace(raw=raw, labels=tuple(_chosen(labels.get(record_id, ()), selected)))


def _labels(database: Database, first: int, last: int) -> dict[int, list[LabelKey]]:
    sql = (
        "select record_id, label_id, project_id, model_run_id from labels"
        " where node_id >= ? and node_id < ? order by node_id"
    )
    found: dict[int, list[LabelKey]] = {}
    for record_id, *key in database.query(sql, (first << NODE_BITS, (last + 1) << NODE_BITS)).rows:
        found.setdefault(record_id, []).append(LabelKey(*key))
    return found


def _chosen(labels: Sequence[LabelKey], selected: frozenset[str] | None) -> Iterator[LabelKey]:
    for label in labels:
        if selected is None or (label.model_run_id is None and label.project_id in selected):
            yield label


def _of_projects(
    database: Database,
    records: Sequence[StoredRecord],
    labels: dict[int, list[LabelKey]],
    selected: frozenset[str],
) -> Iterator[StoredRecord]:
    first, last = records[0].record_id, records[-1].record_id
    sql = "select record_id, project_id from data_row_projects where node_id >= ? and node_id < ?"
    nodes = (first << NODE_BITS, (last + 1) << NODE_BITS)
    in_projects = {record_id for record_id, project in database.query(sql, nodes).rows if project in selected}
    frames_of = sorted({record.frames_of for record in records} - {""})
    owners = database.labels_named(frames_of) if frames_of else []
    with_frames = {label.label_id for label in owners if label.project_id in selected}
    for record in records:
        own = any(_chosen(labels.get(record.record_id, ()), selected))
        if own or record.record_id in in_projects or record.frames_of in with_frames:
            yield record


def base_name(file_name: str | None) -> str | None:
    """The name of a file without its folders; of a member of a zip both names."""
    if file_name is None:
        return None
    return "!".join(re.split(r"[/\\]", part)[-1] for part in file_name.split("!"))
