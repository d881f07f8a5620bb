"""`labels.objects_total`: the objects of a label, those in its frames included."""

import json
from pathlib import Path

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import ASSET_TYPES, legacy_labels, v1_labels, v2_data_rows
from tests.making import ENGINES

WRONG = """
    select label_id, objects_total from labels as l
    where objects_total is null or objects_total <> (
        select count(*) from objects as o where o.label_id = l.label_id and o.object_id between l.node_id and l.end_id
    )
"""


@ENGINES
def test_it_counts_the_rows_of_objects(tmp_path: Path, engine: str) -> None:
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    elements = [label for asset_type in ASSET_TYPES["v1"] for label in v1_labels(asset_type, 12, 3)]
    elements += [label for shape in ("L0", "L1", "L2") for label in legacy_labels(shape, 12, 3)]
    lines = [line for asset_type in ASSET_TYPES["v2"] for line in v2_data_rows(asset_type, 12, 3)]
    (tmp_path / "v1.json").write_text(json.dumps(elements))
    (tmp_path / "v2.ndjson").write_text("\n".join(map(json.dumps, lines)))
    load(store, [tmp_path / "v1.json", tmp_path / "v2.ndjson"])
    with open_database(store, read_only=True) as database:
        assert list(database.query(WRONG).rows) == []
        in_frames = "select count(*) from labels where object_count is null and objects_total > 0"
        assert database.value(in_frames) > 0
