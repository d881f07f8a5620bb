"""Splitting: every framing in chunks of every size gives the same records at their exact places."""

import io
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labelstore.errors import InputError
from labelstore.files import Broken, Record, Source, array_walk, split, walk
from labelstore.files import __all__ as public
from labelstore.files import window as window_module

CHUNKS = (1, 2, 3, 7, 16, 64, 1 << 20)


def items_of(
    data: bytes, decode: Callable[[bytes], Any] = json.loads, chunk_bytes: int = 1 << 20
) -> tuple[str | None, list[Record[Any] | Broken]]:
    """The framing and the items of `data`; each item is at its place, the places and numbers grow."""
    source = Source("export.json", io.BytesIO(data))
    items = list(split(source, decode, chunk_bytes=chunk_bytes))
    assert [item.position for item in items] == list(range(len(items)))
    for item in items:
        assert item.raw == data[item.byte_offset : item.byte_offset + len(item.raw)]
    ends = [(item.byte_offset, item.byte_offset + len(item.raw)) for item in items]
    assert all(before[1] <= after[0] for before, after in pairwise(ends))
    return source.framing, items


def values_of(data: bytes, chunk_bytes: int = 1 << 20) -> tuple[str | None, list[Any]]:
    framing, items = items_of(data, chunk_bytes=chunk_bytes)
    assert all(isinstance(item, Record) for item in items), items
    return framing, [item.value for item in items if isinstance(item, Record)]


def outline(data: bytes, decode: Callable[[bytes], Any] = json.loads) -> list[Any]:
    """Values of records and (raw text,) of broken parts, the same for all chunk sizes."""
    outlines = []
    for chunk_bytes in CHUNKS:
        _, items = items_of(data, decode, chunk_bytes)
        outlines.append([item.value if isinstance(item, Record) else (item.raw.decode(),) for item in items])
    assert all(one == outlines[0] for one in outlines)
    return outlines[0]


def reasons(data: bytes) -> list[str]:
    return [item.reason for item in items_of(data)[1] if isinstance(item, Broken)]


def test_public_names() -> None:
    assert sorted(public) == ["Broken", "Record", "Source", "digest_of", "open_sources", "split", "split_taking"]


ONE, TWO = {"ID": "a", "Label": {"x": [1, 2.5]}}, {"ID": "b", "n": None}


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
@pytest.mark.parametrize(
    ("data", "framing", "values"),
    [
        (b"", "empty", []),
        (b" \n\t\r\n", "empty", []),
        (b"\xef\xbb\xbf", "empty", []),
        (b"[]", "array", []),
        (b" [ ] \n", "array", []),
        (b'{"data": []}', "wrapped", []),
        (
            b'{"total": 2, "note": "a, [b", "result":\n[{"a":1}, {"b":[2]}], "next": {"page": null}}\n',
            "wrapped",
            [{"a": 1}, {"b": [2]}],
        ),
        (b'{"labels":[{"a":1},\n{"b":[2]}]}', "wrapped", [{"a": 1}, {"b": [2]}]),
        (b'{"data":[{"a":1}],"page":1}\n{"data":[{"b":[2]}],"page":2}\n', "wrapped", [{"a": 1}, {"b": [2]}]),
        (b'{"a":1},\n{"b":[2]},\n', "lines", [{"a": 1}, {"b": [2]}]),
        (b'{"a":1} ,\r\n\r\n{"b":[2]},', "lines", [{"a": 1}, {"b": [2]}]),
        (b'{"a":1},{"b":[2]}', "concatenated", [{"a": 1}, {"b": [2]}]),
        (b'{\n"a":1\n},\n{\n"b":[2]\n}\n', "concatenated", [{"a": 1}, {"b": [2]}]),
        (b"[{}]", "array", [{}]),
        (b'{"data": [1, 2]}', "single", [{"data": [1, 2]}]),
        (b'{"data": {"rows": [{"a": 1}]}}', "single", [{"data": {"rows": [{"a": 1}]}}]),
        (b'{"objects": [{"a": 1}], "frameNumber": 1}', "single", [{"objects": [{"a": 1}], "frameNumber": 1}]),
        (b'{"frameNumber": 1, "data": [{"a": 1}]}', "single", [{"frameNumber": 1, "data": [{"a": 1}]}]),
        (
            b'[1,"a,]",null,[2,3],{"a":1},true,-1.5e3]',
            "array",
            [1, "a,]", None, [2, 3], {"a": 1}, True, -1.5e3],
        ),
        (b"\xef\xbb\xbf[{}, {}]", "array", [{}, {}]),
        (b"[1][2,3]\n[]\n[4]", "array", [1, 2, 3, 4]),
        (b"{}", "single", [{}]),
        (b"\xef\xbb\xbf\n{}\n", "single", [{}]),
        (b"12", "single", [12]),
        (b'"text"', "single", ["text"]),
        (b"{}\n{}", "lines", [{}, {}]),
        (b"{}\r\n{}\r\n", "lines", [{}, {}]),
        (b"\n\n{} \n\n \r\n {}\t\n\n", "lines", [{}, {}]),
        (b"1\n2 3\n4\n", "lines", [1, 2, 3, 4]),
        (b"null\ntrue\n", "lines", [None, True]),
        (b"{}{}", "concatenated", [{}, {}]),
        (b"{} \t{}[1]\n{}", "concatenated", [{}, {}, [1], {}]),
        (b'{\n"a":1}\n{\n"a":2}', "concatenated", [{"a": 1}, {"a": 2}]),
        (b'{}\n{\n"a":2}\n{}', "lines", [{}, {"a": 2}, {}]),
        (b'{"a":1}\n{"a":2}{"a":3}\n{"a":4}', "lines", [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]),
        (json.dumps([ONE, TWO]).encode(), "array", [ONE, TWO]),
        (json.dumps([ONE, TWO, ONE], indent=2).encode(), "array", [ONE, TWO, ONE]),
    ],
)
def test_framings(data: bytes, framing: str, values: list[Any], chunk_bytes: int) -> None:
    assert values_of(data, chunk_bytes) == (framing, values)


PLAIN = b'{"ID": "a", "text": "x\\\\n \\u00e9 \xc3\xa9 \\\\"}'


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
@pytest.mark.parametrize("wrap", ["{}\n", "[{}]", "{} "])
@pytest.mark.parametrize(
    "output",
    [
        {"conv_type": "JsonConverterOutput", "current_offset": 7, "json_str": PLAIN.decode() + "\n"},
        {"json_str": PLAIN.decode(), "current_line": 3},
        {"current_offset": 0, "current_line": 0, "json": json.loads(PLAIN)},
        {"json": PLAIN.decode()},
    ],
)
def test_the_stream_of_the_sdk(output: dict[str, Any], wrap: str, chunk_bytes: int) -> None:
    line = json.dumps(output).encode()
    data = b",".join([line, line, line]) if wrap == "[{}]" else wrap.format("").encode().join([line, line, line])
    data = b"[" + data + b"]" if wrap == "[{}]" else data
    source = Source("export.json", io.BytesIO(data))
    items = list(split(source, json.loads, chunk_bytes=chunk_bytes))
    assert [(item.position, data[item.byte_offset :][: len(line)]) for item in items] == [(n, line) for n in range(3)]
    assert all(isinstance(item, Record) and item.value == json.loads(PLAIN) == json.loads(item.raw) for item in items)


def test_a_broken_record_in_the_stream_of_the_sdk() -> None:
    texts = [json.dumps({"json_str": text}) for text in ('{"ID": 1}', '{"ID": [1, }', '{"ID": 3}')]
    source = Source("export.json", io.BytesIO("\n".join([*texts, "{}"]).encode()))
    first, broken, third, last = split(source, msgspec.json.decode)
    assert isinstance(broken, Broken)
    assert (broken.raw, broken.byte_offset) == (b'{"ID": [1, }', len(texts[0]) + 1)
    assert broken.reason.startswith("JSON is malformed")
    assert broken.reason.endswith("at /ID/1 (byte 11)")
    assert [first.raw, third.raw, last.raw] == [b'{"ID": 1}', b'{"ID": 3}', b"{}"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.sampled_from(['","ID":', '},{"ID":1}', "\\", '"', "]", "\n", "\ud83d\ude00", "a\\u12"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["ID", "a", '"', "é"]), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.builds(
    lambda first, rest: {"ID": first} | rest, JSON, st.dictionaries(st.text(max_size=3), JSON, max_size=3)
)


def written(values: list[Any], style: str, ascii_only: bool) -> bytes:
    """`values` in one of the styles that exports come in."""
    indent = 2 if "pretty" in style else None
    separators = (",", ":") if "compact" in style else None
    if "array" in style:
        text = json.dumps(values, indent=indent, separators=separators, ensure_ascii=ascii_only)
        return text.encode("utf-8", "surrogatepass")
    texts = [json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii_only) for value in values]
    return {"lines": "\n", "crlf": "\r\n"}.get(style, " ").join(texts).encode("utf-8", "surrogatepass")


@given(
    values=st.lists(JSON, min_size=1, max_size=6) | st.lists(OBJECTS, min_size=1, max_size=6),
    style=st.sampled_from(
        [
            "array compact",
            "array",
            "array pretty",
            "lines",
            "crlf",
            "values",
            "values compact",
            "values pretty",
        ]
    ),
    ascii_only=st.booleans(),
    chunk_bytes=st.integers(1, 64) | st.just(1 << 20),
)
@example(values=[{"ID": [{"ID": 1}, {"ID": 2}]}] * 6, style="array compact", ascii_only=True, chunk_bytes=1 << 20)
def test_values_and_places_are_exact(values: list[Any], style: str, ascii_only: bool, chunk_bytes: int) -> None:
    if "array" not in style and isinstance(values[0], list):
        values = [{}, *values]
    data = written(values, style, ascii_only)
    _, found = values_of(data, chunk_bytes)
    assert json.dumps(found) == json.dumps(values)
    lazy = items_of(data, lambda raw: None, chunk_bytes)[1]
    if style not in ("lines", "crlf"):
        assert [item.raw for item in lazy] == [item.raw for item in items_of(data, chunk_bytes=chunk_bytes)[1]]


@pytest.mark.parametrize("decode", [json.loads, msgspec.json.decode, lambda raw: raw])
def test_a_first_key_inside_of_records_misleads_nobody(decode: Callable[[bytes], Any]) -> None:
    record = b'{"ID":[{"x":1},{"ID":2},{"ID":",{\\"ID\\":"}],"y":",{"}'
    data = b"[" + b",".join([b'{"ID":0}', b'{"ID":1}', *[record] * 100]) + b"]"
    for chunk_bytes in (5, 100, 1 << 20):
        _, items = items_of(data, decode, chunk_bytes)
        assert [item.raw for item in items] == [b'{"ID":0}', b'{"ID":1}', *[record] * 100]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # malformed elements of an array
        ('[{"ID":1},{"ID":,},{"ID":3}]', [{"ID": 1}, ('{"ID":,}',), {"ID": 3}]),
        (
            '[{"ID":1,,"k":[{"ID":5},{"ID":6}]}, {"x":2},{"ID":3}]',
            [('{"ID":1,,"k":[{"ID":5},{"ID":6}]}',), {"x": 2}, {"ID": 3}],
        ),
        (
            '[{"ID":1},{"ID":"a, "n":1},{"ID":3},{"ID":4}]',
            [{"ID": 1}, ('{"ID":"a, "n":1}',), {"ID": 3}, {"ID": 4}],
        ),
        (
            '[{"ID":1},{"ID":2,"b":{"c":2},{"ID":3},{"ID":4}]',
            [{"ID": 1}, ('{"ID":2,"b":{"c":2}',), {"ID": 3}, {"ID": 4}],
        ),
        (
            '[{"ID":1},{"ID":2,"b":[1,2},{"ID":3},{"ID":4}]',
            [{"ID": 1}, ('{"ID":2,"b":[1,2}',), {"ID": 3}, {"ID": 4}],
        ),
        (
            '[{"ID":1},{"ID":2,"b":[1,{"ID":3},{"ID":4}]',
            [{"ID": 1}, ('{"ID":2,"b":[1',), {"ID": 3}, {"ID": 4}],
        ),
        (
            "[NaN, 1, Infinity, -Infinity, [NaN], 01, tru, +1, 2]",
            [("NaN",), 1, ("Infinity",), ("-Infinity",), ("[NaN]",), ("01",), ("tru",), ("+1",), 2],
        ),
        ('["a\nb", "c"]', [('"a\nb"',), "c"]),
        (r'["\q", "c"]', [(r'"\q"',), "c"]),
        ('[{"ID":1]},{"ID":2}]', [('{"ID":1]}',), {"ID": 2}]),
        # wrong separators and ends
        ("[1,,2]", [1, ("",), 2]),
        ("[,1]", [("",), 1]),
        ("[1,]", [1, ("",)]),
        ("[{}{}]", [{}, ("",), {}]),
        ("[{};{}]", [{}, (";",), {}]),
        ("[{}},{}]", [{}, ("}",), {}]),
        ("[{},{}", [{}, {}, ("",)]),
        ("[{},{},", [{}, {}, ("",)]),
        ("[", [("",)]),
        ("[{}] and more", [{}, ("and more",)]),
        ("[{}]\0\0", [{}, ("\0\0",)]),
        ("[{}],{}]", [{}, ("",), {}]),
        ("[1 2]", [1, ("",), 2]),
        # the end is missing
        ('[{"ID":1},{"ID":2,"b":[1', [{"ID": 1}, ('{"ID":2,"b":[1',)]),
        ('[{"ID":1},{"ID":"\\ud8', [{"ID": 1}, ('{"ID":"\\ud8',)]),
        ('{"ID":1}\n{"ID":2,', [{"ID": 1}, ('{"ID":2,',)]),
        ('{"ID":1}{"ID":2', [{"ID": 1}, ('{"ID":2',)]),
        ('{"ID"', [('{"ID"',)]),
        # lines and values
        ('{"ID":1}\n{"ID":,}\n{"ID":3}\n', [{"ID": 1}, ('{"ID":,}',), {"ID": 3}]),
        ('{"ID":1}\n{"ID":[2,\n{"ID":3}\n{"ID":4}', [{"ID": 1}, ('{"ID":[2,',), {"ID": 3}, {"ID": 4}]),
        ('{"ID":1}\n{"ID":[\n{"ID":3}', [{"ID": 1}, ('{"ID":[',), {"ID": 3}]),
        ('{"ID":1,\n{"ID":2}\n{"ID":3}', [('{"ID":1,',), {"ID": 2}, {"ID": 3}]),
        ('{"ID":1}\nnonsense\n\n{"ID":2}', [{"ID": 1}, ("nonsense",), {"ID": 2}]),
        ('{"ID":1},nope,{"ID":2}', [{"ID": 1}, ("nope,",), {"ID": 2}]),
        ('{"ID":1},\n{"ID":,},\n{"ID":3},\n', [{"ID": 1}, ('{"ID":,},',), {"ID": 3}]),
        ('{"data": [{"ID":1}, {"ID" 2}, {"ID":3}], "page": 1} x', [{"ID": 1}, ('{"ID" 2}',), {"ID": 3}, ("x",)]),
        ('{"data": [{"ID":1}], "page"', [{"ID": 1}, ("",), "page"]),
        ('{"ID":1}{"ID" 2}{"ID":3}', [{"ID": 1}, ('{"ID" 2}',), {"ID": 3}]),
        ('{"ID":1} {"ID":[2} {"ID":3}', [{"ID": 1}, ('{"ID":[2}',), {"ID": 3}]),
        ('{"ID":1} nope {"ID":3}', [{"ID": 1}, ("nope",), {"ID": 3}]),
        ('{\n "ID":1\n}\n{\n "ID":"x\n}\n{\n "ID":3\n}', [{"ID": 1}, ('{\n "ID":"x\n}',), {"ID": 3}]),
    ],
)
def test_neighbours_of_broken_parts_are_kept(data: str, expected: list[Any]) -> None:
    assert outline(data.encode()) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'[{"a":1},{"a":[', "the file ends inside this value"),
        (b'{"a":1}\n{"a":', "the file ends inside this value"),
        (b'{"a":1}\n{"a":[\n{"a":2}', "the value is not closed"),
        (b'[{"a":1},{"a" 1}]', "JSON is malformed: expected ':' (byte 5)"),
        (b"[{}", "the array is not closed"),
        (b"[{}{}]", "a comma is missing before this value"),
        (b"[{},,{}]", "a value is missing before this comma"),
        (b"[{},]", "a value is missing before the end of the array"),
        (b"[{};{}]", "this is no separator of values"),
        (b"[{}]x", "there is text after the end of the array"),
    ],
)
def test_reasons(data: bytes, reason: str) -> None:
    assert reasons(data) == [reason]


def test_what_decode_refuses_is_broken_and_the_rest_goes_on() -> None:
    class Label(msgspec.Struct):
        ID: str

    decode = msgspec.json.Decoder(Label).decode
    data = b'[{"ID":"a"},{"ID":1},{"ID":"\xff"},{"ID":"\\ud800"},"Skip",{"ID":"z"}]'
    for chunk_bytes in CHUNKS:
        _, items = items_of(data, decode, chunk_bytes)
        assert [type(item) for item in items] == [Record, Broken, Broken, Broken, Broken, Record]
        texts = [item.reason for item in items if isinstance(item, Broken)]
        assert "Expected `str`, got `int`" in texts[0]
        assert "utf-8" in texts[1].lower()  # msgspec has changed its words
        assert texts[2] == "a \\u escape is half of a surrogate pair at /ID (byte 7)"
    lines = data[1:-1].replace(b",", b"\n")
    assert [item.raw for item in items_of(lines, decode)[1]] == [item.raw for item in items]


def test_other_errors_of_decode_are_not_swallowed() -> None:
    def decode(raw: bytes) -> None:
        raise KeyError(raw)

    with pytest.raises(KeyError):
        items_of(b"[{}]", decode)


@pytest.mark.parametrize(
    "escape", ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\\\\\ud800", "\\\\ud800", "\\ud83d\\ude00"]
)
@pytest.mark.parametrize("between", [",", "\n", " "])
def test_lone_surrogates_do_not_swallow_what_follows(escape: str, between: str) -> None:
    texts = [f'{{"ID":"{escape}","n":{number}}}' for number in range(9)]
    data = between.join(texts) if between != "," else f"[{','.join(texts)}]"
    assert outline(data.encode()) == [json.loads(text) for text in texts]


def test_deep_nesting_is_broken_and_skipped() -> None:
    deep = '{"ID":' + "[" * 100_000 + "]" * 100_000 + "}"
    data = f'[{{"ID":1}},{deep},{{"ID":2}}]'.encode()
    _, items = items_of(data, msgspec.json.decode)
    assert [len(item.raw) for item in items] == [8, len(deep), 8]
    assert reasons(data) == ["nested deeper than 1000 at /ID" + "/0" * 69 + "…" + "/0" * 20]


@pytest.mark.parametrize("wrap", [b"[%b,{}]", b"{}\n%b\n{}", b"{}%b{}", b"%b"])
def test_a_large_record(wrap: bytes) -> None:
    large = b'{"a":"' + b"x" * (20 << 20) + b'"}'
    _, items = items_of(wrap % large, lambda raw: None)
    assert max(len(item.raw) for item in items) == len(large)
    assert all(isinstance(item, Record) for item in items)


@pytest.mark.parametrize("wrap", [b"%b[1,%b2%b]%b", b"%b{}%b{}%b{}%b", b"{}\n%b{}%b{}%b{}%b"])
def test_space_is_skipped_in_constant_memory(wrap: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = 0
    more = window_module.Window.more

    def watched(window: window_module.Window) -> bool:
        nonlocal kept
        result = more(window)
        kept = max(kept, len(window.data))
        return result

    monkeypatch.setattr(window_module.Window, "more", watched)
    _, items = items_of(wrap % ((b" " * 999_999 + b"\n",) * 4), chunk_bytes=1000)
    assert all(isinstance(item, Record) for item in items)
    assert kept <= 4000


def test_a_broken_part_without_end_is_cut_to_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (walk, array_walk):
        monkeypatch.setattr(module, "RESYNC_BYTES", 16)
        monkeypatch.setattr(module, "MAX_BROKEN_BYTES", 64)
    data = b'[{"ID":1},{"ID":2,[[' + b'{"x":1},' * 40 + b'{"ID":3}]'
    for chunk_bytes in CHUNKS:
        _, items = items_of(data, chunk_bytes=chunk_bytes)
        assert [item.value for item in items if isinstance(item, Record)] == [{"ID": 1}, {"ID": 3}]
        pieces = [item for item in items if isinstance(item, Broken)]
        assert [len(piece.raw) for piece in pieces] == [64, 64, 64, 64, 64, 9]
        assert {piece.reason for piece in pieces[1:]} == {"the broken part goes on"}


def test_a_value_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "MAX_RECORD_BYTES", 1 << 20)
    data = b'[{"ID":0,"b":[{"x":1},' + b'{"ID":1},' * 300_000 + b"]"
    items = items_of(data, chunk_bytes=1 << 16)[1]
    assert isinstance(items[0], Broken)
    assert items[0].reason == "the value is longer than 1 MiB"
    assert sum(isinstance(item, Record) for item in items) == 300_000


@given(
    st.binary(max_size=60) | st.text("[]{},:\"\\ \n01aIDtruenul'", max_size=60).map(str.encode),
    st.integers(1, 64),
)
def test_any_bytes_give_items_or_an_input_error(noise: bytes, chunk_bytes: int) -> None:
    for data in (noise, b"[" + noise, b'[{"ID":1},' + noise + b',{"ID":2}]', b'{"ID":1}\n' + noise):
        try:
            framing, items = items_of(data, chunk_bytes=chunk_bytes)
        except InputError:
            continue
        covered = b"".join(item.raw for item in items)
        dropped = data.removeprefix(b"\xef\xbb\xbf")
        for byte in set(covered):
            assert covered.count(byte) <= dropped.count(byte)
        if framing not in ("array", "wrapped"):  # of values, nothing but space and commas between them is dropped
            assert sorted(dropped.translate(None, b" \t\r\n,")) == sorted(covered.translate(None, b" \t\r\n,"))
