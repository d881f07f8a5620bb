"""Hugging Face datasets loads what the exporter hf writes, with pictures and nested objects."""

from pathlib import Path

from PIL import Image

from labelstore.engines import open_database
from tests.exporting import exported
from tests.judges.sample_pictures import store_of_pictures
from tests.judging import judge, said

DATASETS = """
import json, sys
from datasets import load_dataset
found = load_dataset(sys.argv[1], cache_dir=sys.argv[2])
kinds, rows, sizes = {}, {}, []
for split, data in found.items():
    rows[split] = len(data)
    for row in data:
        sizes += [row["image"].size] if row["image"] else []
        for one in row["objects"]:
            kinds[one["kind"]] = kinds.get(one["kind"], 0) + 1
print(json.dumps({"rows": rows, "kinds": kinds, "sizes": sizes}))
"""


@judge
def test_datasets_loads_every_object_and_picture(tmp_path: Path) -> None:
    store = store_of_pictures(tmp_path)[0]
    with open_database(store, read_only=True) as database:
        name = database.value("select external_id from data_rows order by data_row_id limit 1")
    (tmp_path / "pictures" / name).parent.mkdir(parents=True)
    Image.new("RGB", (6, 5)).save(tmp_path / "pictures" / name)
    out, done = exported(store, "hf", "out", assets=str(tmp_path / "pictures"))
    found = said("datasets", DATASETS, out, tmp_path / "cache")
    assert found["sizes"] == [[6, 5]]
    assert sum(found["rows"].values()) == done.written["label"]
    assert found["rows"].keys() == {"train", "validation", "test"}
    assert {kind: done.written[kind] for kind in found["kinds"]} == found["kinds"]
    assert sum(found["kinds"].values()) == done.count
