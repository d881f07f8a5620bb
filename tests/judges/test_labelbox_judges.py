"""What the types of Labelbox's SDK say of our import lines: each is one of them, without a key they do not know."""

from pathlib import Path

import pytest
from PIL import Image

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported
from tests.judging import judge, said
from tests.making import store_of
from tests.test_export_matrix import on_image
from tests.test_labelbox_import import on_video
from tests.vaulted import linked, png, rows

SDK = """
import json, sys, typing
from labelbox.data.serialization.ndjson.classification import NDClassificationType, NDVideoText
from labelbox.data.serialization.ndjson.mmc import NDMessageTask
from labelbox.data.serialization.ndjson.objects import NDObjectType, NDSegments
from labelbox.data.serialization.ndjson.relationship import NDRelationship
from labelbox.data.serialization.ndjson.temporal import TemporalNDJSON
from labelbox.schema.annotation_import import LabelImport
from pydantic import ValidationError

def types(*found):
    for one in found:
        yield from types(*typing.get_args(one)) if typing.get_origin(one) is typing.Union else [one]

KNOWN = [*types(NDObjectType, NDClassificationType, NDRelationship, NDSegments, NDMessageTask, NDVideoText)]
KNOWN.append(TemporalNDJSON)

def bare(value):
    if isinstance(value, list):
        return [bare(item) for item in value]
    if isinstance(value, dict):
        return {name: bare(item) for name, item in value.items() if (name, item) != ("classifications", [])}
    return value

counts, lefts, areas, pixels, odd = {}, 0, 0, 0, []
with open(sys.argv[1], encoding="utf-8") as file:
    lines = [json.loads(line) for line in file]
for line in lines:
    for kind in KNOWN:
        try:
            read = kind.model_validate(line)
        except ValidationError:
            continue
        if bare(read.model_dump(by_alias=True, exclude_none=True)) == line:
            counts[kind.__name__] = counts.get(kind.__name__, 0) + 1
            match kind.__name__:
                case "NDRectangle":
                    lefts += read.to_common().start.x
                case "NDPolygon":
                    areas += read.to_common().shapely.area
                case "NDMask":
                    pixels += int(read.to_common().draw(color=1).sum())
            break
    else:
        odd.append(line)
LabelImport._validate_data_rows(lines)
print(json.dumps({"counts": counts, "lefts": lefts, "areas": areas, "pixels": pixels, "odd": odd[:3]}))
"""

OF_KNOWN = (
    "join labels as l on l.label_id = o.label_id join records as r on r.record_id = l.record_id and not r.derived_id"
)
BOXES = f"""
select count(*), sum(b."left")
from bounding_boxes as b
join objects as o on o.object_id = b.object_id
{OF_KNOWN}
where o.frame_id is null and o.page is null and not coalesce(l.skipped, false) and l.model_run_id is null
"""
POLYGONS = f"""
select count(*), sum(p.area)
from polygons as p
join objects as o on o.object_id = p.object_id
{OF_KNOWN}
where o.frame_id is null and not coalesce(l.skipped, false) and l.model_run_id is null
"""


@judge
def test_every_line_is_of_a_type_of_the_sdk(tmp_path: Path) -> None:
    files = write(tmp_path / "samples", labels=30)
    load(tmp_path / "labels.db", [file.path for file in files], frames=tmp_path / "samples" / "frames")
    out, done = exported(tmp_path / "labels.db", "labelbox-import", "import.ndjson", labels="all")
    found = said("labelbox", SDK, out)
    assert found["odd"] == []
    counts = found["counts"]
    assert {
        "NDChecklist",
        "NDConversationEntity",
        "NDDocumentEntity",
        "NDDocumentRectangle",
        "NDLine",
        "NDMessageTask",
        "NDPoint",
        "NDPolygon",
        "NDRadio",
        "NDRectangle",
        "NDRelationship",
        "NDSegments",
        "NDText",
        "NDTextEntity",
        "NDVideoText",
        "TemporalNDJSON",
    } == counts.keys()
    written = done.written
    assert counts["NDRelationship"] == written["relationship"]
    assert counts["NDSegments"] == written["track"]
    assert counts["NDMessageTask"] == sum(count for kind, count in written.items() if kind.startswith("message_"))
    assert (
        counts["NDTextEntity"] + counts["NDConversationEntity"] + counts["NDDocumentEntity"] == written["text_entity"]
    )
    with open_database(tmp_path / "labels.db", read_only=True) as database:
        boxes = database.query(BOXES).rows
        assert (counts["NDRectangle"], pytest.approx(found["lefts"])) == next(boxes)
        assert (counts["NDPolygon"], pytest.approx(found["areas"])) == next(database.query(POLYGONS).rows)


def square_mask() -> Image.Image:
    """A mask of 40 by 40 pixels."""
    mask = Image.new("RGB", (200, 200))
    mask.paste((255, 0, 0), (50, 50, 90, 90))
    return mask


@judge
def test_the_sdk_sees_the_pixels_that_the_store_has(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [on_image()])
    ((url,),) = rows(store, "select coalesce(url, composite_url) from masks")
    linked(store, {url: png(square_mask())})
    assert rows(store, "select area from mask_pixels") == [(1600,)]
    out, _ = exported(store, "labelbox-import", "import.ndjson")
    found = said("labelbox", SDK, out)
    assert (found["odd"], found["counts"]["NDMask"], found["pixels"]) == ([], 1, 1600)


@judge
def test_the_sdk_sees_the_pixels_of_a_mask(tmp_path: Path) -> None:
    mask = square_mask()
    mask.save(tmp_path / "mask.png")
    store = store_of(tmp_path, "sqlite", [on_image()])
    out, _ = exported(store, "labelbox-import", "import.ndjson", assets=str(tmp_path))
    found = said("labelbox", SDK, out)
    assert (found["odd"], found["counts"]["NDMask"], found["pixels"]) == ([], 1, 1600)


@judge
def test_the_sdk_has_types_for_answers_in_frames(tmp_path: Path) -> None:
    out, _ = exported(store_of(tmp_path, "sqlite", [on_video([2, 9])]), "labelbox-import", "import.ndjson")
    found = said("labelbox", SDK, out)
    assert (found["odd"], found["counts"]) == ([], {"NDSegments": 1, "NDRadio": 2, "NDVideoText": 1})
