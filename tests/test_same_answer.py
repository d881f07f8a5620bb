"""The same record gets the same answer: alone or after others, by one process or two, from a load and from verify."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.formats.decoding import MAX_DEPTH, RecordDecoder, bounded_depth, skim, tolerant
from labelstore.formats.shredding import shred
from labelstore.json.error_location import located
from labelstore.loading import load
from labelstore.schema.tables import Rows
from labelstore.verifying import verify

pytestmark = [pytest.mark.both_engines, pytest.mark.both_ways]

POLYGON = '{"ID":"b","Label":{"objects":[{"polygon":[{"x":1,"y":%s}]}]}}'
GEO = '{"ID":"b","Label":{"objects":[{"type":"polygon","geometry":{"coordinates":[[[1,2],[3,%s]]]}}]}}'
LINE = '{"data_row":{"id":"d"},"projects":{"p":{"labels":[{"id":"l","annotations":{"objects":[%s]}}]}}}'
NUMBERS = {
    "huge": "1E400",
    "huge below zero": "-1e+400",
    "just too large": "1.7976931348623159e308",
    "the largest": "1.7976931348623157e308",
    "no more than zero": "0e999",
    "next to zero": "1e-400",
    "400 digits": "9" * 400,
    "400 digits and a point": "9" * 400 + ".5",
    "5000 digits": "9" * 5000,
    "word": "NaN",
    "leading zero": "01",
    "text": '"7"',
    "half a pair": '"\\ud800"',
    "wrong escape": '"\\x"',
    "pair": '"\\ud83d\\ude00"',
    "no utf-8": '"\udcff"',
    "deep": "[" * 990 + "]" * 990,
    "too deep": "[" * 1200 + "]" * 1200,
}
FORMS = {
    "polygon": POLYGON,
    "polygon twice": POLYGON.replace('"polygon":', '"polygon":[%s],"polygon":'),
    "vertex that says more": POLYGON.replace('"x":1', '"x":1,"z":2'),
    "geo polygon": GEO,
    "unknown key": '{"ID":"b","new":[%s]}',
    "metadata": '{"ID":"b","DataRow Metadata":[{"value":%s}]}',
    "number": '{"ID":"b","Agreement":%s}',
    "no id": '{"Labeled Data":"x","new":%s}',
    "frame": '{"frameNumber":1,"objects":[{"line":[{"x":1,"y":%s}]}]}',
    "v2 line": LINE % '{"line":[{"x":1,"y":%s}]}',
    "v2 line of something": LINE % '{"line":[%s]}',
    "v2 geojson": LINE % '{"geojson":{"type":"Polygon","coordinates":[[[1,%s]]]}}',
    "v2 color": LINE % '{"composite_mask":{"url":"u","color_rgb":[%s]}}',
    "v2 embedding": '{"data_row":{"id":"d"},"embeddings":[{"id":"e","values":[%s]}]}',
    "something else": '{"foo":%s}',
}
RECORDS = {
    f"{form}: {number}": text.replace("%s", value).encode(errors="surrogateescape")
    for form, text in FORMS.items()
    for number, value in NUMBERS.items()
}
BEFORE = {
    "v1": b'{"ID":"a","Label":{"objects":[]}}',
    "v2": b'{"data_row":{"id":"a"},"projects":{}}',
    "legacy": b'{"ID":"a","Label":{"car":"POINT (1 2)"}}',
    "frame": b'{"frameNumber":0}',
    "odd": b'{"ID":"a","new":1}',
    "rejected": b'{"ID":"a","new":1e400}',
    "no record": b'{"foo":1}',
    "malformed": b"{broken",
}


def answer(decode: Any, raw: bytes) -> Any:
    """The rows of a record, or why it is refused."""
    try:
        value = decode(raw)
        if isinstance(value, Exception):
            return located(raw, value)
        rows = Rows()
        shred(value, raw, 2, rows, (1, 0, 0, None, None), "f")
    except (ValueError, RecursionError) as error:
        return located(raw, error)
    return dict(rows)


def skims(raw: bytes) -> bool:
    try:
        skim(raw)
    except (ValueError, RecursionError):
        return False
    return True


class TestOneRecord:
    @pytest.mark.parametrize("name", RECORDS)
    def test_whatever_came_before(self, name: str) -> None:
        with bounded_depth():
            alone = answer(tolerant(RecordDecoder()), RECORDS[name])
            for before in BEFORE.values():
                decode = tolerant(RecordDecoder())
                answer(decode, before)
                assert answer(decode, RECORDS[name]) == alone

    @pytest.mark.parametrize("name", RECORDS)
    def test_a_file_goes_on_after_it_whether_it_is_decoded_or_only_read(self, name: str) -> None:
        with bounded_depth():
            try:
                tolerant(RecordDecoder())(RECORDS[name])
            except (ValueError, RecursionError):
                assert not skims(RECORDS[name])
            else:
                assert skims(RECORDS[name])

    def test_a_number_out_of_range_is_refused_with_its_place(self) -> None:
        for form in ("polygon", "geo polygon", "v2 line", "v2 geojson", "v2 color", "v2 embedding", "metadata"):
            assert "a number is out of range at /" in answer(RecordDecoder(), RECORDS[f"{form}: huge"])

    def test_what_a_double_holds_is_none(self) -> None:
        for number in ("the largest", "no more than zero", "next to zero", "400 digits"):
            assert answer(RecordDecoder(), RECORDS[f"polygon: {number}"])["polygons"]


@pytest.fixture(params=("labels.db", "labels.duckdb"))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def rejects(store: Path) -> list[tuple[Any, ...]]:
    with open_database(store, read_only=True) as database:
        sql = "select position, byte_offset, reason from rejects where load_id = (select max(load_id) from loads)"
        return list(database.query(f"{sql} order by position").rows)


def numbered(times: int) -> list[bytes]:
    """All the records so often, each about a label and data row of its own."""
    return [
        raw.replace(b'"b"', b'"b%d"' % number).replace(b'"d"', b'"d%d"' % number).replace(b'"l"', b'"l%d"' % number)
        for number, raw in enumerate([*RECORDS.values()] * times)
    ]


class TestFiles:
    @pytest.mark.sampled(6)
    @pytest.mark.parametrize("is_array", [False, True])
    def test_load_again_and_verify_agree_on_the_rejects(self, store: Path, tmp_path: Path, is_array: bool) -> None:
        lines = [
            raw for n, raw in enumerate(numbered(1)) for raw in (raw, *([*BEFORE.values()] if n % 60 == 0 else []))
        ]
        file = tmp_path / "mixed.json"
        file.write_bytes(b"[" + b",\n".join(lines) + b"]" if is_array else b"\n".join(lines))
        first = load(store, [file])
        found = rejects(store)
        assert len(found) == first.total("rejected") > 10
        checked = verify(store, [file], jobs=1)
        assert (checked.rejected, checked.different, checked.missing) == (first.total("rejected"), 0, 0)
        assert {place["position"] for place in checked.first_rejects} < {position for position, *_ in found}
        again = load(store, [file])
        assert (again.total("rejected"), rejects(store)) == (len(found), found)

    def test_verify_by_two_threads_rejects_the_same(self, tmp_path: Path) -> None:
        lines = numbered(4)
        file, store = tmp_path / "mixed.ndjson", tmp_path / "labels.db"
        file.write_bytes(b"\n".join(lines))
        report = load(store, [file])
        by_one, by_two = verify(store, [file], jobs=1), verify(store, [file], jobs=2)
        counts = ("records", "equal", "different", "missing", "rejected")
        assert [getattr(by_one, count) for count in counts] == [getattr(by_two, count) for count in counts]
        assert by_one.rejected == report.total("rejected")

    @pytest.mark.sampled(2)
    def test_the_deepest_record_that_is_stored(self, store: Path, tmp_path: Path) -> None:
        """A load into a new store, into one that is there, and verify stand differently deep in the stack."""
        forms = {
            3: '{"ID":"a%d","new":[[%s]]}',
            5: '{"ID":"b%d","Label":{"objects":[{"polygon":[%s]}]}}',
            6: '{"data_row":{"id":"c%d"},"metadata_fields":[{"value":[{"a":[%s]}]}]}',
        }
        file, other = tmp_path / "deep.ndjson", tmp_path / "other.ndjson"
        lines = []
        for around, form in forms.items():
            for depth in range(MAX_DEPTH - 20, MAX_DEPTH + 120, 5):
                inside = depth - around
                lines.append(
                    form
                    % (depth, '{"a":[' * (inside // 2) + "[" * (inside % 2) + "]" * (inside % 2) + "]}" * (inside // 2))
                )
        too_deep = [number for number in range(len(lines)) if number % 28 > 4]
        file.write_text("\n".join(lines))
        load(store, [file])
        assert [position for position, *_ in rejects(store)] == too_deep
        assert verify(store, [file], jobs=1).rejected == len(too_deep)
        other.write_text('{"ID":"other"}')
        again = store.with_stem("again")
        load(again, [other])
        load(again, [file])
        assert rejects(again) == rejects(store)

    def test_a_rejected_record_replaces_nothing(self, store: Path, tmp_path: Path) -> None:
        file = tmp_path / "export.ndjson"
        file.write_text("\n".join([POLYGON % 1, POLYGON % "1E400"]))
        assert load(store, [file]).total("rejected") == 1
        checked = verify(store, [file])
        assert (checked.equal, checked.rejected, checked.different, checked.superseded.total()) == (1, 1, 0, 0)
        assert checked.first_rejects[0]["reason"].startswith("a number is out of range at /Label/objects/0/polygon/0/y")


@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
def test_a_sum_of_large_times_is_stored(tmp_path: Path, suffix: str) -> None:
    times = {"seconds_to_label": 2**53, "seconds_to_review": 2**53, "seconds_to_rework": 1}
    label = {"id": "l", "performance_details_v2": times}
    line = {"data_row": {"id": "d"}, "projects": {"p": {"labels": [label]}}}
    (tmp_path / "export.ndjson").write_text(json.dumps(line))
    store = tmp_path / f"labels{suffix}"
    assert load(store, [tmp_path / "export.ndjson"]).total("rejected") == 0
    assert verify(store, [tmp_path / "export.ndjson"], jobs=1).ok
    with open_database(store, read_only=True) as database:
        assert database.value("select seconds_to_label from labels") == 2.0**54


@pytest.mark.sampled(6)
@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
@pytest.mark.parametrize("number", [1e15, 2.0**53, 1e16, -1e16, 2.0**62, 1e19, 1e300])
def test_a_large_number_is_the_same_whole_or_with_an_exponent(tmp_path: Path, number: float, suffix: str) -> None:
    """The views of SQLite write 1e16 as an integer: what they write has the rows of what was loaded."""
    label = '{"ID": "l", "Agreement": %s, "Label": {"objects": [{"point": {"x": %s, "y": 1}}], "points": []}}'
    legacy = '{"ID": "old", "Label": {"Tree": [{"x": %s, "y": 1}, {"geometry": {"x": 1, "y": %s}}]}}'
    rows: list[list[tuple[Any, ...]]] = []
    for text in (repr(number), str(int(number))):
        records = [one.replace("%s", text) for one in (label, legacy)]
        (tmp_path / "export.json").write_text(f"[{','.join(records)}]")
        store = tmp_path / f"{len(rows)}{suffix}"
        load(store, [tmp_path / "export.json"])
        assert verify(store, [tmp_path / "export.json"], jobs=1).ok
        with open_database(store, read_only=True) as database:
            sql = "select agreement, x, y, l.extra from labels as l, points order by x, y, agreement"
            rows.append(list(database.query(sql).rows))
            again = [database.label_json(label_id)[0] for label_id in ("l", "old")]
        assert list(map(json.loads, again)) == list(map(json.loads, records))
    assert rows[0] == rows[1] or abs(number) >= 2.0**63
