"""What becomes of the records and labels that new ones replace.

A label is replaced as a whole. A v2 line replaces an earlier one about the same data row and projects, but only what it
tells itself: a block that it lacks was not requested, and a label that it lacks may have been left out. So the
remainder of the earlier line stays in its record, without content hash, until a later line tells it or it is pruned.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from labelstore.engines.database import Database, Stored, StoredLabel
from labelstore.formats.lenient_decoding import sound
from labelstore.formats.v2.completing import Place, completed_labels, labels_in
from labelstore.formats.v2.record import Line
from labelstore.loading.label_removal import LabelRemoval
from labelstore.schema.generations import generation_in
from labelstore.schema.tables import Rows, columns, node_column, node_range

_OF_LABEL = {name: place for place, name in enumerate(columns()["labels"])}
_OF_RUN = {name: place for place, name in enumerate(columns()["model_runs"])}
_LABEL_ID = _OF_LABEL["label_id"]
_RECORD_ID, _LOAD_ID = map(list(columns()["records"]).index, ("record_id", "load_id"))
_RECORD_OF_MEDIA = list(columns()["media_attributes"]).index("record_id")
_HAS_OWN_ID = "label_id like '%/%/%'"
_BLOCKS = {
    "attachments": "attachment_count",
    "metadata_fields": "metadata_field_count",
    "embeddings": "embedding_count",
    "experiments": "experiment_count",
}
"""Table of a block of a v2 line, and the column of `records` that is NULL where the line lacks it."""


class Blocks:
    """The blocks that stored labels have and new lines may lack: not requested, they stay."""

    def __init__(self, database: Database, rows: Rows, texts: Mapping[int, bytes]) -> None:
        """`rows` are those of new v2 lines, `texts` those known of stored records."""
        self.database = database
        ids = [row[_LABEL_ID] for row in rows["labels"]]
        self.stored = database.labels_named(ids) if ids else []
        of_lines = [one for one in self.stored if not generation_in(one.record_id).record_is_label]
        self.texts = dict(_known_texts(of_lines, texts))
        unknown = [one.label_id for one in of_lines if one.label_id not in self.texts]
        self.texts |= database.labels_json(unknown) if unknown else {}
        self._places = self._places_in(rows) if of_lines else {}

    def _places_in(self, rows: Rows) -> dict[int, dict[tuple[Place, int], str]]:
        """Record id → where in the line stand labels that are stored → their texts."""
        experiments = {
            (row[_OF_RUN["record_id"]], row[_OF_RUN["model_run_id"]]): row[_OF_RUN["experiment_id"]]
            for row in rows["model_runs"]
        }
        found: dict[int, dict[tuple[Place, int], str]] = {}
        for row in rows["labels"]:
            text = self.texts.get(row[_LABEL_ID])
            if text is None:
                continue
            record_id, run, project_id = (row[_OF_LABEL[name]] for name in ("record_id", "model_run_id", "project_id"))
            place: Place = ("projects", project_id, "labels")
            if run is not None:
                labels = "predictions" if row[_OF_LABEL["is_prediction"]] else "labels"
                place = ("experiments", experiments[record_id, run], "runs", run, labels)
            found.setdefault(record_id, {})[place, row[_OF_LABEL["ordinal"]]] = text
        return found

    def completed(self, record_id: int, raw: bytes) -> bytes | None:
        """The text of a new line with the blocks that its labels lack; None if they lack none."""
        places = self._places.get(record_id)
        return completed_labels(raw, places) if places else None


def _known_texts(labels: Iterable[StoredLabel], texts: Mapping[int, bytes]) -> Iterator[tuple[str, str]]:
    """Ids and texts of labels, of those that stand in the known texts of records under ids of their own."""
    inside: dict[int, dict[tuple[str | None, str], str]] = {}
    for label in labels:
        before = "" if label.model_run_id is None else f"{label.model_run_id}/{label.data_row_id}/"
        if label.record_id in texts and label.label_id.startswith(before) and "#" not in label.label_id:
            found = inside.get(label.record_id)
            if found is None:
                found = inside[label.record_id] = labels_in(texts[label.record_id])
            text = found.get((label.model_run_id, label.label_id.removeprefix(before)))
            if text is not None:
                yield label.label_id, text


def lacks_blocks(line: Line) -> bool:
    """Whether a line tells less of its data row and projects than it could."""
    blocks = (line.data_row.details, line.media_attributes, line.attachments, line.metadata_fields, line.embeddings)
    details = [project.project_details for project in sound((line.projects or {}).values())]
    return any(block is None for block in (*blocks, *details))


def is_older(label_ids: Iterable[str], times: Mapping[str, str], stored: Mapping[str, StoredLabel]) -> bool:
    """Whether a record brings a stored label as it was before, and no label that is newer or not stored yet."""
    if any(label_id not in stored for label_id in label_ids):
        return False
    ages = [_age(time, stored[label_id].updated_at) for label_id, time in times.items()]
    return any(age < 0 for age in ages) and all(age <= 0 for age in ages)


def _age(updated_at: str, stored: str | None) -> int:
    """-1 before the stored moment, 1 after it, 0 for the same or if one is no moment."""
    if stored is None or updated_at == stored:
        return 0
    try:
        new, old = _moment(updated_at), _moment(stored)
    except ValueError:
        return 0
    return (new > old) - (new < old)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Replacement:
    """The rows of a batch, about to be inserted, and the earlier records about the same: record id → records."""

    def __init__(
        self,
        removal: LabelRemoval,
        rows: Rows,
        earlier: Mapping[int, Sequence[Stored]],
        texts: Mapping[int, bytes],
        blocks: Blocks | None = None,
    ) -> None:
        """`texts` are those known of stored records; `blocks` are those that the rows were completed with."""
        self.removal, self.rows, self.earlier = removal, rows, earlier
        self.database = database = removal.database
        ids = [row[_LABEL_ID] for row in rows["labels"]]
        self.label_ids = set(ids)
        self.load_ids = {row[_RECORD_ID]: row[_LOAD_ID] for row in rows["records"]} if ids else {}
        """Of the new records."""
        if blocks is None:
            self.taken = database.labels_named(ids) if ids else []
        else:
            self.taken = [label for label in blocks.stored if label.label_id in self.label_ids]
        self.texts = {
            label.label_id: texts[label.record_id].decode() for label in self.taken if label.record_id in texts
        }
        if blocks is not None:
            self.texts = blocks.texts
        self.touched = {label.record_id for label in self.taken}
        older = [stored.record_id for records in earlier.values() for stored in records]
        self.touched.update(older)
        self.released: list[int] = []
        """Earlier records of which only labels are left: no later line has to look at them again."""

    def keep_versions(self) -> None:
        """Keep what is replaced in `versions`; a label that came twice in one file has one version."""
        by = {row[_LABEL_ID]: self.load_ids[row[_OF_LABEL["record_id"]]] for row in self.rows["labels"]}
        going = [(label, by[label.label_id]) for label in self.taken if label.load_id != by[label.label_id]]
        keep_versions(self.database, going, removed=False, texts=self.texts)

    def delete_superseded(self) -> None:
        """Remove what the new rows replace."""
        remainders = self._remainders()
        whole = [
            stored.record_id
            for records in self.earlier.values()
            for stored in records
            if stored.record_id not in remainders
        ]
        self.database.delete_records(whole)
        gone = set(whole)
        self.removal.take_out([label for label in self.taken if label.record_id not in gone])
        for record_id, told in remainders.items():
            self._reduce(record_id, told)
        for record_id in self.released:
            self.database.execute("update records set identity = null where record_id = ?", (record_id,))

    def _remainders(self) -> dict[int, set[str]]:
        """Earlier v2 records that tell something their successor does not, with the tables that the successor fills."""
        if all(generation_in(record_id).record_is_label for record_id in self.earlier):
            return {}
        names = list(columns()["records"])
        told = {row[names.index("record_id")]: row for row in self.rows["records"]}
        media = {row[_RECORD_OF_MEDIA] for row in self.rows["media_attributes"]}
        taken = Counter(label.record_id for label in self.taken)
        projects_with_details = self._projects_with_details()
        remainders: dict[int, set[str]] = {}
        for new_id, records in self.earlier.items():
            row = told[new_id]
            tables = {table for table, count in _BLOCKS.items() if row[names.index(count)] is not None}
            tables |= {"media_attributes"} if new_id in media else set()
            details = projects_with_details.get(new_id, set())
            for stored in records:
                blocks = self._blocks_of(stored.record_id)
                untold = blocks - tables
                if row[names.index("has_details")]:
                    untold.discard("details")
                untold |= self._stored_details(stored.record_id) - details
                if untold:
                    remainders[stored.record_id] = tables
                elif self._some_label_stays(stored, taken[stored.record_id], row[_LOAD_ID]):
                    remainders[stored.record_id] = tables
                    if not self._has_own_ids(stored.record_id):
                        self.released.append(stored.record_id)
        return remainders

    def _some_label_stays(self, record: Stored, taken: int, load_id: int) -> bool:
        """Whether a record has more labels than are `taken` of it.

        Those in model runs go with the block `experiments`; those with ids of ours with what an earlier load told.
        """
        going = "" if record.load_id == load_id else f" and not {_HAS_OWN_ID}"
        sql = f"select label_id from labels where node_id between ? and ? and model_run_id is null{going} limit ?"
        found = self.database.query(sql, (*node_range(record.record_id), taken + 1)).rows
        return any(row[0] not in self.label_ids for row in found)

    def _has_own_ids(self, record_id: int) -> bool:
        sql = f"select 1 from labels where node_id between ? and ? and model_run_id is null and {_HAS_OWN_ID} limit 1"
        return self.database.value(sql, node_range(record_id)) is not None

    def _projects_with_details(self) -> dict[int, set[str]]:
        """By new record, the projects of which it tells the details."""
        names = list(columns()["data_row_projects"])
        of, has, project = (names.index(name) for name in ("record_id", "has_details", "project_id"))
        found: dict[int, set[str]] = {}
        for row in self.rows["data_row_projects"]:
            if row[has]:
                found.setdefault(row[of], set()).add(row[project])
        return found

    def _stored_details(self, record_id: int) -> set[str]:
        sql = "select project_id from data_row_projects where node_id between ? and ? and has_details"
        return {row[0] for row in self.database.query(sql, node_range(record_id)).rows}

    def _blocks_of(self, record_id: int) -> set[str]:
        sql = (
            f"select {', '.join(_BLOCKS.values())}, has_details,"
            " (select count(*) from media_attributes as m where m.node_id between r.node_id and r.end_id)"
            " from records as r where record_id = ?"
        )
        *counts, has_details, media = next(self.database.query(sql, (record_id,)).rows)
        found = {table for table, count in zip(_BLOCKS, counts, strict=True) if count}
        return found | ({"details"} if has_details else set()) | ({"media_attributes"} if media else set())

    def _reduce(self, record_id: int, told: set[str]) -> None:
        """Take out of an earlier record what its successor tells, except for its labels, which are out already."""
        database, (first, end) = self.database, node_range(record_id)
        if "experiments" in told:
            start = database.value("select min(node_id) from experiments where node_id between ? and ?", (first, end))
            if start is not None:
                database.delete_nodes([(start, end)])
        for key in told:
            sql = "delete from odd_elements where node_id between ? and ? and within = ?"
            database.execute(sql, (first, end, key))
        for table in told - {"experiments"}:
            database.execute(f"delete from {table} where {node_column(table)} between ? and ?", (first, end))
        nulls = [f"{count} = null" for table, count in _BLOCKS.items() if table in told]
        database.execute(
            f"update records set {', '.join(['content_hash = null', 'url_hash = null', 'extra = null', *nulls])}"
            " where record_id = ?",
            (record_id,),
        )


def keep_versions(
    database: Database,
    replaced: Sequence[tuple[StoredLabel, int]],
    *,
    removed: bool,
    texts: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Keep what labels are now, before each is replaced or removed by a load; `texts` are those known of them."""
    unknown = [label.label_id for label, _ in replaced if label.label_id not in texts]
    texts = {**texts, **(database.labels_json(unknown) if unknown else {})}
    if not replaced:
        return
    database.insert_rows(
        "versions",
        [
            (
                label.label_id,
                label.load_id,
                label.position,
                replaced_by,
                removed,
                label.generation,
                label.data_row_id,
                label.project_id,
                label.updated_at,
                zlib.compress(texts[label.label_id].encode()),
            )
            for label, replaced_by in replaced
            if label.label_id in texts
        ],
    )
