"""What WebDataset reads from our shards: each data row once, with its picture and its objects."""

from pathlib import Path

from PIL import Image

from tests.exporting import exported
from tests.judging import judge, said
from tests.lines import label, square, v2
from tests.making import store_of

WEBDATASET = """
import json, sys
import webdataset
found = {}
for sample in webdataset.WebDataset(sys.argv[1:], shardshuffle=False, empty_check=False).decode("pil"):
    row = sample["json"]
    found[sample["__key__"]] = [sample["jpg"].size, [one["box"] for one in row["objects"]]]
print(json.dumps(found))
"""


@judge
def test_webdataset_reads_pictures_and_boxes(tmp_path: Path) -> None:
    wanted = {}
    records = []
    for at in range(12):
        Image.new("RGB", (20 + at, 10)).save(tmp_path / f"r{at}.v1.jpg")
        line = v2(f"r{at}", label(f"l{at}", *(square("Car", f"o{at}-{n}", n, at, 2, 2.5) for n in range(at))))
        line["data_row"]["external_id"] = f"r{at}.v1.jpg"
        records.append(line)
        wanted[f"r{at}%2Ev1"] = [[20 + at, 10], [[n, at, 2, 2.5] for n in range(at)]]
    store = store_of(tmp_path, "sqlite", records)
    out, _ = exported(store, "webdataset", "shards", assets=str(tmp_path), shard_size=4, split="none")
    shards = sorted(out.glob("*.tar"))
    assert len(shards) == 3
    assert said("webdataset", WEBDATASET, *shards) == wanted
