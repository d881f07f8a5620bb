"""Byte ranges of a file, for a lake: what several processes read is what one reads, or they say that they cannot."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelstore.errors import WrongSplitError
from labelstore.files import Broken, open_sources, split
from labelstore.lake.tasks.byte_ranges import ByteRange, byte_ranges, split_range

Found = tuple[int, bytes, str]


def found(items: Any) -> list[Found]:
    return [(item.byte_offset, item.raw, item.reason if isinstance(item, Broken) else "") for item in items]


def whole(path: Path) -> list[Found]:
    [source] = open_sources([str(path)])
    with source:
        return found(split(source, msgspec.json.decode))


def planned(path: Path, parts: int) -> list[ByteRange] | None:
    """As many byte ranges as there are to be parts."""
    size = path.stat().st_size
    return byte_ranges(str(path), size, [size * part // parts for part in range(1, parts)]) if size else None


def side_by_side(path: Path, parts: int, numbers: int = 1000) -> list[Found] | None:
    """What is found in the byte ranges, in their order; None if only one process can read the file."""
    plan = planned(path, parts)
    if plan is None:
        return None
    assert len(plan) == parts
    items: list[Found] = []
    for byte_range in plan:
        [source] = open_sources([str(path)])
        with source:
            part = list(split_range(source, msgspec.json.decode, byte_range, numbers))
        assert [item.position for item in part] == list(range(len(part)))
        items += found(part)
    return items


def record(number: int, filling: str = "") -> dict[str, Any]:
    return {
        "ID": f"label{number:05d}",
        "Label": {"objects": [{"title": filling}]},
        "Reviews": [{"id": "r"}, {"id": "s"}],
    }


RECORDS = [record(number, "x" * (number % 300)) for number in range(400)]


@pytest.mark.parametrize("parts", [2, 3, 7])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps(RECORDS), id="array"),
        pytest.param(json.dumps(RECORDS, indent=2), id="pretty array"),
        pytest.param("\ufeff" + json.dumps(RECORDS, separators=(",", ":")), id="array behind a byte order mark"),
        pytest.param("\n".join(map(json.dumps, RECORDS)), id="lines"),
        pytest.param("\r\n".join(map(json.dumps, RECORDS)) + "\r\n", id="lines of another system"),
        pytest.param(",\n".join(map(json.dumps, RECORDS)) + ",\n", id="lines that end in a comma"),
    ],
)
def test_ranges_add_up(tmp_path: Path, text: str, parts: int) -> None:
    path = tmp_path / "export"
    path.write_bytes(text.encode())
    plan = planned(path, parts)
    assert plan is not None
    assert len({byte_range.start for byte_range in plan}) == parts
    assert side_by_side(path, parts) == whole(path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("no JSON", id="something else"),
        pytest.param(json.dumps(RECORDS[0]), id="one object"),
        pytest.param(json.dumps(RECORDS[:1]), id="an array of one"),
        pytest.param("".join(map(json.dumps, RECORDS)), id="objects without separators"),
        pytest.param("[1, 2, 3, 4]", id="scalars"),
        pytest.param(json.dumps({"data": RECORDS}), id="an array in an object"),
        pytest.param(
            "\n".join(json.dumps({"json_str": json.dumps(found)}) for found in RECORDS), id="the SDK's stream"
        ),
        pytest.param("[{}, {}, {}]", id="no keys"),
        pytest.param('[{"ID": {, {"ID": 1}]', id="broken at the start"),
        pytest.param('[{"id":1,"a":[{"id":2},{"id":3}]},{"id":4},{"id":5}]', id="the separator in a record"),
    ],
)
def test_files_that_only_reading_can_tell_apart(tmp_path: Path, text: str) -> None:
    path = tmp_path / "export"
    path.write_text(text)
    assert planned(path, 2) is None


def test_a_file_that_is_gone_has_no_ranges(tmp_path: Path) -> None:
    assert byte_ranges(str(tmp_path / "none"), 1000, [500]) is None


def test_more_parts_than_records(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_text(json.dumps(RECORDS[:3]))
    assert side_by_side(path, 9) == whole(path)


def lured(path: Path) -> Path:
    """A file with a text in its last record that looks like one more record, right where the second half begins."""
    first, second = (json.dumps(record(number)) for number in range(2))
    last = json.dumps({"ID": "label2", "Label": {}})[:-1]
    before, behind = "y" * 22_000, "y" * 20_000
    path.write_text(f'[{first},\n{second},\n{last}, "notes": ["{before}",\n{{"ID": "no label"}}, "{behind}"]}}]')
    return path


def test_a_wrong_guess_is_noticed(tmp_path: Path) -> None:
    """Only who reads all before it can know that it is no record."""
    path = lured(tmp_path / "export")
    [_, lure] = planned(path, 2) or []
    assert 22_000 < lure.start < lure.end
    with pytest.raises(WrongSplitError):
        side_by_side(path, 2)


def test_more_records_than_numbers_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_text(",".join(['[{"ID":1}', *['{"ID":2}'] * 90]) + "]")
    assert side_by_side(path, 2, 60) == whole(path)
    with pytest.raises(WrongSplitError):
        side_by_side(path, 2, 30)


def test_a_file_that_got_shorter_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_text(json.dumps(RECORDS))
    [first, _] = planned(path, 2) or []
    path.write_text(json.dumps(RECORDS[:10]))
    [source] = open_sources([str(path)])
    with source, pytest.raises(WrongSplitError):
        list(split_range(source, msgspec.json.decode, first, 1000))


BITS = st.sampled_from(
    [
        *(
            '{"ID": 1}',
            '{"ID": "a, b", "c": [{"ID": 2}, {"ID": 3}]}',
            '{"x": "},\\n{\\"ID\\": 4}"}',
            '{"ID": "' + "z" * 99 + '"}',
        ),
        *(", ", ",\n", ",", "\n", "\r\n", " ", "]", "[", "{", "}", '"', '{"ID": ', '{"ID": 1', "nul", "5", "\\", "é"),
    ]
)


@given(
    st.sampled_from(["array", "lines"]),
    st.lists(BITS, max_size=12),
    st.integers(0, 60),
    st.integers(2, 4),
)
def test_ranges_of_broken_files_add_up_or_say_so(
    tmp_path_factory: pytest.TempPathFactory, framing: str, bits: list[str], place: int, parts: int
) -> None:
    between = ",\n" if framing == "array" else "\n"
    texts = [json.dumps(record(number, "x" * 40)) for number in range(60)]
    texts[place:place] = ["".join(bits)]
    text = between.join(texts)
    path = tmp_path_factory.mktemp("byte_ranges") / "export"
    path.write_text(f"[{text}]" if framing == "array" else text, encoding="utf-8", newline="")
    try:
        items = side_by_side(path, parts)
    except WrongSplitError:
        return
    assert items is None or items == whole(path)
