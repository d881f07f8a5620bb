"""No address makes the server fail: seeded odd addresses of every route are answered without a 500 and a traceback."""

# ruff: noqa: E501

import asyncio
import contextlib
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

pytest.importorskip("datasette")

from labelstore import samples
from labelstore.browsing import serving
from labelstore.browsing.settings import Settings
from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.schema.tables import content_tables
from tests.making import store_of, v1
from tests.soaking import amount

ODD = [
    "", "0", "-1", "1e999", "9" * 30, "9" * 400, "x" * 3000, "%00", "a%00b", "%ff", "%C3%28", "%F0%9F%98%80", "~00", "~ff", "~",
    "~zz", "..", "../..", "%2e%2e%2f", "'", "\"", "';--", "[", "]", "[1]", "{", "null", "None", "true", "1,2", "a,b,c,d", "😀",
    "\u202e", "%", "%2", "%zz", "+", "&", "#", "*", "(", "json", "$", "$[0]", "_", "~2E~2E", "l1.json", "a b", "%0d%0ax",
]  # fmt: skip
PARAMETERS = [
    "_where", "_sort", "_sort_desc", "_facet", "_facet_array", "_facet_date", "_facet_size", "_next", "_search", "_search_name",
    "_searchmode", "_nocol", "_col", "_json", "_size", "_shape", "_nl", "_trace", "_ttl", "_extra", "_labels", "_header",
    "_stream", "_dl", "_timelimit", "_blob_column", "_blob_hash", "_through", "_nofacet", "_nosuggest", "_nocount", "_filter_column",
    "_filter_op", "_filter_value", "name__gt", "name__like", "name__contains", "name__in", "name__glob", "name__arraycontains",
    "name__date", "name__isnull", "rowid", "label_id__exact", "no_such", "no__such", "frame", "group", "sql", "p", "limit", "_",
]  # fmt: skip
ROUTES = [
    "/", "/{s}", "/{s}/{t}", "/{s}/{t}/{o}", "/{s}/{o}", "/{o}", "/-/{o}", "/-/labelstore/{s}", "/-/labelstore/{o}",
    "/-/labelstore/{s}/label/{o}", "/-/labelstore/{s}/json/{o}", "/-/labelstore/{s}/data-row/{o}", "/-/labelstore/{s}/label/l1",
    "/-/labelstore/{s}/asset/{o}", "/-/labelstore/{s}/mask/{o}", "/-/labelstore/{s}/mask/99999999999999999999", "/{s}/class-counts",
    "/{s}/-/query", "/-/labelstore-static/{o}", "/-/static/{o}", "/-/databases", "/-/plugins", "/-/metadata", "/-/settings",
    "/-/threads", "/-/actor", "/-/versions", "/-/patterns", "/-/messages", "/-/allow-debug", "/-/permissions", "/-/logout",
    "/{s}/label_json/{o}", "/{s}/labels/1", "/{s}/labels/{o},{o}", "/{s}/{t}/1.blob", "/{s}/record_json", "/_memory", "/favicon.ico",
]  # fmt: skip
SQL = [
    "select", "select 1", "select * from labels", "select x'00ff', 1e999, -1e999, null", "select char(0), '<script>'", "select 1; select 2",
    "select :a, :b", "select load_extension('x')", "pragma table_info(labels)", "select * from nothing", "with a as (", "explain select 1",
    "select json('{')", "select abs(-9223372036854775808)", "select cast(x'ff' as text)", "select 'a' as \"\", 1 as \"\"",
    "select match('a', 'b')", "select sum(9223372036854775807) from labels a, labels b", "delete from labels", "attach 'x' as y",
    "select printf('%s', 1) as \"a.b~c/d\"", "values (1)", "select 1 as sql, 2 as _shape", "select :_header_host", "select :_cookie_x",
]  # fmt: skip
FORMATS = ["", "", ".json", ".csv", ".blob", ".jsono", ".xyz"]
EACH = amount(1500, 75)


def addresses(store: str, seed: int) -> Iterator[str]:
    yield from (f"/-/static/{'x' * 3000}", f"/{store}/labels?_sort=..", f"/{store}?sql={quote(SQL[12])}", "/.blob")
    dice = random.Random(seed)
    tables = [*content_tables(), "loads", "labels", "label_json", "image_labels", "video_labels"]
    for number in range(EACH):
        route = ROUTES[number % len(ROUTES)]
        while "{o}" in route:
            route = route.replace("{o}", quote(dice.choice(ODD), safe="%~/.,"), 1)
        path = route.replace("{s}", store).replace("{t}", dice.choice(tables)) + dice.choice(FORMATS)
        asked = [
            f"{dice.choice(PARAMETERS)}={quote(dice.choice([*ODD, 'name', 'label_id', 'array', 'objects', 'max']), safe='%')}"
            for _ in range(dice.randrange(4))
        ]
        if number % 4 == 0:
            asked.append(f"sql={quote(dice.choice(SQL))}")
            path = f"/{store}{dice.choice(FORMATS)}"
        yield path + ("?" + "&".join(asked) if asked else "")


def _sqlite(folder: Path, name: str) -> Path:
    if name == "empty":
        open_database(folder / "store.db", create=True).close()
        return folder / "store.db"
    if name == "one":
        return store_of(folder, "sqlite", [v1("l1")], "store")
    store = folder / ("store.db" if name == "samples" else "store.duckdb")
    files = [file.path for file in samples.write(folder / "samples", labels=1)]
    load(store, files, frames=folder / "samples" / "frames" if (folder / "samples" / "frames").is_dir() else None)
    return store


@pytest.mark.sampled(6)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")  # Datasette's own, at an error
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["samples", "duckdb", "one", "empty"])
def test_no_address_makes_the_server_fail(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def failures(store: Path) -> list[tuple[str, int, str]]:
        datasette = serving.application(store, Settings())
        await datasette.invoke_startup()
        found = []
        for path in addresses(store.stem, sum(map(ord, name))):
            answer = await datasette.client.get(path)
            if answer.status_code >= 500 or "Traceback" in answer.text:
                found.append((path, answer.status_code, answer.text[-300:]))
        return found

    with contextlib.ExitStack() as stack:
        store = stack.enter_context(serving.as_sqlite(_sqlite(tmp_path, name)))
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(lambda: asyncio.run(failures(store))).result() == []
    written = capfd.readouterr()
    assert "Traceback (most recent call last)" not in written.out + written.err
