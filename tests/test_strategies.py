"""The strategies make what they promise: every kind, hostile values, unique ids, exact text."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests import strategies
from tests.soaking import amount
from tests.strategies import (
    to_json,
    v1_files,
    v1_frame_files,
    v1_frame_lines,
    v1_legacy_records,
    v1_records,
    v2_files,
    v2_labels,
    v2_records,
)

RECORDS = {
    "v1": v1_records(),
    "v1 legacy": v1_legacy_records(),
    "v1 frames": v1_frame_lines(),
    "v2": v2_records(),
}
V1_KEYS = {
    "bbox", "polygon", "line", "point", "instanceURI", "data", "geometry", "cuboid", "text-bbox",
    "messageId", "page", "keyframe", "answer", "answers", "relationships", "startFeatureId",
    "relationshipType", "frameNumber", "Reviews", "Media Attributes", "DataRow Workflow Info",
    "DataRow ID", "Skipped", "extra", "",
}  # fmt: skip
V2_KEYS = {
    "bounding_box", "polygon", "line", "point", "mask", "composite_mask", "location",
    "conversational_location", "geojson", "page_dimensions", "selected_message", "selected_messages",
    "ranked_messages", "radio_answer", "checklist_answers", "text_answer", "conversational_radio_answer",
    "conversational_checklist_answers", "conversational_text_answer", "unidirectional_relationship",
    "bidirectional_relationship", "frames", "segments", "key_frame_feature_map", "groups", "timestamp",
    "experiments", "runs", "predictions", "metadata_fields", "attachments", "embeddings",
    "workflow_history", "reviews", "performance_details", "performance_details_v2", "scores", "z_order",
    "bit_rate", "labelable_ids", "extra", "",
}  # fmt: skip

KINDS = strategies.IMAGE_KINDS | strategies.VIDEO_KINDS | strategies.DICOM_KINDS


@st.composite
def v2_objects(draw: strategies.Draw) -> Any:
    return strategies.v2_object(draw, KINDS)


generated = settings(derandomize=True, database=None, deadline=None, phases=[Phase.generate])


@cache
def drawn(values: st.SearchStrategy[Any], count: int = 500) -> list[Any]:
    seen: list[Any] = []

    @settings(generated, max_examples=count)
    @given(values)
    def keep(value: Any) -> None:
        seen.append(value)

    keep()
    return seen


def nodes(value: Any) -> Iterator[Any]:
    yield value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from nodes(item)


def keys(values: list[Any]) -> set[str]:
    return {key for node in nodes(values) if isinstance(node, dict) for key in node}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("values", RECORDS.values(), ids=RECORDS)
def test_text_reads_back_exactly(values: st.SearchStrategy[Any]) -> None:
    for value in drawn(values):
        for ensure_ascii in (False, True):
            text = to_json(value, ensure_ascii)
            assert repr(json.loads(text)) == repr(value)
            assert text.isascii() or not ensure_ascii


@pytest.mark.sampled(0)
def test_v1_records_cover_the_format() -> None:
    assert V1_KEYS - keys(drawn(RECORDS["v1"], 1000)) == set()


@pytest.mark.sampled(0)
def test_v2_records_cover_the_format() -> None:
    assert V2_KEYS - keys([*drawn(RECORDS["v2"], 1000), *drawn(v2_objects(), 1500)]) == set()


@pytest.mark.sampled(0)
def test_v2_objects_cover_the_kinds() -> None:
    assert KINDS.keys() - {thing["annotation_kind"] for thing in drawn(v2_objects(), 1500)} == set()


@pytest.mark.sampled(6)
@pytest.mark.parametrize("values", RECORDS.values(), ids=RECORDS)
def test_hostile_values_turn_up(values: st.SearchStrategy[Any]) -> None:
    met = list(nodes(drawn(values)))
    assert {type(node) for node in met} == {type(None), bool, int, float, str, list, dict}
    assert any(isinstance(node, int) and node > 2**63 for node in met)
    assert "-0.0" in map(repr, met)
    assert any(isinstance(node, str) and "\x00" in node for node in met)
    assert [] in met
    assert {} in met


def is_deep(label: Any) -> bool:
    """Six questions below each other."""
    return to_json(label).count(b'"classifications": [{"') >= 6


@pytest.mark.parametrize("values", [v1_records(), v2_records()], ids=["v1", "v2"])
def test_questions_nest_six_deep(values: st.SearchStrategy[Any]) -> None:
    find(values, is_deep, settings=settings(generated, max_examples=2000))


def test_labels_have_brackets_of_all_sorts() -> None:
    texts = [json.dumps(record) for record in drawn(RECORDS["v1"])]
    assert any('"classifications": [[{' in text for text in texts)
    assert any("}, [{" in text for text in texts)


def test_v1_files_have_unique_labels_and_shared_data_rows() -> None:
    shared = 0
    for records in drawn(v1_files(), 100):
        ids = [record["ID"] for record in records]
        assert 1 <= len(ids) == len(set(ids)) <= 8
        assert all(isinstance(label_id, str) and label_id for label_id in ids)
        assert all("Labeled Data" in record for record in records)
        data_rows = [str(record["DataRow ID"]) for record in records if "DataRow ID" in record]
        shared += len(data_rows) > len(set(data_rows))
    assert shared


@pytest.mark.sampled(0)
def test_v2_files_have_unique_data_rows_and_labels() -> None:
    for records in drawn(v2_files(), 100):
        data_row_ids = [record["data_row"]["id"] for record in records]
        label_ids = [label["id"] for record in records for label in v2_labels(record)]
        assert 1 <= len(data_row_ids) <= 8
        for ids in (data_row_ids, label_ids):
            assert len(ids) == len(set(ids))
            assert all(isinstance(one, str) and one for one in ids)


@pytest.mark.soak
def test_frames_files_have_unique_numbers() -> None:
    for lines in drawn(v1_frame_files(), amount(100, 30)):
        numbers = [line["frameNumber"] for line in lines]
        assert all(type(number) is int for number in numbers)
        assert len(numbers) == len(set(numbers))
