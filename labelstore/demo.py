"""A guided tour: load samples of every asset type into both engines, verify them, ask questions in SQL."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelstore.engines import open_database
from labelstore.errors import StoreError
from labelstore.figures import duration, figure
from labelstore.files.outputs import check_folder
from labelstore.loading import load
from labelstore.samples import write
from labelstore.verifying import verify

RECORDS = 40
"""Records in each sample file."""

TOUR = (
    (
        "What is in the store?",
        """\
select d.asset_type, count(distinct d.data_row_id) as data_rows, count(l.label_id) as labels
from data_rows as d
left join labels as l on l.data_row_id = d.data_row_id and l.model_run_id is null
group by d.asset_type
order by d.asset_type""",
    ),
    (
        "What was drawn, in exports of both generations?",
        """\
select kind, count(*) as objects, count(distinct label_id) as labels
from objects
group by kind
order by objects desc
limit 8""",
    ),
    (
        "Who labels how much, and how fast?",
        """\
select created_by, count(*) as labels, round(avg(seconds_to_label), 1) as seconds_per_label
from labels
where model_run_id is null and created_by is not null
group by created_by
order by labels desc, created_by
limit 5""",
    ),
    (
        "Which polygons in images reach into this window?",
        """\
select o.name, l.label_id, round(p.min_x, 1) as min_x, round(p.min_y, 1) as min_y
from polygons as p
join objects as o on o.object_id = p.object_id
join image_labels as l on l.label_id = o.label_id
where p.max_x > 100 and p.min_x < 400 and p.max_y > 100 and p.min_y < 300 and l.project_id is not null
order by l.label_id, p.object_id
limit 5""",
    ),
    (
        "Which objects of a video can be followed the longest?",
        """\
select name, feature_id, count(*) as frames, min(frame_number) as first, max(frame_number) as last
from objects
where frame_number is not null
group by label_id, feature_id, name
order by frames desc, feature_id
limit 5""",
    ),
    (
        "What was answered?",
        """\
select c.name as question, a.name as answer, count(*) as times
from answers as a
join classifications as c on c.classification_id = a.classification_id
where c.kind in ('radio', 'checklist')
group by c.name, a.name
order by times desc, question, answer
limit 8""",
    ),
    (
        "And every label is still there as it came:",
        """\
select label_id, asset_type, generation, length(json) as characters, substr(json, 1, 30) as json
from label_json
where asset_type in ('text', 'audio')
order by label_id
limit 4""",
    ),
)
"""Titles and queries; they run on both engines."""


@dataclass(frozen=True)
class Answer:
    """A question in SQL, and its rows."""

    title: str
    sql: str
    columns: list[str]
    rows: list[tuple[Any, ...]]


def demo(directory: Path | None = None, records: int = RECORDS) -> Iterator[str | Answer]:
    """Yield lines of progress, then the answers. `directory` is kept; None makes a temporary one.

    Raises StoreError if a store does not return what was loaded.
    """
    if directory is None:
        directory = Path(tempfile.mkdtemp(prefix="labelstore-demo-"))
    check_folder(directory)
    samples = directory / "samples"
    files = write(samples, labels=records)
    paths = [file.path for file in files]
    yield f"{len(paths)} sample exports of {records} records each: {samples}"
    stores = [directory / "labels.db", directory / "labels.duckdb"]
    for store in stores:
        yield from _load_and_verify(store, paths, samples / "frames")
    yield from _tour(stores[0])
    yield f'\nAsk more:    labelstore query {stores[0]} "select * from image_labels limit 3"'
    yield f"Count all:   labelstore stats {stores[0]}"
    yield f"Look at it:  labelstore browse {stores[0]} --open    (the extra browse: pip install '.[browse]')"


def _load_and_verify(store: Path, paths: list[Path], frames: Path) -> Iterator[str]:
    loaded = load(store, paths, frames=frames)
    yield f"{store}: {figure(loaded.total('records'))} records loaded in {duration(loaded.seconds)}"
    verified = verify(store, paths, frames=frames)
    if not verified.ok or loaded.total("rejected"):
        raise StoreError(str(store), "does not give back what was loaded", "see labelstore verify --help")
    equal = f"{figure(verified.equal)} of {figure(verified.records)} records"
    yield f"  verified: {equal} rebuilt by SQL, equal to what came"


def _tour(store: Path) -> Iterator[Answer]:
    with open_database(store, read_only=True) as database:
        for title, sql in TOUR:
            result = database.query(sql)
            yield Answer(title, sql, result.columns, list(result.rows))
