"""Results on a terminal: what is shown of them, how, and through which pager."""

import os
import pty
import re
import sys
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labelstore.cli import pager as pagers
from labelstore.cli.bars import bars, chart
from labelstore.cli.pager import pager, write_paged
from labelstore.cli.results import SHOWN_ROWS, Counted, View, excerpt, result_lines
from labelstore.cli.tables import OMITTED, layout, table
from labelstore.cli.terminal import Screen
from labelstore.displaying.cells import width_of, wrapped
from labelstore.errors import UsageError
from tests.making import box, store_of, v1
from tests.results import CASES, GOLDEN, PAGE, WIDTHS, golden, page, shown
from tests.test_cli import failed, run

CODE = re.compile(r"\x1b\[[0-9;]*m")


# -- golden files


def test_results_look_as_their_golden_files() -> None:
    """If this fails, look at the difference of: python -m tests.results."""
    made = dict(golden())
    assert set(made) == set(GOLDEN.iterdir())
    stale = [path.name for path, text in made.items() if path.read_text(encoding="utf-8") != text]
    assert not stale


def test_the_page_shows_what_terminals_show() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), "run: python -m tests.results"


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [1, 7, 20, *WIDTHS])
def test_colors_change_no_text_and_lines_fit(name: str, width: int) -> None:
    plain, colored = (shown(CASES[name], width, colored=colored) for colored in (False, True))
    assert [line.rstrip() for line in CODE.sub("", colored).splitlines()] == [
        line.rstrip() for line in plain.splitlines()
    ]
    assert all(line.isprintable() for line in plain.splitlines())
    if width >= min(WIDTHS):
        assert max(map(width_of, plain.splitlines())) <= width


# -- which rows


def test_few_rows_are_all_shown() -> None:
    for count in (0, 1, SHOWN_ROWS):
        assert excerpt((n,) for n in range(count)) == ([(n,) for n in range(count)], count, count, True, False)


def test_of_many_rows_the_first_and_the_last_are_shown() -> None:
    found = excerpt((n,) for n in range(SHOWN_ROWS + 1))
    assert found.rows == [*((n,) for n in range(20)), OMITTED, *((n,) for n in range(21, 41))]
    assert (found.total, found.shown, found.is_counted) == (41, 40, True)


def test_rows_that_are_not_shown_are_not_kept() -> None:
    class Row(list[int]):
        pass

    alive: list[weakref.ref[Row]] = []

    def rows() -> Iterator[Any]:
        for number in range(1000):
            row = Row([number])
            alive.append(weakref.ref(row))
            yield row

    found = excerpt(rows())
    assert found.total == 1000
    assert sum(row() is not None for row in alive) <= SHOWN_ROWS + 1


def test_counting_has_an_end() -> None:
    def endless() -> Iterator[tuple[int]]:
        while True:
            yield (1,)

    found = excerpt(endless(), patience=0.01)
    assert not found.is_counted
    assert found.rows == [*[(1,)] * SHOWN_ROWS, OMITTED]
    assert found.total > SHOWN_ROWS


def last_line(total: int, width: int = 200, view: View = View(), columns: int = 1) -> str:  # noqa: B008
    rows = Counted((1,) * columns for _ in range(total))
    names = [f"column_{number}" for number in range(columns)]
    return list(result_lines(names, rows, view, Screen(width, 40, False), lambda: 1.5))[-1]


def test_the_last_line_says_what_is_not_shown() -> None:
    assert last_line(1) == "1 row · 1.5 s"
    assert last_line(1234) == "1,234 rows (40 shown; --all) · 1.5 s"
    assert last_line(1234, view=View(all_rows=True)) == "1,234 rows · 1.5 s"
    assert last_line(1234, view=View(hints=None)) == "1,234 rows (40 shown) · 1.5 s"
    assert last_line(2, 60, columns=9) == "2 rows · 9 columns (5 shown; --format upright) · 1.5 s"


# -- which columns


def places(widths: list[int], width: int) -> list[int | None]:
    columns = [str(place) for place in range(len(widths))]
    return list(layout(columns, [["x" * size for size in widths]] * 2, width).places)


def test_columns_that_fit_are_all_there() -> None:
    assert places([10, 10, 10], 34) == [0, 1, 2]
    assert places([100, 10, 10], 34) == [0, 1, 2], "cut, not left out"
    assert places([100] * 10, 118) == list(range(10))


def test_columns_in_the_middle_are_left_out() -> None:
    assert places([12] * 8, 94) == list(range(8)), "tight"
    assert places([10] * 12, 100) == [0, 1, 2, 3, 4, 5, None, 10, 11]
    assert places([10] * 10, 50) == [0, 1, 2, None, 9]


def test_a_report_says_that_columns_are_left_out() -> None:
    columns = [f"column_{number}" for number in range(9)]
    assert list(table(columns, [["x" * 20] * 9], 60))[-1] == "9 columns (4 shown)"
    assert list(table(columns, [["x" * 20] * 9]))[-1].endswith("x")


def test_numbers_are_not_cut() -> None:
    shape = layout(["n", "text"], [(2**70, "x" * 100)] * 2, 60)
    assert shape.widths == (22, 36)


def test_one_row_that_is_cut_stands_upright() -> None:
    assert shown(CASES["one-row"], 200, colored=False).startswith("── 1 ──")
    assert shown(CASES["one-short-row"], 60, colored=False).startswith("labels")
    assert shown(CASES["many-columns"], 20, colored=False).startswith("── 1 ──"), "too narrow for a table"


def test_wrapped_texts_are_whole() -> None:
    for text in ("", "abc", "x" * 101, "水" * 33, "e\u0301" * 30):
        for width in (1, 2, 7, 50):
            assert "".join(wrapped(text, width)) == text
            assert all(width_of(line) <= max(width, 2) for line in wrapped(text, width))


# -- bars


def test_a_chart_takes_the_columns_that_tell_something() -> None:
    columns = ["project", "type", "name", "labelers", "objects", "share"]
    rows = [("A", "image", "Car", 4, 10, 0.5), ("A", "image", "Bus", 4, 5, 0.2), ("B", "image", "Car", 4, 7, 0.3)]
    drawn = chart(columns, rows)
    assert (drawn.number, drawn.names) == ("objects", ["project", "name"])
    assert [(bar.name, bar.value) for bar in drawn.bars] == [("A · Car", 10), ("A · Bus", 5), ("B · Car", 7)]
    assert chart(columns, rows, "share").number == "share"
    by_year = chart(["year", "labels"], [(2020, 5), (2021, 6)])
    assert (by_year.number, by_year.names) == ("labels", ["year"])


@pytest.mark.parametrize(
    ("columns", "row", "number", "said"),
    [
        (
            ["a", "b"],
            ("x", "y"),
            None,
            "--chart needs a column of numbers and one of names or times; the result has a, b",
        ),
        (["n"], (1,), None, "the result has n"),
        (["n"], (1,), "n", "--chart needs a column of names or times beside that of numbers"),
        (["a", "n"], ("x", 1), "m", "--chart-of m: the result has no such column; it has a, n"),
        (["a", "n"], ("x", 1), "a", "--chart-of a: this column has no numbers"),
        (["a", "n"], ("x", None), None, "--chart needs a column of numbers"),
    ],
)
def test_results_that_are_no_chart(columns: list[str], row: Any, number: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        chart(columns, [row], number)


def test_bars_are_as_long_as_their_numbers() -> None:
    drawn = chart(["name", "n"], [("a", 80), ("b", 40), ("c", 1), ("d", 0)])
    assert [line[7:] for line in bars(drawn, 17)][1:] == ["█" * 10, "█" * 5, "▏", ""]
    assert [line[7:] for line in bars(drawn, 17, blocks=False)][1:] == ["#" * 10, "#" * 5, "#", ""]


# -- the pager


def test_the_pager_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "mypager"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("PAGER", f"'{program}' -x")
    assert pager() == [str(program), "-x"]
    for none in ("", "cat", "/bin/cat", "no-such-pager", "'"):
        monkeypatch.setenv("PAGER", none)
        assert pager() is None
    monkeypatch.setenv("PAGER", str(program))
    monkeypatch.setenv("TERM", "dumb")
    assert pager() is None


def test_only_long_texts_are_paged(monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    paged: list[list[str]] = []
    monkeypatch.setattr(pagers, "_page", lambda lines, *_: paged.append(list(lines)))
    write_paged(map(str, range(9)), 10, lambda: None, ["less"])
    write_paged(map(str, range(10)), 10, lambda: None, None)
    assert not paged
    write_paged(map(str, range(10)), 10, lambda: None, ["less"])
    assert paged == [list(map(str, range(10)))]


def test_leaving_the_pager_ends_the_reading() -> None:
    given_up: list[bool] = []

    def lines() -> Iterator[str]:
        number = 0
        while not given_up or number < 10:
            number += 1
            yield "x" * 1000
            if given_up:
                raise RuntimeError("interrupted")

    write_paged(lines(), 2, lambda: given_up.append(True), ["true"])
    assert len(given_up) <= 1  # or the pipe was closed first


def test_what_fails_while_the_pager_runs_is_told(tmp_path: Path) -> None:
    def lines() -> Iterator[str]:
        yield from "ab"
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        write_paged(lines(), 1, lambda: None, ["sh", "-c", f"cat > '{tmp_path}/seen'"])
    assert (tmp_path / "seen").read_text() == "a\nb\n"


# -- the command


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    objects = [box(name, f"c{number}", number, 2, 3, 4) for number, name in enumerate(["Car"] * 60 + ["Bus"] * 20)]
    return store_of(tmp_path_factory.mktemp("results"), "sqlite", [v1("a", *objects)])


def terminal(*arguments: Any, width: int = 80, typed: bytes = b"", **environment: str) -> str:
    """What a terminal of 24 lines gets from a command, in which somebody types."""
    child, opened = pty.fork()
    if not child:
        os.environ.update({"TERM": "xterm", "PAGER": "cat", "COLUMNS": str(width), "LINES": "24", **environment})
        os.execv(sys.executable, [sys.executable, "-c", _MAIN, *map(str, arguments)])
    text, end = b"", time.monotonic() + 60
    os.write(opened, typed)
    try:
        while time.monotonic() < end and (part := os.read(opened, 65536)):
            text += part
    except OSError:  # the command has ended
        pass
    os.close(opened)
    os.waitpid(child, 0)
    return text.decode().replace("\r\n", "\n")


_MAIN = "from labelstore.cli import main; main()"


def test_a_terminal_gets_the_first_and_the_last_rows_in_color(store: Path) -> None:
    text = terminal("query", store, "select object_id, name, uuid from objects")
    assert "\x1b[2m⋮" in re.sub(" +", "", text)
    assert "80 rows (40 shown; --all)" in text
    assert "\x1b[2mNULL" in text
    plain = terminal("query", store, "select object_id, name from objects", "--all", NO_COLOR="1")
    assert "\x1b" not in plain
    assert plain.count("Car") == 60


def test_a_long_result_goes_through_the_pager(store: Path, tmp_path: Path) -> None:
    pages = f"sh -c 'cat > {tmp_path}/paged'"
    assert terminal("query", store, "select name from objects", "--all", PAGER=pages) == ""
    assert (tmp_path / "paged").read_text().count("Bus") == 20
    (tmp_path / "paged").unlink()
    assert "Bus" in terminal("query", store, "select name from objects", "--all", "--no-pager", PAGER=pages)
    assert not (tmp_path / "paged").exists()


def test_a_prompt_completes_names_and_shows_results(store: Path) -> None:
    typed = b"select count(*) as n from image_lab\t;\nclass-bal\t\nselect 1 as a,\n2 as b;\n.quit\n"
    text = CODE.sub("", terminal("shell", store, typed=typed, width=100))
    assert "select count(*) as n from image_labels" in text
    assert "times_rarer" in text
    assert re.search(r"a  b\n─  ─\n1  2\n1 row · [\d.]+ s\n", text)


def test_pipes_and_files_get_all(store: Path, tmp_path: Path) -> None:
    piped = run("query", store, "select name from objects order by name", "--format", "table").stdout
    assert piped == "name\n────\n" + "Bus\n" * 20 + "Car\n" * 60
    run("query", store, "select * from objects", "-o", tmp_path / "all.txt")
    lines = (tmp_path / "all.txt").read_text().splitlines()
    assert len(lines) == 82
    assert "…" not in lines[0]
    upright = run("query", store, "select 'Car' as name", "--format", "upright").stdout
    assert upright == "── 1 ───────────────────────────────────\nname  Car\n"


def test_a_chart_in_a_pipe(store: Path) -> None:
    drawn = run("query", store, "class-balance", "--chart", "--chart-of", "labels").stdout
    assert drawn.startswith("labels by name\nCar  1  ██")
    for given in (["--json"], ["--format", "csv"], ["-o", "x.txt"]):
        assert "--chart draws on the terminal" in failed("query", store, "class-balance", "--chart", *given, code=2)
    assert "--chart needs a column of numbers" in failed("query", store, "select 'a' as a", "--chart", code=2)
