"""What detection says of files."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from labelstore import samples
from labelstore.errors import InputError
from labelstore.inputs.detection import BLOCKS, MAX_PLACES, MAX_RECORDS, Detection, detect

LABEL: dict[str, Any] = {"ID": "l1", "Labeled Data": "https://x/a.jpg", "Label": {"objects": []}}
LINE: dict[str, Any] = {"data_row": {"id": "d1"}, "projects": {"p1": {"labels": [{"id": "l1"}]}}}


def look(path: Path, *records: object, whole: bool = False) -> Detection:
    """What is said of a file of these records, one a line."""
    path.write_text("\n".join(map(json.dumps, records)))
    (found,) = detect([str(path)], whole=whole)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export"


def test_samples_are_what_they_are(tmp_path: Path) -> None:
    for file in samples.write(tmp_path, labels=8):
        (found,) = detect([str(file.path)])
        assert found.generation == file.generation
        assert found.records == file.records == found.asset_types.total()
        assert found.is_complete
        assert found.rejected == 0
        framings = {".json": "array", ".ndjson": "lines", ".csv": "csv"}
        assert found.framing == framings[file.path.suffix]
        assert found.asset_types.most_common()[0][0] == file.asset_type
        json.dumps(found.as_json())


def test_sub_generations(tmp_path: Path) -> None:
    records = [label for name in ("L0", "L1", "L2") for label in samples.legacy_labels(name, 3)]
    found = look(tmp_path / "legacy", *records, LABEL, {**LABEL, "Global Key": None})
    assert {"L0", "L1", "L2", "L3", "L5"} >= set(found.sub_generations)
    assert {"L0", "L5"} <= set(found.sub_generations)
    assert not any(place.startswith("/Label/") for place in found.unknown_keys)


def test_both_generations_in_one_file(path: Path) -> None:
    assert look(path, LABEL, LINE).generation == "mixed"
    assert look(path, {"frameNumber": 1, "objects": []}).generation == "frames"


def test_compression_and_members(tmp_path: Path) -> None:
    text = json.dumps([LABEL]).encode()
    (tmp_path / "a").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "b", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.json", text)
        archive.writestr("two.ndjson", json.dumps(LINE))
    found = list(detect([str(tmp_path / "a"), str(tmp_path / "b")]))
    assert [entry.compression for entry in found] == ["gzip", "zip", "zip"]
    assert [entry.framing for entry in found] == ["array", "array", "single"]
    assert [entry.generation for entry in found] == ["v1", "v1", "v2"]
    assert found[2].name.endswith("b!two.ndjson")


def test_unknown_keys_have_their_place(path: Path) -> None:
    item = {"bbox": {"top": 1, "angle": 45}, "classifications": [{"mood": 1, "answer": {"sure": True}}]}
    found = look(path, {**LABEL, "New": 1, "Label": {"objects": [item, item], "a/b~c": {}}})
    assert found.unknown_keys == {
        "/New": 1,
        "/Label/a~1b~0c": 1,
        "/Label/objects/*/bbox/angle": 2,
        "/Label/objects/*/classifications/*/mood": 2,
        "/Label/objects/*/classifications/*/answer/sure": 2,
    }


def test_keys_of_maps_are_data(path: Path) -> None:
    frames = {"1": {"objects": {"o1": {"name": "x", "glow": 1}}}, "2": {"objects": {"o1": {"glow": 2}}}}
    label = {"id": "l1", "annotations": {"frames": frames}}
    found = look(path, {"data_row": {"id": "d1"}, "projects": {"p1": {"labels": [label]}}})
    assert found.unknown_keys == {"/projects/*/labels/*/annotations/frames/*/objects/*/glow": 2}


def test_known_keys_with_unexpected_values(path: Path) -> None:
    found = look(path, {**LINE, "media_attributes": {"exif_rotation": [1], "width": None}})
    expected = {"/media_attributes/exif_rotation (array)": 1, "/media_attributes/width (null)": 1}
    assert found.unexpected_values == expected
    assert not found.unknown_keys


def test_blocks_of_v2(path: Path) -> None:
    detailed: dict[str, Any] = {"data_row": {"id": "d2", "details": {}}, "attachments": [], "experiments": {}}
    label: dict[str, Any] = {"id": "l2", "label_details": {}, "performance_details": None}
    found = look(path, LINE, {**detailed, "projects": {"p": {"labels": [label], "project_details": {}}}})
    assert list(found.blocks) == list(BLOCKS["v2"])
    present = {name: counts for name, counts in found.blocks.items() if counts[0]}
    assert present == {
        "data_row.details": (1, 2),
        "attachments": (1, 2),
        "projects": (2, 2),
        "project_details": (1, 2),
        "label_details": (1, 2),
        "performance_details": (1, 2),
        "experiments": (1, 2),
    }


def test_late_keys_of_v1(path: Path) -> None:
    found = look(path, LABEL, {**LABEL, "Global Key": None, "Skipped": False, "Media Attributes": {}})
    present = {name: counts for name, counts in found.blocks.items() if counts[0]}
    assert present == {"Global Key": (1, 2), "Skipped": (1, 2), "Media Attributes": (1, 2)}


def test_reads_no_more_than_it_needs(path: Path) -> None:
    records = [{**LABEL, "ID": f"l{number}"} for number in range(MAX_RECORDS + 5)]
    found = look(path, *records)
    assert (found.records, found.is_complete) == (MAX_RECORDS, False)
    found = look(path, *records, whole=True)
    assert (found.records, found.is_complete) == (MAX_RECORDS + 5, True)
    found = look(path, *records[:MAX_RECORDS])
    assert (found.records, found.is_complete) == (MAX_RECORDS, True)


def test_reads_no_more_bytes_than_it_needs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelstore.inputs.detection.MAX_BYTES", 1000)
    found = look(path, *[{**LABEL, "ID": "x" * 300}] * 10)
    assert not found.is_complete
    assert 2 <= found.records <= 4


def test_unknown_keys_do_not_fill_the_memory(path: Path) -> None:
    found = look(path, {**LABEL, **{f"k{number}": 1 for number in range(MAX_PLACES + 50)}})
    assert len(found.unknown_keys) == MAX_PLACES + 1
    assert found.unknown_keys["elsewhere"] == 50


def test_json_that_is_no_export(path: Path) -> None:
    found = look(path, {"a": 1}, 7)
    assert (found.generation, found.rejected, found.is_export) == (None, 2, False)
    assert found.first_rejects[0]["reason"] == "an object with the keys 'a'"


def test_some_records_are_broken(path: Path) -> None:
    path.write_text(json.dumps(LABEL) + "\n{\n" + json.dumps({**LABEL, "ID": "l2"}))
    (found,) = detect([str(path)])
    assert (found.generation, found.rejected, found.is_export) == ("v1", 1, True)


def test_nesting_to_any_depth(path: Path) -> None:
    deep = '{"title": "q", "answer": {"title": "a", "classifications": ['
    path.write_text('{"ID": "l1", "Label": {"classifications": [' + deep * 150 + "]}}" * 150 + "]}}")
    (found,) = detect([str(path)])
    assert (found.generation, found.classification_kinds.total()) == ("v1", 150)
    path.write_text('{"ID": "l1", "Label": ' + '{"a":' * 2000 + "1" + "}" * 2001)
    (found,) = detect([str(path)])
    assert (found.records, found.rejected) == (1, 1)


def test_an_empty_file_is_an_empty_export(path: Path) -> None:
    found = look(path)
    assert (found.framing, found.generation, found.records, found.is_export) == ("empty", None, 0, True)


def test_what_is_no_json_is_an_error(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(InputError, match="a PNG image"):
        list(detect([str(path)]))
