"""Macros of `sql/`: both engines read the same moments, and leave out what is none."""

import random
import statistics
from pathlib import Path

import pytest

from labelstore.engines import open_database
from labelstore.schema.dialects import DIALECTS, DUCKDB, SQLITE
from tests.making import ENGINES, store_of

MOMENTS = {  # text: day, Monday of the week, seconds since 1970 (1704067200 is 2024-01-01T00:00Z, a Monday)
    "2024-01-01T10:00:00.000Z": ("2024-01-01", "2024-01-01", 1704103200.0),
    "2024-01-01T10:00:00.000+00:00": ("2024-01-01", "2024-01-01", 1704103200.0),
    "2024-01-01T10:00:00.250Z": ("2024-01-01", "2024-01-01", 1704103200.25),
    "2024-01-01T10:00:00": ("2024-01-01", "2024-01-01", 1704103200.0),
    "2024-01-01 10:00:00Z": ("2024-01-01", "2024-01-01", 1704103200.0),
    "2024-01-01": ("2024-01-01", "2024-01-01", 1704067200.0),
    "2024-01-07T23:59:59Z": ("2024-01-07", "2024-01-01", 1704671999.0),
    "2024-01-07T23:30:00-02:00": ("2024-01-08", "2024-01-08", 1704677400.0),
    "2023-12-31T23:59:59.999Z": ("2023-12-31", "2023-12-25", 1704067199.999),
    "2024-02-29T00:00:00Z": ("2024-02-29", "2024-02-26", 1709164800.0),
}
ODD = [
    "2024-02-30",
    "2024-13-01",
    "2024-1-1",
    "2024",
    "now",
    "infinity",
    "epoch",
    "10:00:00",
    "x",
    "2024-01-01T10",
    "2024-01-01T10:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T25:00:00Z",
    "2024-01-01T10:00:60Z",
    "2024-01-01T10:00:00+0000",
    "2024-01-01T10:00:00+15:00",
    "2024-01-01T10:00:00nonsense",
    "2024-01-01T10:00:00.Z",
    "2024-01-01Z",
    "1704067200",
    "-1",
    "2460310.5",
    "');",
    "99999-01-01T00:00:00Z",
]


@ENGINES
def test_moments(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    dialect = SQLITE if engine == "sqlite" else DUCKDB
    sql = dialect.translate("select day_of(x), week_of(x), seconds_of(x) from (select cast($text as text) as x) as t")
    with open_database(store_of(tmp_path, engine, []), read_only=True) as database:
        texts = [*MOMENTS, *ODD, "", "2024-01-01 (BC)", "2024-01-01 10:00:00 UTC", None]
        read = {text: next(database.query(sql, {"text": text}).rows) for text in texts}
    assert read == {text: MOMENTS.get(text or "", (None, None, None)) for text in texts}


@ENGINES
def test_quantiles_are_interpolated(tmp_path: Path, engine: str) -> None:
    # of 1 2 4 10: places 0.75, 1.5 and 2.25 lie between 1 and 2, 2 and 4, 4 and 10; one value is all quantiles
    values = " union all ".join(
        f"select '{g}' as g, {x} as x" for g, x in [("a", 1), ("a", 10), ("a", 4), ("a", 2), ("b", 7)]
    )
    sql = f"""select g, quantile(0.25, x), quantile(0.5, x), quantile(0.75, x), quantile(0, x) from (
        select g, x, row_number() over (partition by g order by x) - 1 as place,
            count(*) over (partition by g) as places
        from ({values}) as v) as t group by g order by g"""
    dialect = SQLITE if engine == "sqlite" else DUCKDB
    with open_database(store_of(tmp_path, engine, []), read_only=True) as database:
        rows = list(database.query(dialect.translate(sql)).rows)
    assert rows == [("a", 1.75, 3.0, 5.5, 1.0), ("b", 7.0, 7.0, 7.0, 7.0)]


def test_quantiles_are_the_same_to_the_last_bit(tmp_path: Path) -> None:
    # DuckDB's own quantile_cont is not: its 2.0 rounds otherwise than its 1.5 and SQLite
    dice = random.Random(3)
    makers = (
        lambda: round(dice.random() * 100, 2),
        lambda: dice.uniform(-1, 1) * 10.0 ** dice.randint(-20, 20),
        lambda: float(dice.randint(0, 3)),
    )
    groups = {g: [dice.choice(makers)() for _ in range(dice.choice((1, 2, 3, 4, 5, 6, 9, 40)))] for g in range(400)}
    values = ", ".join(f"({g}, {x!r}e0)" if "e" not in repr(x) else f"({g}, {x!r})" for g in groups for x in groups[g])
    sql = f"""with v (g, x) as (values {values})
        select g, quantile(0.25, x), quantile(0.5, x), quantile(0.75, x), min(x), max(x), all_places(places) from (
        select g, x, row_number() over (partition by g order by x) - 1 as place,
            count(*) over (partition by g) as places
        from v) as t where near_quarter(place, places) group by g order by g"""
    rows = {}
    for engine, dialect in DIALECTS.items():
        with open_database(store_of(tmp_path, engine, []), read_only=True) as database:
            rows[engine] = list(database.query(dialect.translate(sql)).rows)
    assert rows["duckdb"] == rows["sqlite"]
    assert [row[2:3] + row[4:] for row in rows["sqlite"]] == [
        (statistics.median(xs), min(xs), max(xs), len(xs)) for xs in groups.values()
    ]


@ENGINES
def test_what_is_rounded_to_nothing_has_no_sign(tmp_path: Path, engine: str) -> None:
    dialect = SQLITE if engine == "sqlite" else DUCKDB
    sql = dialect.translate("select round(-3e-1) / 1e2 as hundredths, round(-3e-1) / 1e4 as parts")
    with open_database(store_of(tmp_path, engine, []), read_only=True) as database:
        assert repr(list(database.query(sql).rows)) == "[(0.0, 0.0)]"
