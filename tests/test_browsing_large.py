"""What pages of `labelstore browse` ask of a large store: none computes a view, or reads a large table, to count."""

import json
import re
import sqlite3
from collections.abc import Iterator

import pytest

pytest.importorskip("datasette")

from labelstore import samples
from labelstore.browsing.counting import StoreDatabase
from labelstore.browsing.metadata import FACETS
from labelstore.loading import load
from labelstore.query.row_counts import VIEWS
from tests.test_browsing import Site

LARGE = ("objects", "classifications", "answers")


class Traced:
    """A site, and the statements that its pages ran."""

    def __init__(self, site: Site) -> None:
        self.site, self.statements = site, list[str]()

    def asked(self, path: str) -> list[str]:
        """The statements of a page."""
        self.statements.clear()
        self.site.get(path)
        return list(self.statements)

    def scans(self, statements: list[str]) -> list[str]:
        """The steps of the plans of statements that read all of a large table, not only an index of it."""
        found = []
        with sqlite3.connect(self.site.file) as connection:
            for sql in (sql for sql in statements if not sql.startswith("--")):  # those that SQLite runs by itself
                aliases = {name: name for name in LARGE} | {
                    alias: name for name, alias in re.findall(r"\b(\w+) as (\w+)\b", sql) if name in LARGE
                }
                steps = [row[3] for row in connection.execute(f"explain query plan {sql}")]
                found += [step for step in steps if re.fullmatch(rf"SCAN ({'|'.join(aliases)})", step)]
        return found


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    """Labels of images as v1 exports them."""
    folder = tmp_path_factory.mktemp("large")
    files = samples.write(folder / "samples", labels=20, generations=("v1",), asset_types=("image",))
    load(folder / "labels.db", [file.path for file in files])
    found = Traced(Site(folder / "labels.db"))
    connect = StoreDatabase.connect

    def connected(self: StoreDatabase, *args: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(self, *args, **options)
        connection.set_trace_callback(found.statements.append)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StoreDatabase, "connect", connected)
        yield found


@pytest.mark.sampled(6)
@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_view_is_not_computed_to_count_it(traced: Traced, view: str) -> None:
    statements = traced.asked(f"/labels/{view}")
    assert not [sql for sql in statements if re.search(rf"count\(\*\) from \[?{view}\b(?! where 0)", sql)]
    (rows,) = [sql for sql in statements if re.match(rf"select (?!count).* from \[?{view}\b.* limit 51", sql, re.S)]
    (number,) = traced.site.rows(f'select count(*) as number from "{view}"')
    assert ("where 0" in rows) == (number["number"] == 0)
    shown = json.loads(traced.site.get(f"/labels/{view}.json").text)
    known = None if view in ("v1_pieces", "workflow_steps") else number["number"]
    assert shown["filtered_table_rows_count"] == known
    assert len(shown["rows"]) == min(number["number"], 50)


@pytest.mark.parametrize("table", LARGE)
def test_facets_are_counted_by_indexes(traced: Traced, table: str) -> None:
    counts = [sql for sql in traced.asked(f"/labels/{table}") if "count(*)" in sql]
    assert len([sql for sql in counts if "as value" in sql]) == len(FACETS[table])
    assert traced.scans(counts) == []


def test_the_overview_reads_no_large_table(traced: Traced) -> None:
    statements = traced.asked(traced.site.paths.overview())
    assert len(statements) > 10
    assert traced.scans(statements) == []


def test_a_scan_would_be_noticed(traced: Traced) -> None:
    assert traced.scans(["select feature_id, count(*) from objects as o group by 1"]) == ["SCAN o"]
    assert traced.scans(["select name, count(*) from objects group by 1"]) == []


def test_pieces_are_sorted_by_their_node_only(traced: Traced) -> None:
    traced.site.get("/labels/v1_pieces?_sort=node_id")
    traced.site.get("/labels/v1_pieces?_sort=pos", 400)
