"""The exporter webdataset: what stands in its shards, and where one ends."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from labelstore.errors import UsageError
from labelstore.export.writing import export
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported, files_of
from tests.lines import label, square, v2
from tests.making import ENGINES, store_of
from tests.test_cli import run
from tests.test_export_matrix import on_text

SIZE = {"asset_type": "image", "width": 200, "height": 100}


def shards_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The files of each shard; JSON is decoded."""
    found = {}
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as archive:
            files = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
        found[path.name] = {name: json.loads(text) if name.endswith(".json") else text for name, text in files.items()}
    return found


@ENGINES
def test_a_data_row_is_its_asset_and_a_json(tmp_path: Path, engine: str) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "Año 1.2.JPG").write_bytes(b"picture" * 1000)
    named = v2(
        "r1", label("a", square("Car", "c1", 1, 2, 3, 4)), label("b", square("Car", "c2", 1, 2, 3, 4)), media=SIZE
    )
    named["data_row"]["external_id"] = "Año 1.2.JPG"
    records = [named, v2("r2", label("c"), media=SIZE), on_text()]
    out, done = exported(
        store_of(tmp_path, engine, records), "webdataset", "shards", assets=str(assets), split="none", labels="all"
    )
    (files,) = shards_of(out).values()
    assert [*files] == ["Año_1%2E2.jpg", "Año_1%2E2.json", "r2.json", "text.txt", "text.json"]
    assert files["Año_1%2E2.jpg"] == b"picture" * 1000
    assert files["text.txt"].decode() == "Anna meets Otto."
    row = files["Año_1%2E2.json"]
    assert [(one["feature_id"], one["name"], one["box"]) for one in row["objects"]] == [
        ("c1", "Car", [1, 2, 3, 4]),
        ("c2", "Car", [1, 2, 3, 4]),
    ]
    assert (row["data_row_id"], row["url"]) == ("r1", "https://storage.example.com/r1")
    assert files["text.json"]["answers"] == [{"question": "Tone", "answers": ["Warm"]}]
    assert done.written["label"] == 4
    assert (out / "all-000000.tar").stat().st_size % tarfile.RECORDSIZE == 0


def test_shards_end_after_so_many_data_rows_of_a_split(tmp_path: Path) -> None:
    records = [v2(f"r{at}", label(f"l{at}", square("Car", f"o{at}", 1, 1, 2, 2)), media=SIZE) for at in range(40)]
    store = store_of(tmp_path, "sqlite", records)
    out, _ = exported(store, "webdataset", "shards", shard_size=10)
    found = {name: len(files) for name, files in shards_of(out).items()}
    assert sum(found.values()) == 40
    assert {name[:-11] for name in found} == {"train", "val", "test"}
    assert found["train-000000.tar"] == found["train-000001.tar"] == 10
    assert max(found.values()) == 10
    assert run("export", store, "webdataset", tmp_path / "few", "--shard-size", "40", "--split", "none").exit_code == 0
    assert [*shards_of(tmp_path / "few")] == ["all-000000.tar"]
    with pytest.raises(UsageError, match="--shard-size 0: use a number from 1"):
        export(store, "webdataset", tmp_path / "x", shard_size=0)


def test_both_engines_write_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "samples", labels=6)
    files = [path for path in sorted((tmp_path / "samples").iterdir()) if path.is_file()]
    outs = []
    for suffix in ("db", "duckdb"):
        load(tmp_path / f"labels.{suffix}", files, frames=tmp_path / "samples" / "frames")
        outs.append(files_of(exported(tmp_path / f"labels.{suffix}", "webdataset", suffix, shard_size=20)[0]))
    assert outs[0] == outs[1]
