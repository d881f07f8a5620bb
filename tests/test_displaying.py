"""Results at a prompt and in a notebook: the first rows as a table, and none of them is lost."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import labelstore
from labelstore.displaying.html_table import LONGEST, MOST_COLUMNS, STYLE, html_table
from labelstore.displaying.text_table import text_table
from labelstore.engines.result import Result
from labelstore.errors import QueryError
from labelstore.store import Store
from tests.making import box, store_of, v1

NAMES = "select name from objects order by name"


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    boxes = [box(f"class {number:02}", f"c{number}", number, 2, 3, 4) for number in range(30)]
    return store_of(tmp_path_factory.mktemp("displaying"), request.param, [v1("a", *boxes)])


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with labelstore.open(path) as opened:
        yield opened


def test_a_result_shows_its_first_rows_and_keeps_them(store: Store) -> None:
    result = store.query(NAMES)
    shown = repr(result).splitlines()
    assert shown[:3] == ["name", "class 00", "class 01"]
    assert shown[11:] == ["[the first 10 rows; read them all with a loop, df(), pl() or arrow()]"]
    assert repr(result).splitlines() == shown
    assert next(result.rows) == ("class 00",)
    assert repr(result).splitlines()[1] == "class 01"
    assert "[the next 10 rows" in repr(result)
    assert "the next 20 rows" in result._repr_html_()
    assert [row["name"] for row in result] == [f"class {number:02}" for number in range(1, 30)]
    assert repr(result) == "name\n[read to its end]"


def test_a_result_that_was_shown_converts_as_one_that_was_not(store: Store) -> None:
    sql = "select object_id, name, min_x, label_id from objects join object_bounds using (object_id)"
    shown = store.query(sql)
    assert repr(shown)
    assert shown._repr_html_()
    table = store.query(sql).arrow()
    assert shown.arrow() == table
    assert repr(shown).endswith("[read to its end]")


@pytest.mark.parametrize(("where", "said"), [("1 = 0", "[0 rows]"), ("name = 'class 07'", "[1 row]")])
def test_few_rows_are_counted(store: Store, where: str, said: str) -> None:
    assert repr(store.query(f"select name from objects where {where}")).splitlines()[-1] == said


def test_an_error_on_the_way_is_shown_and_still_raised(store: Store) -> None:
    fails = "json_extract(name, '$')" if store.engine == "sqlite" else "error('malformed JSON')"
    result = store.query(f"select name, case when name > 'class 05' then {fails} end as e from objects")
    assert "malformed JSON" in repr(result)
    assert "malformed JSON" in result._repr_html_()
    for _ in range(2):
        with pytest.raises(QueryError, match="malformed JSON"):
            list(result.rows)
    with pytest.raises(QueryError, match="malformed JSON"):
        next(result.rows)


def test_what_is_no_answer_to_a_user_has_columns() -> None:
    assert repr(Result(["a"], iter([(1,)]))) == "a\n[rows]"


def test_columns_that_do_not_fit_are_counted() -> None:
    columns = [f"column_{number}" for number in range(9)]
    lines = text_table(
        columns, [tuple(range(9)), (None, True, "x" * 20, 4.5, "\x1b[31m", "五", b"\xff", "", "")], 60
    ).split("\n")
    assert lines[0] == "column_0  column_1  column_2              column_3  … 5 more"
    assert all(len(line) <= 60 for line in lines)
    assert lines[2] == "    NULL  true      " + "x" * 20 + "       4.5"
    everything = text_table(columns, [tuple(range(9))], 500)
    assert "more" not in everything
    assert text_table(["a\nb"], [("\x1b[31m",)], 60) == "a\\nb\n\\x1b[31m"
    assert text_table(["much too wide for this"], [(1,)], 5).split("\n")[0] == "much too wide for this"


class Tags(HTMLParser):
    """The tags of a text, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_html_is_escaped_and_bounded() -> None:
    hostile = "<script>alert(1)</script>\x00\ud800</td>"
    found = Tags(html_table([hostile, "n"], [(hostile, 1), ("y" * 5000, 2)], hostile))
    assert set(found.tags) == {"div", "style", "table", "thead", "tbody", "tr", "th", "td", "p"}
    assert "\x00" not in found.words
    assert "\ud800" not in found.words
    assert "y" * LONGEST + "…" in found.words
    assert "y" * (LONGEST + 1) not in found.words
    wide = Tags(html_table([f"c{number}" for number in range(MOST_COLUMNS + 5)], []))
    assert wide.tags.count("th") == MOST_COLUMNS
    assert "5 more columns" in wide.words


def test_the_style_of_a_table_touches_nothing_else() -> None:
    selectors = [line.split("{")[0] for line in STYLE.replace("\n  ", " ").splitlines() if "{" in line]
    assert selectors
    assert all(selector.startswith(".labelstore-table") for selector in selectors)
