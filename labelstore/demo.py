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
SAMPLES = "samples"
STORE = "labels.db"

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
        "Which classes were drawn, as what, in how many labels?",
        """\
select name, kind, count(*) as objects, count(distinct label_id) as labels
from objects
where name is not null
group by name, kind
order by objects desc, name
limit 8""",
    ),
    (
        "Who labels how much, and how fast?",
        """\
select created_by as labeler, count(*) as labels, round(avg(seconds_to_label), 1) as seconds_per_label
from labels
where model_run_id is null and created_by is not null
group by created_by
order by labels desc, created_by
limit 5""",
    ),
    (
        "How large are the polygons of each class in images?",
        """\
select o.name, count(*) as polygons, round(avg(p.max_x - p.min_x), 1) as mean_width,
    round(avg(p.max_y - p.min_y), 1) as mean_height
from polygons as p
join objects as o on o.object_id = p.object_id
join image_labels as l on l.label_id = o.label_id
where l.project_id is not null and o.name is not null
group by o.name
order by polygons desc, o.name
limit 5""",
    ),
    (
        "Which classes can be followed the longest in videos?",
        """\
select name, count(*) as tracks, max(frames) as longest_in_frames
from (
    select name, label_id, feature_id, count(*) as frames
    from objects
    where frame_number is not null and name is not null
    group by name, label_id, feature_id
) as followed
group by name
order by longest_in_frames desc, name
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
select asset_type, generation, count(*) as labels, round(avg(length(json))) as mean_characters
from label_json
where asset_type in ('text', 'audio')
group by asset_type, generation
order by asset_type, generation""",
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
    """Yield lines of progress, then the answers. `directory` is kept, with labels.db in it; None makes a temporary one.

    Raises StoreError if a store does not return what was loaded.
    """
    if directory is None:
        directory = Path(tempfile.mkdtemp(prefix="labelstore-demo-"))
    check_folder(directory)
    yield f"Making sample exports of every asset type in {directory / SAMPLES}"
    samples = directory / SAMPLES
    files = write(samples, labels=records)
    paths = [file.path for file in files]
    yield f"  {len(paths)} files of {records} records each"
    stores = [directory / STORE, directory / "labels.duckdb"]
    for store in stores:
        yield from _load_and_verify(store, paths, samples / "frames")
    yield from _tour(stores[0])


def _load_and_verify(store: Path, paths: list[Path], frames: Path) -> Iterator[str]:
    yield f"Loading them into {store}"
    loaded = load(store, paths, frames=frames)
    yield f"  {figure(loaded.total('records'))} records loaded in {duration(loaded.seconds)}"
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
