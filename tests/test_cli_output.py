"""Tables, and the formats of a query's result."""

import json
from decimal import Decimal

import pytest

from labelstore.cli.options import TextFormat
from labelstore.cli.query_output import BINARY, Format
from labelstore.cli.row_formats import FORMATS
from labelstore.cli.tables import MEASURED_ROWS, table
from labelstore.cli.terminal import json_escaped
from labelstore.displaying.cells import visible


def test_numbers_stand_right_and_names_left() -> None:
    lines = list(table(["name", "count", "flag"], [("a", 5, True), ("Straße", 1200, None)]))
    assert lines == [
        "name    count  flag",
        "──────  ─────  ────",
        "a           5  true",
        "Straße   1200  NULL",
    ]


def test_a_table_fits_its_width() -> None:
    rows = [("x" * 300, "short", 1.5), ("水" * 100, "b\nc", 2.25)]
    lines = list(table(["long", "text", "number"], rows, 40))
    assert all(len(line) <= 40 for line in lines)
    assert lines[2].startswith("xxx")
    assert "…" in lines[2]
    assert "…" in lines[3]
    assert "b\\nc" in lines[3]


def test_wide_characters_count_twice() -> None:
    lines = list(table(["a", "b"], [("水", "x"), ("ab", "y")]))
    assert lines[2:] == ["水  x", "ab  y"]


def test_more_rows_than_are_measured() -> None:
    rows = ((number,) for number in range(MEASURED_ROWS + 10))
    assert list(table(["n"], rows))[-1] == "509"


def test_no_columns_and_no_rows() -> None:
    assert list(table([], [])) == []
    assert list(table(["a"], [])) == ["a", "─"]


@pytest.mark.parametrize("text", ["\x1b[31m", "a\nb", "\x9b2J", "\u202e", "\ud800", "\0"])
def test_nothing_reaches_a_terminal_that_it_would_obey(text: str) -> None:
    assert visible(text).isprintable()
    assert list(table(["a"], [(text,)]))[-1].isprintable()


def test_json_stays_the_same_json() -> None:
    text = json.dumps("\x7f\x9b é", ensure_ascii=False)
    assert json_escaped(text) == '"\\u007f\\u009b é"'
    assert json.loads(json_escaped(text)) == "\x7f\x9b é"


def written(format: str, columns: list[str], *rows: tuple[object, ...]) -> str:
    return "".join(FORMATS[format](columns, rows))


def test_every_format_that_can_be_asked_for_is_written() -> None:
    assert list(FORMATS) == [str(format) for format in TextFormat]
    assert list(FORMATS) == [str(format) for format in Format if format not in BINARY]


def test_json_is_exact() -> None:
    row = (0.1, 1e300, 2**70, -0.0, b"\x00\xff", Decimal("1.10"), float("nan"), None, True)
    line = written("ndjson", list("abcdefghi"), row)
    assert line == (
        '{"a":0.1,"b":1e300,"c":1180591620717411303424,"d":-0.0,"e":"00ff","f":1.10,"g":"nan","h":null,"i":true}\n'
    )


def test_json_without_rows_is_an_array() -> None:
    assert written("json", ["a"]) == "[]\n"
    assert json.loads(written("json", ["a"], (1,), (2,))) == [{"a": 1}, {"a": 2}]


def test_columns_of_one_name_are_all_there() -> None:
    assert json.loads(written("ndjson", ["n", "n", "n_2"], (1, 2, 3))) == {"n": 1, "n_2": 2, "n_2_2": 3}


def test_csv_quotes_what_needs_it() -> None:
    line = written("csv", ["a", "b", "c", "d", "e"], ('x,"y"', "l\nm", None, b"\x01", [1, {"k": "v"}]))
    assert line == 'a,b,c,d,e\n"x,""y""","l\nm",,01,"[1,{""k"":""v""}]"\n'
