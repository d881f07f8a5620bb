"""Samples: the same every time, true to both formats, complete in some hundred records, streamed."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelstore import samples
from labelstore.errors import UsageError
from labelstore.samples import writing

Json = dict[str, Any]

CUID = re.compile(r"c[0-9a-z]{24}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
V1_ASSETS, V2_ASSETS = samples.ASSET_TYPES["v1"], samples.ASSET_TYPES["v2"]
COUNT = 200


@cache
def v1(asset_type: str) -> list[Json]:
    return list(samples.v1_labels(asset_type, COUNT))


@cache
def v2(asset_type: str) -> list[Json]:
    return list(samples.v2_data_rows(asset_type, COUNT))


@cache
def legacy(sub_generation: str) -> list[Json]:
    return list(samples.legacy_labels(sub_generation, 100))


@cache
def frames(asset_type: str) -> list[Json]:
    return [line for label in v1(asset_type) for line in samples.frame_lines(label)]


def every(value: Any) -> Iterator[Json]:
    """All JSON objects in the value, itself included; points of rings are passed over."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += [item for item in value.values() if isinstance(item, dict | list)]
        elif not (value and isinstance(value[0], dict) and "x" in value[0]):
            waiting += [item for item in value if isinstance(item, dict | list)]


def keys(values: Iterable[Any]) -> set[str]:
    return {key for value in values for key in value}


def found(values: Iterable[Any], key: str) -> list[Any]:
    """What all objects inside the values have under that key."""
    return [item[key] for item in every(list(values)) if key in item]


def v1_objects(asset_type: str) -> list[Json]:
    labels = [label["Label"] for label in v1(asset_type)]
    lines = chain.from_iterable(label if isinstance(label, list) else [label] for label in labels)
    return [item for line in lines if isinstance(line, dict) for item in line.get("objects", ())]


def v2_labels(asset_type: str) -> list[Json]:
    return [label for row in v2(asset_type) for project in row["projects"].values() for label in project["labels"]]


def predictions(row: Json) -> list[Json]:
    models = row.get("experiments", {}).values()
    return [label for model in models for run in model["runs"].values() for label in run["predictions"]]


def kinds(asset_type: str) -> set[str]:
    return set(found(v2(asset_type), "annotation_kind"))


# The streams


def digest(records: Iterable[Json]) -> str:
    return hashlib.sha256(b"\n".join(map(msgspec.json.encode, records))).hexdigest()


@pytest.mark.parametrize("asset_type", V2_ASSETS)
def test_the_same_arguments_give_the_same_records(asset_type: str) -> None:
    assert digest(samples.v2_data_rows(asset_type, 30, 7)) == digest(samples.v2_data_rows(asset_type, 30, 7))
    assert digest(samples.v2_data_rows(asset_type, 30, 7)) != digest(samples.v2_data_rows(asset_type, 30, 8))
    if asset_type in V1_ASSETS:
        assert digest(samples.v1_labels(asset_type, 30, 7)) == digest(samples.v1_labels(asset_type, 30, 7))
        assert digest(samples.v1_labels(asset_type, 30, 7)) != digest(samples.v1_labels(asset_type, 30, 8))


def test_records_stay_the_same_from_version_to_version() -> None:
    """A change of these is a change of every benchmark: make it on purpose."""
    assert digest(samples.v1_labels("image", 50))[:16] == "6a7a97f2886e2ffe"
    assert digest(samples.v2_data_rows("image", 50))[:16] == "b3fd9a9e4360c4ca"


def test_a_longer_sample_starts_with_the_shorter_one() -> None:
    assert list(islice(samples.v1_labels("text", 90), 40)) == list(samples.v1_labels("text", 40))


def test_streams_are_lazy() -> None:
    billions = 10**12
    assert len(list(islice(samples.v1_labels("image", billions), 3))) == 3
    assert len(list(islice(samples.v2_data_rows("video", billions), 3))) == 3
    assert len(list(islice(samples.legacy_labels("L2", billions), 3))) == 3


@pytest.mark.parametrize("count", [0, 1, 119])
def test_streams_have_the_count_asked_for(count: int) -> None:
    assert len(list(samples.v1_labels("html", count))) == count
    assert len(list(samples.v2_data_rows("html", count))) == count
    assert len(list(samples.legacy_labels("L0", count))) == count


def test_unknown_names_are_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are image, video"):
        samples.v1_labels("llm", 1)
    with pytest.raises(UsageError, match="there are L0, L1, L2"):
        samples.legacy_labels("L3", 1)
    with pytest.raises(UsageError, match="Unheard of"):
        samples.frame_lines({"ID": "c", "Label": {"frames": ""}, "Project Name": "Unheard of"})
    with pytest.raises(UsageError, match="there are v1, v2"):
        samples.write(tmp_path, generations=("v3",))
    with pytest.raises(UsageError, match="llm"):
        samples.write(tmp_path, asset_types=("hologram",))


# Ids


def test_label_ids_are_unique_and_well_formed() -> None:
    ids = [label["ID"] for asset_type in V1_ASSETS for label in v1(asset_type)]
    ids += [label["ID"] for name in ("L0", "L1", "L2") for label in legacy(name)]
    ids += [label["id"] for asset_type in V2_ASSETS for label in v2_labels(asset_type)]
    ids += [label["id"] for row in v2("image") for label in predictions(row)]
    assert len(ids) == len(set(ids)) > 4000
    assert all(CUID.fullmatch(label_id) or UUID.fullmatch(label_id) for label_id in ids)
    assert any(UUID.fullmatch(label_id) for label_id in ids)


def test_feature_ids_are_unique_outside_frames() -> None:
    framed = ("video", "dicom")
    ids = found(
        chain.from_iterable(v1(asset_type) for asset_type in V1_ASSETS if asset_type not in framed),
        "featureId",
    )
    ids += found(
        chain.from_iterable(v2(asset_type) for asset_type in V2_ASSETS if asset_type not in (*framed, "audio")),
        "feature_id",
    )
    rows = chain.from_iterable(v2(asset_type) for asset_type in V2_ASSETS)
    related = {item["feature_id"] for item in every(list(rows)) if "unidirectional_relationship" in item}
    twice = {name for name, times in Counter(ids).items() if times > 1}
    assert set() < twice < related  # exports of 2023 have relationships among the objects too
    assert max(Counter(ids).values()) == 2
    assert all(map(CUID.fullmatch, ids))


def test_data_row_ids_are_unique_but_for_consensus() -> None:
    rows = [row["data_row"]["id"] for asset_type in V2_ASSETS for row in v2(asset_type)]
    assert len(rows) == len(set(rows))
    labelled = [label["DataRow ID"] for label in v1("image")]
    assert 0.8 < len(set(labelled)) / len(labelled) < 1


def test_schema_ids_and_colours_belong_to_one_class() -> None:
    classes: dict[str, set[tuple[str, str]]] = {}
    for item in v1_objects("image"):
        classes.setdefault(item["schemaId"], set()).add((item["title"], item["color"]))
    assert len(classes) > 15
    assert all(len(names) == 1 for names in classes.values())
    assert classes.keys() >= {
        item["feature_schema_id"]
        for item in every(v2("image"))
        if "bounding_box" in item and "feature_schema_id" in item
    }


def test_some_classes_are_frequent() -> None:
    names = [item["title"] for item in v1_objects("image")]
    counts = sorted([names.count(name) for name in set(names)])
    assert counts[-1] > 10 * counts[0]


def test_addresses_and_people_are_of_example_com() -> None:
    text = msgspec.json.encode(
        [[v1(asset_type) for asset_type in V1_ASSETS], [v2(asset_type) for asset_type in V2_ASSETS]]
    )
    hosts = set(re.findall(rb'https?://([^/?"\\]+)', text)) | set(re.findall(rb"[\w.-]+@([\w.-]+)", text))
    assert all(host == b"example.com" or host.endswith(b".example.com") for host in hosts)


# v1


def test_v1_elements_of_all_sub_generations() -> None:
    presence = {frozenset(label) for label in v1("html")}
    assert keys(presence) >= {
        *(
            "ID",
            "DataRow ID",
            "Labeled Data",
            "Label",
            "Created By",
            "Project Name",
            "Created At",
            "Updated At",
        ),
        *(
            "Seconds to Label",
            "Seconds to Review",
            "Seconds to Create",
            "External ID",
            "Global Key",
            "Agreement",
        ),
        *("Is Benchmark", "Benchmark Agreement", "Benchmark ID", "Benchmark Reference ID", "Dataset Name"),
        *("Reviews", "View Label", "Has Open Issues", "Skipped", "Media Attributes", "DataRow Metadata"),
        *("Data Split", "DataRow Workflow Info"),
    }
    assert len({names - {"Review Cost"} for names in presence}) >= 6


@pytest.mark.parametrize("asset_type", V1_ASSETS)
def test_v1_keys_that_are_always_there(asset_type: str) -> None:
    always = {"ID", "Labeled Data", "Label", "Created By", "Project Name", "Seconds to Label", "External ID"}
    assert all(always <= label.keys() for label in v1(asset_type))


@pytest.mark.parametrize("asset_type", V1_ASSETS)
def test_v1_nulls_skips_reviews_and_scores(asset_type: str) -> None:
    labels = v1(asset_type)
    assert None in [label["External ID"] for label in labels]
    assert {None} < {label.get("Global Key") for label in labels}
    assert {label["Label"] for label in labels if isinstance(label["Label"], str)} <= {"Skip"}
    assert {type(label["Seconds to Label"]) for label in labels} == {int, float}
    assert {review["score"] for label in labels for review in label.get("Reviews", ())} == {1, -1}
    assert {len(label["Reviews"]) for label in labels if "Reviews" in label} == {0, 1, 2, 3}
    assert {label.get("Has Open Issues") for label in labels} == {None, 0, 1}
    assert {-1} < {label["Agreement"] for label in labels}
    assert keys(found(labels, "Media Attributes")) >= {"assetType", "superType", "mimeType", "contentLength"}
    assert keys(found(labels, "Workflow History")[0]) >= {"actorId", "action", "createdAt"}


def test_v1_skips_of_both_kinds() -> None:
    skipped = [label for asset_type in V1_ASSETS for label in v1(asset_type) if label["Label"] in ({}, "Skip")]
    assert {json.dumps(label["Label"]) for label in skipped} == {"{}", '"Skip"'}
    assert {label.get("Skipped") for label in skipped} == {None, True}


def test_v1_benchmarks_refer_to_a_label_of_the_same_data_row() -> None:
    labels = {label["ID"]: label for label in v1("image")}
    checked = [label for label in labels.values() if label.get("Benchmark ID") in labels]
    assert checked
    assert all(labels[label["Benchmark ID"]]["DataRow ID"] == label["DataRow ID"] for label in checked)
    assert 1 in [label.get("Is Benchmark") for label in labels.values()]


GEOMETRY = {
    "bbox",
    "polygon",
    "line",
    "point",
    "data",
    "geometry",
    "instanceURI",
    "page",
    "unit",
    "format",
    "type",
}


@pytest.mark.parametrize(
    ("asset_type", "expected"),
    [
        ("image", {"bbox", "polygon", "line", "point", "instanceURI"}),
        ("text", {"data", "format", "instanceURI"}),
        ("conversation", {"data", "format", "instanceURI"}),
        ("document", {"bbox", "page", "unit", "data", "instanceURI"}),
        ("geospatial", {"bbox", "polygon", "line", "point", "geometry", "type"}),
        ("video", {"bbox", "polygon", "line", "point", "instanceURI"}),
        ("audio", set()),
        ("html", set()),
    ],
)
def test_v1_geometry_keys(asset_type: str, expected: set[str]) -> None:
    assert keys(v1_objects(asset_type)) & GEOMETRY == expected


def test_v1_masks_have_nothing_but_their_address() -> None:
    assert [item for item in v1_objects("image") if keys([item]) & GEOMETRY == {"instanceURI"}]


def test_v1_numbers_are_whole_beside_long_fractions() -> None:
    rings = [item["polygon"] for item in v1_objects("image") if "polygon" in item]
    assert any({type(point["x"]) for point in ring} == {int, float} for ring in rings)
    assert any(len(repr(point["x"])) >= 17 for ring in rings for point in ring)
    assert {ring[0] == ring[-1] for ring in rings} == {True, False}


def test_v1_tiles() -> None:
    documents = [label["Labeled Data"] for label in v1("geospatial")]
    assert all(document.startswith("\n") for document in documents)
    parsed = [json.loads(document) for document in documents]
    assert {tiles["epsg"] for tiles in parsed} == {"EPSG4326", "EPSG3857", "Simple"}
    assert keys(parsed) >= {
        "tileLayerUrl",
        "bounds",
        "minZoom",
        "maxZoom",
        "tileSize",
        "alternativeLayers",
        "name",
    }
    kinds_on_earth = {item["type"] for item in v1_objects("geospatial") if "geometry" in item}
    assert kinds_on_earth == {"point", "polyline", "polygon", "rectangle"}


def test_v1_text_entities_lie_in_inline_texts_and_end_inclusively() -> None:
    inline = [label for label in v1("text") if not label["Labeled Data"].startswith("https://")]
    assert inline
    for label in inline:
        for location in found([label["Label"]], "location"):
            assert 0 <= location["start"] <= location["end"] < len(label["Labeled Data"])
    assert any(not label["Labeled Data"].isascii() for label in inline)
    assert all("messageId" in location for location in found(v1("conversation"), "location"))


def test_v1_documents() -> None:
    assert {"text-bbox"} == keys(chain.from_iterable(found(v1("document"), "location")))
    assert min(box["page"] for box in found(v1("document"), "text-bbox")) == 1
    assert min(item["page"] for item in v1_objects("document") if "page" in item) == 0
    assert {"POINTS", "PERCENT", "INCHES", "PIXELS"} == set(found(v1("document"), "unit"))


def shape_of_answer(item: Json) -> str:
    return f"answer {type(item['answer']).__name__}" if "answer" in item else "answers"


@pytest.mark.parametrize("asset_type", V1_ASSETS)
def test_v1_answers(asset_type: str) -> None:
    questions = [item for item in every(v1(asset_type)) if "answer" in item or "answers" in item]
    assert {shape_of_answer(item) for item in questions} == {
        "answer dict",
        "answer list",
        "answer str",
        "answers",
    }
    assert keys(questions) >= {"scope"}
    answers = [answer for item in questions for answer in item.get("answers", ())]
    assert keys(answers) >= {"featureId", "schemaId", "title", "value", "position"}
    options = [item["answer"] for item in questions if isinstance(item.get("answer"), dict)]
    assert any("classifications" in option for option in options)
    assert any("messageId" in item for item in questions) == (asset_type == "conversation")


def test_v1_checklists_and_mixed_arrays_stand_in_double_brackets() -> None:
    arrays = [item["classifications"] for item in v1_objects("image") if item.get("classifications")]
    shapes = {"".join(sorted({type(entry).__name__ for entry in array})) for array in arrays}
    assert shapes == {"dict", "list", "dictlist"}


def test_v1_sub_questions_follow_their_question() -> None:
    titles = [
        [entry["title"] for entry in item["classifications"] if isinstance(entry, dict)]
        for item in v1_objects("image")
        if item.get("classifications")
    ]
    assert ["Hidden", "Why hidden"] in titles


@pytest.mark.parametrize("asset_type", ["image", "text", "conversation", "document"])
def test_v1_relationships_join_objects_of_the_label(asset_type: str) -> None:
    labels = [label["Label"] for label in v1(asset_type) if isinstance(label["Label"], dict)]
    assert {"relationships" in label for label in labels} == {True, False}
    made = [(label, item) for label in labels for item in label.get("relationships", ())]
    assert keys(item["data"] for _, item in made) == {
        "source",
        "target",
        "label",
        "startFeatureId",
        "endFeatureId",
    }
    assert {item.get("relationshipType") for _, item in made} == {None, "unidirectional", "bidirectional"}
    for label, item in made:
        ids = {item["featureId"] for item in label["objects"]}
        assert ids.issuperset(value for key, value in item["data"].items() if key != "label")


def test_v1_videos_in_three_forms() -> None:
    forms = {
        "lines" if isinstance(label["Label"], list) else " ".join(sorted(label["Label"]))
        for label in v1("video")
        if label["Label"] not in ({}, "Skip")
    }
    assert forms >= {"lines", "frames", "classifications frames objects relationships"}


@pytest.mark.parametrize("asset_type", ["video", "dicom"])
def test_v1_frames(asset_type: str) -> None:
    lines = frames(asset_type)
    assert keys(lines) == {"frameNumber", "classifications", "objects"} | (
        {"relationships"} & {"relationships" if asset_type == "dicom" else ""}
    )
    assert min(line["frameNumber"] for line in lines) == 1
    objects = [item for line in lines for item in line["objects"]]
    assert {item["keyframe"] for item in objects} == {True, False}
    expected = {"line"} if asset_type == "dicom" else {"bbox", "polygon", "line", "point"}
    assert keys(objects) & GEOMETRY == {*expected, "instanceURI"}
    assert any("keyframe" in answer for answer in found(lines, "answer"))
    assert len({item["featureId"] for item in objects}) < len(objects) / 2


def test_v1_frames_of_labels_that_have_none() -> None:
    assert list(samples.frame_lines({"ID": "c", "Label": "Skip", "Project Name": "x"}, 0)) == []
    assert list(samples.frame_lines(v1("image")[0], 0)) == []
    framed = next(label for label in v1("video") if "frames" in label["Label"])
    assert digest(samples.frame_lines(framed, 1)) == digest(samples.frame_lines(framed, 1))


def test_v1_oddities_occur_once_in_a_hundred() -> None:
    labels = list(samples.v1_labels("image", 400))
    odd = [label for label in labels if {"Review Cost", "occlusion", "cuboid", "meshes"} & keys(every(label))]
    assert len(odd) == 4
    assert keys(chain.from_iterable(map(every, odd))) >= {"Review Cost", "occlusion", "cuboid", "meshes"}


# The exports of 2018 and 2019


def test_legacy_labels_of_each_sub_generation() -> None:
    l0 = [label for label in legacy("L0") if label["Label"] not in ({}, "Skip")]
    assert {type(value) for label in l0 for value in label["Label"].values()} == {str, list}
    assert {type(label["Seconds to Label"]) for label in l0} == {str}
    assert {label["External ID"] for label in l0} == {""}
    assert not keys(l0) & {"Created At", "View Label", "DataRow ID"}
    assert keys(legacy("L1")) >= {"Created At", "Agreement", "Dataset Name", "Reviews", "View Label"}
    assert keys(legacy("L2")) >= {"DataRow ID", "Updated At", "Benchmark ID", "Benchmark Reference ID"}


def test_legacy_geometry_with_attributes_and_plain_answers() -> None:
    l2 = [label["Label"] for label in legacy("L2") if isinstance(label["Label"], dict)]
    values = [item for label in l2 for values in label.values() if isinstance(values, list) for item in values]
    instances = [item for item in values if isinstance(item, dict)]
    assert {type(item["geometry"]) for item in instances} == {str, list, dict}
    assert {"color", "seen from"} <= keys(instances)
    assert {item for item in values if isinstance(item, str)} == {"rain", "fog", "night"}
    assert any("Masks" in label for label in legacy("L2"))
    rings = [item["geometry"] for item in instances if isinstance(item["geometry"], list)]
    assert {ring[0] == ring[-1] for ring in rings} == {True, False}
    assert {"type", "notes", "car ", "tv/monitor"} <= keys(l2)


# v2


def test_v2_blocks_are_present_or_absent() -> None:
    for block in ("attachments", "metadata_fields", "embeddings", "experiments"):
        assert {block in row for row in v2("image")} == {True, False}, block
    projects = [project for row in v2("image") for project in row["projects"].values()]
    assert {"project_details" in project for project in projects} == {True, False}
    assert {"project_tags" in project for project in projects} == {True, False}
    for block in ("label_details", "performance_details"):
        assert {block in label for label in v2_labels("image")} == {True, False}, block
    assert {frozenset(row["data_row"]) >= {"details"} for row in v2("image")} == {True, False}


def test_v2_rows_with_no_label_several_labels_or_several_projects() -> None:
    assert {len(row["projects"]) for row in v2("image")} == {1, 2}
    assert {len(project["labels"]) for row in v2("image") for project in row["projects"].values()} == {
        0,
        1,
        2,
        3,
    }
    for name in ("external_id", "global_key"):
        assert {name in row["data_row"] for row in v2("image")} == {True, False}


def test_v2_blocks_hold_every_key() -> None:
    rows = v2("image")
    projects = [project for row in rows for project in row["projects"].values()]
    details = [project["project_details"] for project in projects if "project_details" in project]
    assert keys(details) == {
        *("ontology_id", "task_id", "task_name", "batch_id", "batch_name", "workflow_status", "priority"),
        *("consensus_expected_label_count", "workflow_history", "selected_label_id"),
    }
    history = [entry for item in details for entry in item["workflow_history"]]
    assert {entry["action"] for entry in history} == {"Move", "Approve", "Reject"}
    assert {item["workflow_status"] for item in details} == {"TO_LABEL", "IN_REVIEW", "IN_REWORK", "DONE"}
    assert keys(found(rows, "performance_details")) == {
        *("seconds_to_create", "seconds_to_review", "skipped", "benchmark_score", "consensus_score"),
        "benchmark_reference_label",
    }
    assert keys(found(rows, "performance_details_v2")) == {
        *("seconds_to_label", "seconds_to_review", "seconds_to_rework", "seconds_total", "skipped", "consensus_score"),
    }
    for times in found(rows, "performance_details_v2"):
        parts = sum(times[f"seconds_to_{part}"] for part in ("label", "review", "rework"))
        assert times["seconds_total"] == parts
    assert {type(label.get("z_order")) for label in v2_labels("image")} == {list, type(None)}
    assert {item["skipped"] for item in found(rows, "performance_details")} == {True, False}
    assert keys(found(rows, "label_details")) == {
        *("created_at", "updated_at", "created_by", "content_last_updated_at", "reviews", "scores"),
    }
    assert {len(item["reviews"]) for item in found(rows, "label_details")} == {0, 1}
    assert keys(found(rows, "details")) == {
        *("dataset_id", "dataset_name", "created_at", "updated_at", "last_activity_at", "created_by"),
    }
    fields = [field for row in rows for field in row.get("metadata_fields", ())]
    assert {type(field["value"]) for field in fields} == {str, int, float, list}
    vectors = [item for row in rows for item in row.get("embeddings", ())]
    assert all(len(item["values"][0]["value"]) == item["dimensions"] for item in vectors)
    assert {item["type"] for row in rows for item in row.get("attachments", ())} == {"IMAGE", "RAW_TEXT"}


def test_v2_experiments_have_runs_with_labels_and_predictions() -> None:
    models = [model for row in v2("image") for model in row.get("experiments", {}).values()]
    runs = [run for model in models for run in model["runs"].values()]
    assert {len(model["runs"]) for model in models} == {1, 2}
    assert keys(runs) == {"name", "run_data_row_id", "split", "labels", "predictions"}
    labels = [label for row in v2("image") for label in predictions(row)]
    among = [item for label in labels for item in label["annotations"]["objects"]]
    scored = [item for item in among if "unidirectional_relationship" not in item]
    assert len(scored) < len(among)
    assert all("confidence" in item for item in scored)
    assert {"custom_metrics" in item for item in scored} == {True, False}
    assert not [item for label in v2_labels("image") for item in every(label) if "confidence" in item]


def test_v2_media_attributes_of_every_year() -> None:
    media = [row["media_attributes"] for row in v2("image")]
    assert {item["exif_rotation"] for item in media} == {"1", 1}
    assert {"asset_type" in item for item in media} == {True, False}
    assert keys(row["media_attributes"] for row in v2("video")) >= {
        "height",
        "width",
        "frame_rate",
        "frame_count",
    }


@pytest.mark.parametrize(
    ("asset_type", "expected"),
    [
        (
            "image",
            {
                *("ImageBoundingBox", "ImagePolygon", "ImagePolyline", "ImageLine", "ImagePoint"),
                *("ImageSegmentationMask", "ImageUnidirectionalRelationship"),
            },
        ),
        ("text", {"TextEntity", "TextUnidirectionalRelationship"}),
        ("conversation", {"ConversationalTextEntity", "TextUnidirectionalRelationship"}),
        ("document", {"DocumentBoundingBox", "DocumentEntityToken", "DocumentUnidirectionalRelationship"}),
        ("geospatial", {"GeoBoundingBox", "GeoPolygon", "GeoPolyline", "GeoPoint"}),
        ("llm", {"MessageSingleSelection", "MessageMultiSelection", "MessageRanking"}),
        (
            "video",
            {"VideoBoundingBox", "VideoPolygon", "VideoPolyline", "VideoPoint", "VideoSegmentationMask"},
        ),
        ("dicom", {"DICOMPolyline", "DICOMSegmentationMask"}),
        ("audio", set()),
        ("html", set()),
    ],
)
def test_v2_annotation_kinds(asset_type: str, expected: set[str]) -> None:
    assert kinds(asset_type) - {"Cuboid"} == expected


PLAIN = frozenset({"objects", "classifications", "relationships"})


@pytest.mark.parametrize(
    ("asset_type", "expected"),
    [
        ("video", {frozenset({"frames", "segments", "key_frame_feature_map", "classifications"})}),
        (
            "dicom",
            {
                frozenset({"groups", "segments", "classifications"}),
                frozenset({"groups", "segments", "classifications", "key_frame_feature_map"}),
            },
        ),
        ("audio", {PLAIN, frozenset({"classifications", "segments", "timestamp"})}),
        *((asset_type, {PLAIN}) for asset_type in V2_ASSETS if asset_type not in ("video", "dicom", "audio")),
    ],
)
def test_v2_containers(asset_type: str, expected: set[frozenset[str]]) -> None:
    containers = {frozenset(label["annotations"]) - {"meshes"} for label in v2_labels(asset_type)}
    assert containers == expected


def test_v2_features_of_every_year() -> None:
    objects = [item for label in v2_labels("image") for item in label["annotations"]["objects"]]
    presence = {("feature_schema_id" in item, "value" in item) for item in objects}
    assert presence == {(False, False), (True, False), (True, True)}
    assert all("classifications" in item for item in objects)
    masks = {
        frozenset(item) & {"mask", "composite_mask"}
        for item in objects
        if "SegmentationMask" in item["annotation_kind"]
    }
    assert masks == {
        frozenset({"mask"}),
        frozenset({"composite_mask"}),
        frozenset({"mask", "composite_mask"}),
    }
    urls = found(objects, "mask")
    assert {"/index/1/mask" in mask["url"] for mask in urls} == {True, False}
    assert {"token" in item for item in found(v2("text"), "location")} == {True, False}
    assert {
        "page_dimensions" in item for item in every(v2("document")) if "page_number" in item and "bounding_box" in item
    } == {True, False}


def test_v2_geometry_has_no_integers_and_closed_rings() -> None:
    boxes = found(v2("image"), "bounding_box")
    assert {type(value) for box in boxes for value in box.values()} == {float}
    assert any(value.is_integer() for box in boxes for value in box.values())
    rings = found(v2("image"), "polygon")
    assert all(ring[0] == ring[-1] for ring in rings)
    assert {type(point["x"]) for ring in rings for point in ring} == {float}


ANSWERS = {"radio_answer", "checklist_answers", "text_answer"}


@pytest.mark.parametrize("asset_type", V2_ASSETS)
def test_v2_answers(asset_type: str) -> None:
    labels = v2_labels(asset_type)
    conversational = {f"conversational_{key}" for key in ANSWERS} if asset_type in ("conversation", "llm") else set()
    assert {key for key in keys(every(labels)) if "_answer" in key} == ANSWERS | conversational
    for item in every(labels):
        about_message = any(key in item for key in conversational)
        assert about_message == ("message_id" in item and "name" in item)


def depth(classifications: list[Json]) -> int:
    answers = [item.get("radio_answer") or item.get("checklist_answers") or {} for item in classifications]
    options = chain.from_iterable(answer if isinstance(answer, list) else [answer] for answer in answers)
    return 1 + max([depth(option["classifications"]) for option in options if option.get("classifications")], default=0)


def test_v2_questions_nest_one_to_five_levels() -> None:
    answered = [label["annotations"]["classifications"] for label in v2_labels("html")]
    assert {depth([item]) for classifications in answered for item in classifications} == {1, 2, 3, 4, 5}


def test_v2_video_tracks() -> None:
    annotations = [label["annotations"] for label in v2_labels("video")]
    maps = [features for item in annotations for features in item["key_frame_feature_map"].values()]
    assert {type(features) for features in maps} == {list, dict}
    assert {type(value) for features in maps if isinstance(features, dict) for value in features.values()} == {bool}
    assert any(not item["frames"] and item["segments"] for item in annotations)
    owners = set()
    for item in annotations:
        tracked = {feature_id for frame in item["frames"].values() for feature_id in frame["objects"]}
        assert all(
            frame["objects"][key]["feature_id"] == key for frame in item["frames"].values() for key in frame["objects"]
        )
        answered = [question for frame in item["frames"].values() for question in frame["classifications"]]
        for feature_id in item["segments"].keys() if item["frames"] else ():
            is_question = feature_id in [question["feature_id"] for question in answered]
            is_answer = feature_id in [question["radio_answer"]["feature_id"] for question in answered]
            assert is_question + is_answer + (feature_id in tracked) == 1
            owners.add("question" if is_question else "answer" if is_answer else "object")
    assert owners == {"object", "question", "answer"}


def test_v2_dicom_groups() -> None:
    annotations = [label["annotations"] for label in v2_labels("dicom")]
    groups = [item["groups"] for item in annotations if item["groups"]]
    assert keys(groups) == {"Axial", "Sagittal", "Coronal"}
    assert {
        type(value)
        for features in found(annotations, "key_frame_feature_map")
        for axes in features.values()
        for frames in axes.values()
        for value in frames.values()
    } == {bool}


def test_v2_audio_stands_at_both_ends_of_its_spans() -> None:
    timed = [label["annotations"] for label in v2_labels("audio") if label["annotations"].get("timestamp")]
    assert timed
    of_questions = several = 0
    for item in timed:
        at = {int(key): json.dumps(moment["classifications"]) for key, moment in item["timestamp"].items()}
        questions = {made["feature_id"] for moment in item["timestamp"].values() for made in moment["classifications"]}
        for feature_id, spans in item["segments"].items():
            of_questions += feature_id in questions
            several += len(spans) > 1
            assert all(f'"{feature_id}"' in at[edge] for span in spans for edge in span)
    assert 0 < of_questions < sum(len(item["segments"]) for item in timed)
    assert several
    assert any(list(item["timestamp"]) != sorted(item["timestamp"], key=int) for item in timed)


def test_v2_oddities_occur() -> None:
    rows = list(samples.v2_data_rows("text", 1000))
    names = ("lineage", "color_space", "review_cost", "occlusion", "cuboid", "meshes")
    odd = [row for row in rows if set(names) & keys(every(row))]
    assert 7 <= len(odd) <= 10
    assert keys(chain.from_iterable(map(every, odd))) >= set(names)


# Files


def test_write_makes_every_file(tmp_path: Path) -> None:
    seen: list[int] = []
    files = samples.write(tmp_path / "new" / "folder", labels=12, on_bytes=seen.append)
    names = [f"v1-{asset_type}.json" for asset_type in V1_ASSETS] + ["v1-legacy.json", "v1-legacy.csv"]
    names += [f"v2-{asset_type}.ndjson" for asset_type in V2_ASSETS]
    assert [file.path.name for file in files] == names
    assert {file.records for file in files} == {12}
    on_disk = [path for path in (tmp_path / "new" / "folder").rglob("*") if path.is_file()]
    assert sum(seen) == sum(path.stat().st_size for path in on_disk)
    assert not [path for path in on_disk if path.suffix == ".part"]
    for file in files:
        content = file.path.read_bytes()
        if file.path.suffix == ".csv":
            assert len(list(csv.reader(io.StringIO(content.decode(), newline="")))) == 13
            continue
        records = (
            msgspec.json.decode(content)
            if file.generation == "v1"
            else [json.loads(line) for line in content.splitlines()]
        )
        assert len(records) == 12


def test_write_holds_the_records_of_the_streams(tmp_path: Path) -> None:
    v1_file, v2_file = samples.write(tmp_path, asset_types=("text",), labels=20, seed=3)
    assert json.loads(v1_file.path.read_bytes()) == list(samples.v1_labels("text", 20, 3))
    lines = v2_file.path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == list(samples.v2_data_rows("text", 20, 3))


@pytest.mark.parametrize("asset_type", ["video", "dicom"])
def test_write_puts_frames_files_beside_v1_videos_and_volumes(tmp_path: Path, asset_type: str) -> None:
    (file,) = samples.write(tmp_path, generations=("v1",), asset_types=(asset_type,), labels=15)
    assert file.frames == tmp_path / "frames"
    labels = [label for label in json.loads(file.path.read_bytes()) if "frames" in label["Label"]]
    assert sorted(path.name for path in file.frames.iterdir()) == sorted(f"{label['ID']}.ndjson" for label in labels)
    lines = (file.frames / f"{labels[0]['ID']}.ndjson").read_bytes().splitlines()
    assert [json.loads(line) for line in lines] == list(samples.frame_lines(labels[0], 0))


def test_write_of_nothing_is_an_empty_array_or_file(tmp_path: Path) -> None:
    v1_file, v2_file = samples.write(tmp_path, asset_types=("html",), labels=0)
    assert json.loads(v1_file.path.read_bytes()) == []
    assert v2_file.path.read_bytes() == b""


def test_a_broken_write_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[Json]:
        yield {"a": 1}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        writing.write_records(tmp_path / "x.json", broken(), writing.ARRAY)
    assert list(tmp_path.iterdir()) == []


def test_all_names_are_importable() -> None:
    assert all(hasattr(samples, name) for name in samples.__all__)
