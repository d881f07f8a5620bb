"""Charts: round numbers beside them, names that do not touch below them, all numbers in a table."""

import re
from itertools import pairwise

import pytest

from labelstore.drawing.axes import LETTER, apart, ticks
from labelstore.drawing.charts import MAX_COLUMNS, MAX_SERIES, Series, bars, columns

HOSTILE = "</svg><script>alert(1)</script>\"'&\x00"


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (1672, [0, 500, 1000, 1500, 2000]),
        (10, [0, 2, 4, 6, 8, 10]),
    ],
)
def test_ticks_are_round(largest: float, expected: list[float]) -> None:
    assert ticks(largest) == expected


@pytest.mark.parametrize("largest", [0.003, 0.9, 4, 11, 99, 101, 123456, 7.7e11, 1e300])
def test_ticks_span_the_values_in_few_steps(largest: float) -> None:
    found = ticks(largest, whole=largest >= 1)
    assert found[0] == 0
    assert found[-2] < largest <= found[-1] * (1 + 1e-9)
    assert 2 <= len(found) <= 6


@pytest.mark.parametrize("count", [1, 2, 5, 12, 53, 120])
def test_names_do_not_touch(count: int) -> None:
    names = [f"2024-01-{number:02}" for number in range(count)]
    step = 660 / count
    found = apart(names, step, 660)
    assert found[0] == 0
    assert all((after - before) * step >= 10 * LETTER for before, after in pairwise(found))
    html = columns(names, [Series("labels", [1] * count)], title="Labels")
    feet = [float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*class="dim foot"', html)]
    assert len(feet) >= min(count, 4)
    assert all(x + 5 * LETTER <= 721 for x in feet)
    assert all(after - before >= 10 * LETTER for before, after in pairwise(feet))


def test_series_are_stacked() -> None:
    steps = [Series("Review", [2, 0]), Series("Done", [1, 4])]
    html = columns(["2024-01-01", "2024-01-08"], steps, title="Burn-down", unit="data rows", hrefs=["/a", "/b"])
    parts = re.findall(r'class="bar s(\d)" x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', html)
    assert [(part[0], float(part[3])) for part in parts] == [("0", 80), ("1", 40), ("0", 0), ("1", 160)]
    assert float(parts[0][2]) == float(parts[1][2]) + 40, "one stands on the other"
    assert re.findall(r"<a href=\"(/\w)\"[^>]*><title>([^<]*)</title>", html) == [
        ("/a", "2024-01-01\nReview: 2\nDone: 1"),
        ("/b", "2024-01-08\nDone: 4"),
    ]
    assert re.findall(r'class="dim tick">([^<]*)<', html) == ["0", "1", "2", "3", "4"]
    assert "<tr><td>2024-01-08</td><td>0</td><td>4</td></tr>" in html
    assert html.count("<li title=") == 2
    assert ">data rows</text>" in html


def test_what_is_too_much_is_added_up() -> None:
    many = [Series(f"step {number}", [1.0] * 300) for number in range(9)]
    html = columns([f"day {number}" for number in range(300)], many, title="Steps")
    assert html.count("<li title=") == MAX_SERIES
    assert "> others</li>" in html
    assert html.count("<g><title>") == 100 <= MAX_COLUMNS
    assert "others: 12" in html


def test_long_and_hostile_names() -> None:
    long = "w" * 500
    for html in (
        bars([(long, 3), (HOSTILE, 1)], title=HOSTILE),
        columns([HOSTILE, long], [Series(HOSTILE, [1, 2]), Series(long, [1, 2])], title=HOSTILE, unit="x"),
    ):
        assert "<script" not in html
        assert f"<title>{long}" in html or f"\n{long}: 1" in html, "what is cut stands in the title"
        assert f">{long}</text>" not in html


def test_nothing_to_show() -> None:
    html = columns([], [], title="Labels")
    assert "0 values" in html
    assert "bar" not in re.findall(r'class="([^"]*)"', html)
