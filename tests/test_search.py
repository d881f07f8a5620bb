"""Search finds the same with and without an index, takes every word as it is, and never uses an old index."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import StoreError, UsageError
from labelstore.loading import load
from labelstore.loading.store_file import locked
from labelstore.query.search import PLACES, Hit, index, search
from labelstore.query.search.condition import may_hold
from labelstore.query.search.places import labels_with, texts_in
from labelstore.schema.tables import columns
from labelstore.upgrading import upgrade
from labelstore.verifying import verify
from tests.making import ENGINES, box, feature, store_of, v1
from tests.soaking import amount

STORES = Path(__file__).resolve().parent / "fixtures" / "stores"


def records() -> list[Any]:
    rust = feature("Damage", "q1", answers=[feature("Rust 100%", "a1"), feature("Dent", "a2")])
    note = feature("Note", "q2", answer='He said "rust_never" sleeps')
    entity = {
        "data_row": {"id": "row-e", "external_id": "talk.txt", "global_key": "GK-Ünder/rust"},
        "media_attributes": {"asset_type": "text"},
        "projects": {
            "p2": {
                "name": "Talks",
                "labels": [
                    {
                        "label_kind": "Default",
                        "version": "1.0.0",
                        "id": "e",
                        "annotations": {
                            "objects": [
                                {
                                    "feature_id": "o1",
                                    "name": "Person",
                                    "annotation_kind": "TextEntity",
                                    "classifications": [],
                                    "location": {"start": 0, "end": 6, "token": "Älfrust"},
                                }
                            ],
                            "classifications": [],
                            "relationships": [],
                        },
                    }
                ],
            }
        },
    }
    alone = {
        "data_row": {"id": "row-n", "external_id": "rusty-nail.txt"},
        "media_attributes": {"asset_type": "text"},
        "projects": {"p2": {"name": "Talks", "labels": []}},
    }
    return [
        v1("a", box("Rusty car", "c1", 0, 0, 1, 1), box("Rusty car", "c2", 5, 5, 1, 1), classifications=[rust]),
        v1("b", box("Trust mark", "c3", 0, 0, 1, 1), classifications=[note]),
        entity,
        alone,
    ]


RUST = {
    Hit("a", "row-a", "object", "Rusty car"),
    Hit("b", "row-b", "object", "Trust mark"),
    Hit("a", "row-a", "answer", "Rust 100%"),
    Hit("b", "row-b", "answer", 'He said "rust_never" sleeps'),
    Hit("e", "row-e", "entity", "Älfrust"),
    Hit(None, "row-n", "external_id", "rusty-nail.txt"),
    Hit("e", "row-e", "global_key", "GK-Ünder/rust"),
}
STATES = pytest.mark.parametrize("kind", ["sqlite", "duckdb", "indexed"])


def made(folder: Path, kind: str) -> Path:
    engine = "duckdb" if kind == "duckdb" else "sqlite"
    v1_elements, v2_lines = records()[:2], records()[2:]
    store = store_of(folder, engine, v1_elements)
    lines = folder / "v2.ndjson"
    lines.write_text("".join(json.dumps(line) + "\n" for line in v2_lines), encoding="utf-8")
    load(store, [lines])
    if kind == "indexed":
        assert index(store).texts > 0
    return store


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A store of each kind, which nobody writes to."""
    return {kind: made(tmp_path_factory.mktemp(kind), kind) for kind in ("sqlite", "duckdb", "indexed")}


def found(store: Path, *words: str, places: tuple[str, ...] = ()) -> list[Hit]:
    with open_database(store, read_only=True) as database:
        return list(search(database, words, places).hits)


def run(*arguments: object) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


@STATES
def test_every_place_is_searched(stores: dict[str, Path], kind: str) -> None:
    store = stores[kind]
    hits = found(store, "rust")
    assert len(hits) == len(RUST)  # two objects of one name in one label are one hit
    assert set(hits) == RUST
    for place, kinds in PLACES.items():
        assert set(found(store, "RUST", places=(place,))) == {hit for hit in RUST if hit.where in kinds}
    assert {hit.where for hit in found(store, "rust", places=("names", "ids"))} == {
        "object",
        "external_id",
        "global_key",
    }


@pytest.mark.sampled(6)
@STATES
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("RUSTY",), {"object", "external_id"}),
        (("rust", "car"), {"object"}),  # all words in one text, in any order
        (("car", "rust"), {"object"}),
        (("rusty car",), {"object"}),
        (("car rusty",), set()),
        (("DAM",), {"question"}),
        (("100%",), {"answer"}),
        (("%",), {"answer"}),  # no wildcard, and too short for trigrams
        (("_",), {"answer"}),
        (("rust_n",), {"answer"}),
        (("rust%e",), set()),
        (('"rust_never"',), {"answer"}),
        (("älf",), {"entity"}),
        (("ÄLFRUST",), {"entity"}),
        (("ünder",), {"global_key"}),
        (("ÜN",), {"global_key"}),
        (("car OR rust",), set()),
        (("car", "OR", "dent"), set()),
        (("rust*",), set()),
        (("text:rust",), set()),
        (("\\",), set()),
        (("rust\0",), set()),
        (("x" * 60_000,), set()),
    ],
)
def test_words_mean_themselves(stores: dict[str, Path], kind: str, words: tuple[str, ...], expected: set[str]) -> None:
    assert {hit.where for hit in found(stores[kind], *words)} == expected


WORDS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
        st.text(' "*():^-+%_\\AaRrUuSsTtNORNEAR{}', min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def databases(stores: dict[str, Path]) -> Iterator[list[Database]]:
    with ExitStack() as stack:
        yield [stack.enter_context(open_database(store, read_only=True)) for store in stores.values()]


@given(words=WORDS)
def test_no_words_break_it_and_all_ways_agree(databases: list[Database], words: list[str]) -> None:
    if not any(word.strip() for word in words):
        with pytest.raises(UsageError):
            search(databases[0], words)
        return
    plain, duckdb, indexed = ({*search(database, words).hits} for database in databases)
    assert plain == duckdb == indexed


TEXTS = st.text("aikſsAIKÄäßẞİKÅåΩωΣσςИи日Ააǅǆ\u0307%_\"'\\\0 ", min_size=1, max_size=6)
LABELS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS, st.none() | TEXTS), min_size=1, max_size=3)
"""(class, option, free text, external id) of labels."""


def labelled(number: int, texts: tuple[str, str, str, str | None]) -> Any:
    name, option, note, external_id = texts
    questions = [feature("Kind", "q1", answer=feature(option, "a1")), feature("Note", "q2", answer=note)]
    label = v1(f"l{number}", box(name, "c1", 0, 0, 1, 1), classifications=questions)
    return label | {"External ID": external_id}


@settings(max_examples=amount(8, 2))
@given(first=LABELS, second=LABELS, words=st.lists(TEXTS, min_size=1, max_size=12), prune=st.booleans())
def test_all_ways_find_what_a_loop_over_the_texts_finds(
    tmp_path_factory: pytest.TempPathFactory, first: Any, second: Any, words: list[str], prune: bool
) -> None:
    """After a load, after another one that changes and adds or removes labels, and by an index after both."""
    folder = tmp_path_factory.mktemp("stores")
    stores = [store_of(folder, engine, [labelled(*one) for one in enumerate(first)]) for engine in ("sqlite", "duckdb")]
    held = dict(enumerate(first))
    for store in stores:
        assert_found(store, held, words)
    later = folder / "later.ndjson"
    later.write_text("".join(json.dumps(labelled(*one)) + "\n" for one in enumerate(second)), encoding="utf-8")
    held = dict(enumerate(second)) if prune else held | dict(enumerate(second))
    for store in stores:
        load(store, [later], prune=prune)
        assert_found(store, held, words)
    index(stores[0])
    assert_found(stores[0], held, words)


def assert_found(store: Path, held: dict[int, Any], words: list[str]) -> None:
    texts = {
        (f"l{number}", place, text)
        for number, own in held.items()
        for place, text in [
            *zip(("object", "answer", "answer", "external_id"), own, strict=True),
            ("question", "Kind"),
            ("question", "Note"),
        ]
    }
    with open_database(store, read_only=True) as database:
        for word in filter(None, map(str.strip, words)):
            hits = {(hit.label_id, hit.where, hit.snippet) for hit in search(database, [word]).hits}
            assert hits == {
                (*at, " ".join(text.split())) for *at, text in texts if text and word.lower() in text.lower()
            }


def test_no_letter_has_cases_that_are_not_known() -> None:
    """Of what Python's `lower` makes of each character, `may_hold` knows all characters that it comes from."""
    for char in map(chr, range(sys.maxunicode + 1)):
        if (lower := char.lower()) != char and not char.isascii():
            for folded in lower:
                assert char in may_hold(folded).parameters.values()


def test_reading_scans_no_large_table(stores: dict[str, Path], tmp_path: Path) -> None:
    """Texts come from `features` and indexes of texts alone, and labels by indexes."""
    store, condition = tmp_path / "store.db", may_hold("rust")
    shutil.copy(stores["sqlite"], store)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("delete from sqlite_stat1")  # which knows how small the tables are
        connection.commit()
    with open_database(store, read_only=True) as database:
        for place in chain(*PLACES.values()):
            for sql, _ in (texts_in(place, condition), labels_with(place, condition, "values ('rust')")):
                parameters = {"part": "rust"} if "$part" in sql else {}
                plan = [row[3] for row in database.query(f"explain query plan {sql}", parameters).rows]
                scanned = {step.split()[1] for step in plan if step.startswith("SCAN")}
                large = {"o", "a", "c", "d", "l", "e", "s", *columns()} - {"features", "repeated_answers", "messages"}
                assert not scanned & large, (place, plan)
                assert not any("AUTOMATIC" in step for step in plan), (place, plan)


@pytest.mark.parametrize(
    "word", ['"', "'", "AND", "NEAR(a b)", "a AND", "(", "*", "^x", "-", "{x}:y", "%", "_", "a" * 9999]
)
@STATES
def test_hostile_words_on_the_command_line(stores: dict[str, Path], kind: str, word: str) -> None:
    assert run("search", stores[kind], "--", word).exit_code == 0


def test_nothing_to_search_for(tmp_path: Path) -> None:
    store = made(tmp_path, "sqlite")
    for words in (("",), ("  ", "\t")):
        result = run("search", store, *words)
        assert result.exit_code == 2
        assert "no word to search for" in result.stderr
    assert run("search", store, "\udcff").exit_code == 1
    with open_database(store, read_only=True) as database, pytest.raises(UsageError, match="names, answers"):
        search(database, ["a"], ["everywhere"])


def test_the_best_come_first(tmp_path: Path) -> None:
    """Of texts with the word the one that consists of it is the best, whatever was loaded first."""
    long = box("rust and a good deal of other words that make it long", "c1", 0, 0, 1, 1)
    store = store_of(tmp_path, "sqlite", [v1("a", long), v1("b", box("rust", "c2", 0, 0, 1, 1))])
    index(store)
    assert [hit.label_id for hit in found(store, "rust")] == ["b", "a"]


def test_a_snippet_is_the_text_around_the_word(tmp_path: Path) -> None:
    note = feature("Note", "q", answer="x" * 100 + "\nneedle " + "y" * 200)
    (hit,) = found(store_of(tmp_path, "sqlite", [v1("a", classifications=[note])]), "needle")
    # 30 characters before the word, 100 in all, on one line
    assert hit.snippet == "…" + "x" * 29 + " needle " + "y" * 63 + "…"


def test_an_index_is_never_used_when_a_load_has_changed_the_store(tmp_path: Path) -> None:
    store = made(tmp_path, "indexed")
    old, new = v1("a", box("Zebra", "c1", 0, 0, 1, 1)), v1("c", box("Okapi", "c1", 0, 0, 1, 1))
    export = tmp_path / "later.ndjson"
    export.write_text(json.dumps(old) + "\n" + json.dumps(new) + "\n")
    with open_database(store, read_only=True) as database:
        assert search(database, ["rusty"]).indexed
    load(store, [export])
    with open_database(store, read_only=True) as database:
        stale = search(database, ["zebra"])
        assert not stale.indexed
        assert stale.note is not None
        assert "a load has changed the store" in stale.note
    assert [hit.label_id for hit in found(store, "zebra")] == ["a"]
    assert [hit.where for hit in found(store, "rusty")] == ["external_id"]  # what label a was is gone
    index(store)
    with open_database(store, read_only=True) as database:
        assert search(database, ["zebra"]).indexed
    assert [hit.label_id for hit in found(store, "zebra")] == ["a"]
    assert [hit.where for hit in found(store, "rusty")] == ["external_id"]
    load(store, [export])  # brings nothing new
    with open_database(store, read_only=True) as database:
        assert search(database, ["zebra"]).indexed


def test_pruning_and_loading_as_many_again_is_noticed(tmp_path: Path) -> None:
    """The numbers of records and labels, and the largest record id, end where they were."""
    first = [v1("a", box("Ant", "c", 0, 0, 1, 1)), v1("b", box("Bee", "c", 0, 0, 1, 1))]
    store = store_of(tmp_path, "sqlite", first)
    index(store)
    only, more = tmp_path / "only.ndjson", tmp_path / "more.ndjson"
    only.write_text(json.dumps(first[0]) + "\n")
    more.write_text(json.dumps(v1("c", box("Cow", "c", 0, 0, 1, 1))) + "\n")
    load(store, [only], prune=True)
    load(store, [more])
    with open_database(store, read_only=True) as database:
        assert not search(database, ["cow"]).indexed
    assert [hit.label_id for hit in found(store, "cow")] == ["c"]
    assert found(store, "bee") == []


def test_an_index_that_was_not_finished_is_not_used(tmp_path: Path) -> None:
    store = made(tmp_path, "indexed")
    connection = sqlite3.connect(store)
    connection.execute("drop table search_state")  # it is made last
    connection.execute("drop table search_texts_fts")
    connection.commit()
    connection.close()
    assert set(found(store, "rust")) == RUST
    index(store)
    with open_database(store, read_only=True) as database:
        assert search(database, ["rust"]).indexed
    assert set(found(store, "rust")) == RUST


def test_a_store_with_an_index_is_a_store(tmp_path: Path) -> None:
    store = made(tmp_path, "indexed")
    export = tmp_path / "export.ndjson"
    assert verify(store, [export]).ok
    assert load(store, [export]).total("unchanged") == 2
    connection = sqlite3.connect(store)
    assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_an_upgrade_leaves_the_index_behind(tmp_path: Path) -> None:
    """A store of version 1 with tables named like those of the index, as an older labelstore could have made them."""
    store = tmp_path / "old.db"
    shutil.copy(next(STORES.glob("version-1*.db")), store)
    connection = sqlite3.connect(store)
    connection.execute("create virtual table search_texts_fts using fts5(text, tokenize=trigram)")
    connection.execute("create table search_state (contents text)")
    connection.execute("insert into search_state values ('-1 0 0 0 0 0')")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="upgrade"):
        index(store)
    upgrade(store)
    with open_database(store, read_only=True) as database:
        note = search(database, ["a"]).note
    assert note is not None
    assert "has no index" in note
    index(store)
    with open_database(store, read_only=True) as database:
        assert search(database, ["a"]).indexed


def test_one_process_at_a_time_makes_it(tmp_path: Path) -> None:
    store = made(tmp_path, "sqlite")
    with locked(store, "load"), pytest.raises(StoreError, match="is in use"):
        index(store, wait=0)


def test_on_the_command_line(tmp_path: Path) -> None:
    store = made(tmp_path, "sqlite")
    scanned = run("search", store, "rust", "--json")
    assert "labelstore index" in scanned.stderr
    assert "not ranked" in scanned.stderr
    indexed = run("index", store)
    assert indexed.exit_code == 0
    assert "different texts indexed" in indexed.stdout
    ranked = run("search", store, "rust", "--json")
    assert ranked.stderr == ""
    rows = [sorted(json.loads(result.stdout), key=str) for result in (scanned, ranked)]
    assert rows[0] == rows[1] == sorted((hit._asdict() for hit in RUST), key=str)
    few = run("search", store, "rust", "--limit", "2", "--in", "ids", "--in", "names")
    assert len(few.stdout.splitlines()) == 4  # names, rule, two results
    assert "--limit 0" in few.stderr
    none = run("search", store, "nowhere", "--json")
    assert (none.exit_code, none.stdout) == (0, "[]\n")
    assert "nothing found" in none.stderr
    assert json.loads(run("index", store, "--json").stdout)["texts"] > 0


@ENGINES
def test_what_duckdb_has_instead(tmp_path: Path, engine: str) -> None:
    if engine == "sqlite":
        missing = run("index", tmp_path / "none.db")
        assert missing.exit_code == 1
        assert "does not exist" in missing.stderr
        return
    store = made(tmp_path, engine)
    result = run("index", store)
    assert result.exit_code == 2
    assert "search works without" in result.stderr
    assert "DuckDB" in run("search", store, "rust").stderr
