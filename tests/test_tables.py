"""CSV exports of 2018 to 2021: every cell comes back, every broken row says where and why."""

import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labelstore.engines import open_database
from labelstore.errors import InputError, UsageError
from labelstore.export.writing import export
from labelstore.files import Broken, Record, Source, open_sources, split
from labelstore.files.columns import JSON, KINDS, NUMBER, TEXT, TIME, YES_NO, Form
from labelstore.files.tables import cells_of, element, form_of, rows
from labelstore.files.window import Window
from labelstore.formats.v1.record import Element
from labelstore.inputs.detection import detect
from labelstore.loading import load
from labelstore.loading.rejects import write as write_rejects
from labelstore.verifying import verify
from tests.soaking import amount

ENGINES = pytest.mark.parametrize("engine", ["db", "duckdb"])
COLUMNS = ["ID", "Labeled Data", "Label", "Created At", "Seconds to Label", "Skipped", "Reviews", "notes"]
LABEL = '{"goat": [{"coat": "white", "geometry": [{"x": 7, "y": 6.5}, {"x": 2, "y": 6}, {"x": 2, "y": 8}]}]}'
FIRST = ["lb1", "https://example.com/1.jpg", LABEL, "1568035511000", "32.761", "false", "[]", "two\nlines, one cell"]
SECOND = ["lb2", "https://example.com/2.jpg", "Skip", "2019-09-09T13:25:11.000Z", "8.50", "TRUE", "", 'a "quote"']
THIRD = ["lb3", "", "{}", "", "", "", "", " "]


def table(*rows: list[str], delimiter: str = ",", end: str = "\r\n", quoting: Any = csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([COLUMNS, *rows])
    return text.getvalue().encode()


def cells(data: bytes, delimiter: str = ",") -> list[list[str]]:
    """The cells of a file, those of JSON without the blanks that mean nothing."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [[compact(cell) for cell in row] for row in rows if row]


def compact(cell: str) -> str:
    return json.dumps(json.loads(cell), sort_keys=True) if cell[:1] in ("{", "[") else cell


def items(data: bytes, chunk_bytes: int = 1 << 20) -> list[Record[Any] | Broken]:
    source = Source("labels.csv", io.BytesIO(data))
    found = list(split(source, msgspec.json.decode, chunk_bytes=chunk_bytes))
    assert source.framing == "csv"
    return found


# -- cells


def test_the_columns_are_the_keys_of_an_element_by_what_their_values_are() -> None:
    info = msgspec.inspect.type_info(Element)
    assert isinstance(info, msgspec.inspect.StructType)
    found = {field.encode_name: kind_of(field.type) for field in info.fields if field.name != "extra"}
    assert found == KINDS


def kind_of(declared: msgspec.inspect.Type) -> str:
    types = declared.types if isinstance(declared, msgspec.inspect.UnionType) else (declared,)
    kinds = {type(one).__name__.removesuffix("Type") for one in types} - {"None", "Unset"}
    if kinds == {"Str", "Int"}:
        return TIME
    if kinds == {"Int", "Float"}:
        return NUMBER
    return {"Str": TEXT, "Bool": YES_NO}.get(kinds.pop(), JSON) if len(kinds) == 1 else JSON


NUMBERS = [
    "0",
    "-0",
    "0.0",
    "1e5",
    "1E5",
    "1e-07",
    "007",
    "32.7610",
    "1_000",
    "nan",
    "inf",
    "٣",
    "9" * 30,
    "1e400",
    " 1",
]
some_cell = st.one_of(st.sampled_from([*NUMBERS, "true", "TRUE", "null", "[]", "{}", '"a"', '{"a": 1e5}']), st.text())


@given(st.dictionaries(st.one_of(st.sampled_from(list(KINDS)), st.text()), some_cell))
@example({"Seconds to Label": "-0", "Created At": "-0", "": "x"})
def test_every_cell_comes_back(row: dict[str, str]) -> None:
    try:
        made = element(list(row.values()), [(json.dumps(name), name, KINDS.get(name, "")) for name in row])
    except ValueError:
        assert any(KINDS.get(name) == JSON and cell.lstrip()[:1] in ("{", "[") for name, cell in row.items())
        return
    json.loads(made)
    assert cells_of(made, list(row)) == list(row.values())


@ENGINES
def test_cells_come_back_from_a_store(tmp_path: Path, engine: str) -> None:
    odd = [[f"odd{number}", *(text,) * 2, text, text, text, "", text] for number, text in enumerate(NUMBERS)]
    file, store, out = tmp_path / "labels.csv", tmp_path / f"labels.{engine}", tmp_path / "out.csv"
    file.write_bytes(table(FIRST, SECOND, THIRD, *odd))
    assert load(store, [file]).total("added") == 3 + len(odd)
    assert verify(store, [file]).equal == 3 + len(odd)
    assert export(store, "labelbox-csv", out).count == 3 + len(odd)
    assert cells(out.read_bytes()) == cells(file.read_bytes())
    with open_database(store, read_only=True) as database:
        found = list(database.query("select label_id, created_at, seconds_to_label, skipped from labels limit 3").rows)
    assert [tuple(row) for row in found] == [
        ("lb1", "2019-09-09T13:25:11.000Z", 32.761, False),
        ("lb2", "2019-09-09T13:25:11.000Z", 8.5, True),
        ("lb3", None, None, None),
    ]


FORMS: dict[str, dict[str, Any]] = {
    "as Excel writes it": {"end": "\r\n"},
    "with semicolons": {"delimiter": ";", "end": "\n"},
    "with tabs": {"delimiter": "\t", "end": "\n"},
    "all quoted": {"quoting": csv.QUOTE_ALL, "end": "\n"},
    "of an old Mac": {"end": "\r"},
}


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "with a byte order mark"])
def test_a_table_is_written_as_it_came(tmp_path: Path, engine: str, form: str, mark: bytes) -> None:
    compacted = [[*row[:2], json.dumps(json.loads(LABEL), separators=(",", ":")), *row[3:]] for row in (FIRST,)]
    data = mark + table(*compacted, SECOND, THIRD, **FORMS[form])
    file, store, out = tmp_path / "labels.csv", tmp_path / f"labels.{engine}", tmp_path / "out.csv"
    file.write_bytes(data)
    load(store, [file])
    export(store, "labelbox-csv", out)
    delimiter = str(FORMS[form].get("delimiter", ","))
    assert cells(out.read_bytes(), delimiter) == cells(data, delimiter)
    first, *_ = data.splitlines(keepends=True)
    assert out.read_bytes().startswith(first)
    assert out.read_bytes().count(b"\r\n") == data.count(b"\r\n")
    assert out.read_bytes().count(b"\r") == data.count(b"\r")


@ENGINES
def test_tables_of_several_columns_are_written_as_one(tmp_path: Path, engine: str) -> None:
    store, out = tmp_path / f"labels.{engine}", tmp_path / "out.csv"
    for name, texts in {"a": ("ID,Labeled Data,x", "lb1,u1,1"), "b": ("ID,Labeled Data,y", "lb2,u2,2")}.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(texts))
        load(store, [tmp_path / f"{name}.csv"])
    assert export(store, "labelbox-csv", out).count == 2
    assert out.read_text().split() == ["ID,Labeled", "Data,x,y", "lb1,u1,1,", "lb2,u2,,2"]


@ENGINES
def test_a_store_without_tables_writes_none(tmp_path: Path, engine: str) -> None:
    store = tmp_path / f"labels.{engine}"
    (tmp_path / "labels.json").write_text('[{"ID": "lb1", "Label": {}}]')
    load(store, [tmp_path / "labels.json"])
    with pytest.raises(UsageError, match=r"no label of .* came in a table \(CSV\); write them with labelbox-v1"):
        export(store, "labelbox-csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


# -- files


@ENGINES
def test_compressed_in_an_archive_and_in_a_pipe(tmp_path: Path, engine: str) -> None:
    data = table(FIRST, SECOND, THIRD)
    (tmp_path / "labels.gz").write_bytes(gzip.compress(data))
    with zipfile.ZipFile(tmp_path / "labels.zip", "w") as archive:
        archive.writestr("labels.csv", data)
    store = tmp_path / f"labels.{engine}"
    assert load(store, [tmp_path / "labels.gz"]).total("added") == 3
    assert load(store, [tmp_path / "labels.zip"]).total("unchanged") == 3
    command = [sys.executable, "-c", "from labelstore.cli import main; main()", "verify", str(store), "-"]
    assert b"equal       3" in subprocess.run(command, input=data, capture_output=True, check=True).stdout


@ENGINES
def test_a_table_of_many_rows(tmp_path: Path, engine: str) -> None:
    file = tmp_path / "labels.csv"
    data = table(*([f"lb{number}", *FIRST[1:]] for number in range(400)), ["lb400", "short"])
    file.write_bytes(data)
    store = tmp_path / f"labels.{engine}"
    report = load(store, [file])
    assert (report.total("added"), report.total("rejected")) == (400, 1)
    assert verify(store, [file], jobs=3).equal == 400
    export(store, "labelbox-csv", tmp_path / "out.csv")
    assert cells((tmp_path / "out.csv").read_bytes()) == cells(data)[:-1]


def test_detect_tells_a_table(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(table(FIRST))
    (found,) = detect([str(tmp_path / "labels.csv")])
    assert (found.framing, found.generation, found.records) == ("csv", "v1", 1)


FOREIGN = {
    "other columns": (
        "id,name,cost\n1,a,2\n",
        "is a table .CSV. with the columns 'id', 'name', 'cost', not a Labelbox",
    ),
    "one key only": ("ID,Label,x\n1,cat,2\n", "is a table .CSV. with the columns 'ID', 'Label', 'x', not a Labelbox"),
    "text with a comma in each line": (
        "good day, world\nhow are you, then\n",
        "is text that begins with 'good day, wo",
    ),
    "labelsnow": (
        "DataRow ID,Labeled Data,Label_objects\nr,u,\"[{'title': 'a'}]\"\n",
        "is a table of labelsnow, .*; load the export that it was made from",
    ),
    "labelsnow in columns": (
        "DataRow ID,Labeled Data,Label_objects_0_title\nr,u,a\n",
        "is a table of labelsnow, .*; load the export that it was made from",
    ),
    "a column twice": ("ID,Labeled Data,x,x\n1,u,2,3\n", "has the column 'x' twice; rename one of the two"),
    "no table": ("hello, world\nhow are you\n", "is text that begins with 'hello, world"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_other_tables_are_refused_by_name(tmp_path: Path, kind: str) -> None:
    text, reason = FOREIGN[kind]
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(InputError, match=reason):
        list(detect([str(tmp_path / "labels.csv")]))


# -- rows


@pytest.mark.parametrize("chunk_bytes", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_offsets_of_rows(chunk_bytes: int, end: str) -> None:
    data = b"\xef\xbb\xbf" + table(FIRST, SECOND, THIRD, end=end)
    found = items(data, chunk_bytes)
    assert [item.position for item in found] == [0, 1, 2]
    starts = [item.byte_offset for item in found]
    assert [data[start : start + 3] for start in starts] == [b"lb1", b"lb2", b"lb3"]
    assert [item.value["ID"] for item in found if isinstance(item, Record)] == ["lb1", "lb2", "lb3"]


def line(row: list[str]) -> bytes:
    return table(row).split(b"\r\n", 1)[1]


BROKEN = {
    "JSON": (line(["lb", "", '{"a": [1,}', "", "", "", "", ""]), "the cell of 'Label': JSON is malformed"),
    "Python's print": (
        line(["lb", "", "{'a': [1]}", "", "", "", "", ""]),
        "the cell of 'Label': Python's print, not JSON: write it with json.dumps",
    ),
    "JSON of reviews": (line(["lb", "", "{}", "", "", "", "[", ""]), "the cell of 'Reviews': "),
    "too few cells": (b"lb,x\r\n", "the row has 2 cells, the header 8"),
    "too many cells": (b"lb,,,,,,,,9\r\n", "the row has 9 cells, the header 8"),
    "a quote that is not closed": (b'lb,"open,,,,,,\r\n', "the row is no CSV: "),
    "two that are not closed": (b'lb,"open,,,,,,\r\nlb,,,,,,,"open\r\n', "the row "),
    "text behind a quote": (b'lb,"a"b,,,,,,\r\n', "the row is no CSV: "),
    "no UTF-8": (b"lb,\xff,,,,,,\r\n", "the row is no UTF-8"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("chunk_bytes", [5, 1 << 20])
def test_a_broken_row_is_told_and_takes_no_other_down(kind: str, chunk_bytes: int) -> None:
    broken, reason = BROKEN[kind]
    data = table(FIRST) + broken + line(SECOND) + line(FIRST)
    first, reject, second, last = items(data, chunk_bytes)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(last, Record)
    assert isinstance(reject, Broken)
    assert (reject.position, reject.byte_offset, reject.raw) == (1, len(table(FIRST)), broken.rstrip())
    assert reject.reason.startswith(reason)
    assert (second.position, second.value["ID"], last.value["notes"]) == (2, "lb2", FIRST[-1])
    assert data[last.byte_offset :] == line(FIRST)


def test_empty_lines_are_no_rows() -> None:
    data = b"\n" + table(FIRST, end="\n") + b"\n\n" + line(SECOND) + b"\r\n"
    assert [type(item) for item in items(data)] == [Record, Record]


def test_a_broken_last_row() -> None:
    first, reject = items(table(FIRST) + b'lb,"open')
    assert isinstance(first, Record)
    assert isinstance(reject, Broken)
    assert reject.raw == b'lb,"open'


@ENGINES
def test_rejects_keep_the_bytes_of_the_row(tmp_path: Path, engine: str) -> None:
    broken, reason = BROKEN["JSON"]
    file, store = tmp_path / "labels.csv", tmp_path / f"labels.{engine}"
    file.write_bytes(table(FIRST) + broken + line(SECOND))
    assert load(store, [file]).total("rejected") == 1
    with open_database(store, read_only=True) as database:
        ((position, told, raw),) = database.query("select position, reason, raw from rejects").rows
    assert (position, bytes(raw)) == (1, broken.rstrip())
    assert told.startswith(reason)
    assert load(store, [file]).total("unchanged") == 2


@pytest.mark.sampled(0)
@pytest.mark.soak
def test_memory_does_not_grow_with_the_file() -> None:
    import tracemalloc

    size = amount(24_000_000, 14_000_000)

    class Endless(io.RawIOBase):
        """A table that is made as it is read."""

        def __init__(self) -> None:
            self.left, self.row, self.rest = size, line(FIRST) * 100, table(FIRST)

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            data, self.rest = self.rest, self.row if self.left > 0 else b""
            self.left -= len(data)
            return data

    endless: Any = Endless()
    tracemalloc.start()
    count = sum(1 for _ in split(Source("-", endless), msgspec.json.decode))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > size / 300
    assert peak < 12_000_000


def test_a_form_writes_what_it_reads() -> None:
    form = Form(["a", "b"], delimiter=";", line_end="\r\n", quotes_all=True)
    assert form.row(["1", 'x"y']) == '"1";"x""y"\r\n'
    assert list(form.reader(iter([form.row(["1", 'x"y'])]))) == [["1", 'x"y']]


def test_sources_are_opened_by_content(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_bytes(table(FIRST))
    (source,) = open_sources([str(tmp_path / "labels.json")])
    with source:
        assert len(list(split(source, msgspec.json.decode))) == 1
    assert source.table is not None
    assert source.table.columns == COLUMNS


def test_a_header_that_is_no_utf8_is_refused() -> None:
    data = table(FIRST).replace(b"notes", b"not\xe9s", 1)
    with pytest.raises(InputError, match="has a header that is no UTF-8; save it as UTF-8"):
        items(data)


PARTS = [b'"', b'""', b",", b"\n", b"\r\n", b"a", b"\xff", b"\0", line(FIRST), line(SECOND), b'lb,"a\nb"']


@given(st.lists(st.sampled_from(PARTS), max_size=20), st.sampled_from([1, 9, 1 << 20]))
def test_rows_account_for_every_byte(parts: list[bytes], chunk_bytes: int) -> None:
    data = table() + b"".join(parts)
    source = Source("labels.csv", io.BytesIO(data))
    window = Window(source, chunk_bytes)
    form = form_of("labels.csv", window, mark=False)
    assert form is not None
    end = len(table())
    for row in rows(window, form):
        assert data[end : row.byte_offset].strip(b"\r\n") == b""
        assert data[row.byte_offset :].startswith(row.raw)
        end = row.byte_offset + len(row.raw)
    assert data[end:].strip(b"\r\n") == b""


@ENGINES
def test_rejected_rows_are_written_as_a_table_that_can_be_repaired(tmp_path: Path, engine: str) -> None:
    broken, _ = BROKEN["JSON"]
    file, store, out = tmp_path / "labels.csv", tmp_path / f"labels.{engine}", io.BytesIO()
    too_large = ["lb4", "", '{"a": 1e400}', *[""] * 5]
    file.write_bytes(table(FIRST) + broken + line(too_large))
    assert load(store, [file]).total("rejected") == 2
    with open_database(store, read_only=True) as database:
        assert write_rejects(database, out) == 2
    assert out.getvalue() == table() + broken.rstrip() + b"\n" + line(too_large).rstrip() + b"\n"
    file.write_bytes(out.getvalue().replace(b"[1,}", b"[1]}").replace(b"1e400", b"1"))
    assert load(store, [file]).total("added") == 2


def test_two_tables_differ_where_their_cells_do(tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_bytes(table(FIRST, SECOND))
    new.write_bytes(table(["lb1", "moved", *FIRST[2:]], SECOND, end="\n"))
    command = [sys.executable, "-c", "from labelstore.cli import main; main()", "diff", str(old), str(new), "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert "lb1" in json.dumps(told)
    assert "lb2" not in json.dumps(told)


def test_a_large_cell(tmp_path: Path) -> None:
    ring = [{"x": number, "y": number / 2} for number in range(20_000)]
    row = ["lb1", "", json.dumps({"car": [{"geometry": ring}]}, indent=1), *[""] * 5]
    (found,) = items(table(row))
    assert isinstance(found, Record)
    assert found.value["Label"]["car"][0]["geometry"] == ring
