"""The counters that loads keep are those that a count of all rows gives, whatever was loaded, changed and removed."""

import json
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from labelstore.counting import MOST_PAIRED, counts, roles
from labelstore.counting.features import Role
from labelstore.engines import counters, open_database
from labelstore.engines.database import Database
from labelstore.engines.duckdb import DuckdbDatabase
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.loading import load, storing
from labelstore.publishing import publish
from labelstore.samples import write
from labelstore.schema.canned_queries import named
from labelstore.schema.tables import sql_text
from labelstore.upgrading import upgrade
from tests.making import ENGINES, asked, box, feature, store_of, v1
from tests.soaking import amount

ROOT = Path(__file__).resolve().parent.parent
COUNTING = (
    "answer-counts",
    "class-balance",
    "class-cooccurrence",
    "class-counts",
    "colliding-names",
    "ontology-features",
    "renamed-features",
)
OLD = {name: (ROOT / "tests" / "former_queries" / f"{name}.sql").read_text(encoding="utf-8") for name in COUNTING}
"""Canned queries as they were when they read all rows."""

WORK = """
    with work as (
        select l.label_id, l.project_id, r.asset_type, coalesce(l.skipped, false) as skipped
        from labels as l join records as r on r.record_id = l.record_id where l.model_run_id is null
    )
"""
GROUP = "w.project_id, w.asset_type, w.skipped"
TOOLS = "objects as o join work as w on w.label_id = o.label_id"
QUESTIONS = """
    classifications as c join work as w on w.label_id = c.label_id
    left join answers as pa on pa.answer_id = c.parent_answer_id
    left join objects as po on po.object_id = c.object_id
"""
PARENT = "case when c.parent_answer_id is not null then pa.name else po.name end"
OPTIONS = """
    answers as a join classifications as c on c.classification_id = a.classification_id
    join work as w on w.label_id = c.label_id
"""
GRAINS = {
    ("tool", "kind"): (TOOLS, "o.kind", "kind"),
    ("tool", "class"): (TOOLS, "o.kind, o.name", "kind, name"),
    ("tool", "name"): (TOOLS, "o.name", "name"),
    ("tool", "schema"): (TOOLS, "o.schema_id, o.name", "schema_id, name"),
    ("classification", "kind"): (QUESTIONS, "c.kind", "kind"),
    ("classification", "class"): (QUESTIONS, "c.kind, c.name", "kind, name"),
    ("classification", "schema"): (QUESTIONS, "c.schema_id, c.name", "schema_id, name"),
    ("classification", "parent"): (QUESTIONS, f"{PARENT}, c.schema_id, c.name", "parent_name, schema_id, name"),
    ("option", "schema"): (f"{OPTIONS} where a.text is null", "a.schema_id, a.name", "schema_id, name"),
    ("option", "parent"): (
        f"{OPTIONS} where a.text is null",
        "c.name, a.schema_id, a.name",
        "parent_name, schema_id, name",
    ),
}
"""(role, grain) → the rows of which labels are counted, what they have in common, the same in `feature_counts`."""


def recounted(database: Database) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """What is counted, the counters and the count of all rows."""
    projects = [None, *(row[0] for row in database.query("select project_id from projects").rows)]
    for name, old in OLD.items():
        query = named(name)
        for project in projects[:4]:
            for texts in (0, 1) if any(one.name == "texts" for one in query.parameters) else (None,):
                values = {"project": project} | ({} if texts is None else {"texts": texts})
                yield (
                    f"{name} {values}",
                    list(database.query(query.sql[database.engine], values).rows),
                    list(database.query(database.dialect.translate(old), values).rows),
                )
    for (role, grain), (rows, common, names) in GRAINS.items():
        counters = (
            f"select project_id, asset_type, skipped, {names}, sum(labels) from feature_counts"
            f" where role = '{role}' and grain = '{grain}' group by project_id, asset_type, skipped, {names}"
        )
        count = f"{WORK} select {GROUP}, {common}, count(distinct w.label_id) from {rows} group by {GROUP}, {common}"
        yield f"{role} {grain}", ordered(database, counters), ordered(database, count)
    for role, rows in (("label", "work as w"), ("frame", "frames as f join work as w on w.label_id = f.label_id")):
        counters = (
            "select project_id, asset_type, skipped, sum(annotations) from feature_counts"
            f" where role = '{role}' group by project_id, asset_type, skipped"
        )
        yield (
            role,
            ordered(database, counters),
            ordered(database, f"{WORK} select {GROUP}, count(*) from {rows} group by {GROUP}"),
        )
    wrong = "select * from counts where (annotations = 0 and labels = 0) or annotations < 0 or labels < 0"
    yield "zeros", ordered(database, wrong), []


IN_ROWS = """
    select schema_id, name, value, kind, color, 'object' from objects
    union
    select schema_id, name, value, kind, null, 'classification' from classifications
    union
    select schema_id, name, value, null, null, 'answer' from answers where text is null or name is not null
"""
"""The features of all rows, those in model runs too."""


def features(store: Path) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The rows of `features`, each of which is there once, and the features that rows have."""
    with open_database(store, read_only=True) as database:
        kept = list(database.query("select * from features").rows)
        assert len(kept) == len(set(kept))
        return set(kept), set(database.query(IN_ROWS).rows)


def ordered(database: Database, sql: str) -> list[Any]:
    return sorted(database.query(sql).rows, key=lambda row: [(value is not None, str(value)) for value in row])


def check(store: Path) -> None:
    """That the counters of a store are right."""
    with open_database(store, read_only=True) as database:
        for what, kept, count in recounted(database):
            assert kept == count, what


class Exports:
    """Exports that tell about the same few labels again and again, each time other things."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dice, self.folder, self.count = Random(seed), folder, 0

    def feature(self, name: str, **members: Any) -> dict[str, Any]:
        """A feature that has one of two schema ids, or none."""
        made = feature(name, f"f{self.dice.random()}", **members)
        made["schemaId"] = self.dice.choice([f"s-{name}", f"s-{name}", "s-other", None])
        return made

    def answer(self, depth: int) -> dict[str, Any]:
        return self.feature(self.dice.choice(["Red", "Blue", "Old"]), classifications=self.questions(depth + 1))

    def questions(self, depth: int = 0) -> list[dict[str, Any]]:
        found = []
        for _ in range(self.dice.choice([0, 0, 1, 2]) if depth < 3 else 0):
            given = self.dice.choice(["answer", "answer", "answers", "text", "none"])
            if given == "text":
                members: dict[str, Any] = {"answer": self.dice.choice(["", "seen", "rain?"])}
            elif given == "answers":
                members = {"answers": [self.answer(depth) for _ in range(self.dice.randrange(3))]}
            else:
                members = {"answer": self.answer(depth)} if given == "answer" else {}
            if self.dice.random() < 0.2:
                members["scope"] = "index"
            found.append(self.feature(self.dice.choice(["Color", "Age", "Seen"]), **members))
        return found

    def objects(self) -> list[dict[str, Any]]:
        wide = self.dice.random() < 0.1
        names = (
            [f"class {n}" for n in range(MOST_PAIRED + 2)]
            if wide
            else [self.dice.choice("ABCD") for _ in range(self.dice.randrange(4))]
        )
        found = []
        for name in names:
            one = self.feature(
                name, color=self.dice.choice(["#ff0000", "#00ff00", None]), classifications=self.questions(1)
            )
            one |= (
                {"point": {"x": 1, "y": 2}}
                if self.dice.random() < 0.5
                else {"bbox": dict.fromkeys(("top", "left", "height", "width"), 1)}
            )
            found.append(one)
        return found

    def times(self) -> tuple[str | None, str | None]:
        days = self.dice.choice(["01", "02", "02", "03", None]), self.dice.choice(["04", "05", None])
        return tuple(None if day is None else f"2024-01-{day}T10:00:00.000Z" for day in days)  # type: ignore[return-value]

    def element(self) -> dict[str, Any]:
        label_id, (created, updated) = f"l{self.dice.randrange(6)}", self.times()
        body: dict[str, Any] = {"objects": self.objects(), "classifications": self.questions(), "relationships": []}
        media = "jpg"
        if self.dice.random() < 0.3:
            body, media = {"frames": f"https://example.com/{label_id}"}, "mp4"
        project = self.dice.choice(["p1", "p1", "p2"])
        return v1(label_id, Label=body, Skipped=self.dice.random() < 0.2) | {
            "Labeled Data": f"https://example.com/{label_id}.{media}",
            "Created At": created,
            "Updated At": updated,
            "View Label": f"https://editor.example.com?project={project}&label={label_id}",
        }

    def label(self, label_id: str) -> dict[str, Any]:
        created, updated = self.times()
        objects = [
            {
                "feature_id": f"f{self.dice.random()}",
                "name": self.dice.choice("ABC"),
                "annotation_kind": "ImagePoint",
                "point": {"x": 1, "y": 1},
                "classifications": [],
            }
            for _ in range(self.dice.randrange(3))
        ]
        answers = {
            "name": "Weather",
            "checklist_answers": [{"name": name, "classifications": []} for name in self.dice.sample("xyz", 2)],
        }
        found = {"objects": objects, "classifications": [answers] * self.dice.randrange(2), "relationships": []}
        details = {key: time for key, time in (("created_at", created), ("updated_at", updated)) if time}
        return {
            "id": label_id,
            "label_kind": "Default",
            "version": "1.0.0",
            "label_details": details,
            "annotations": found,
        }

    def line(self) -> dict[str, Any]:
        ids = self.dice.sample([f"l{number}" for number in range(6)], self.dice.randrange(3))
        run = {"name": "r", "labels": [self.label("lr")], "predictions": [self.label("lp")]}
        line = {
            "data_row": {"id": f"d{self.dice.randrange(3)}", "row_data": "https://example.com/a.jpg"},
            "projects": {self.dice.choice(["p1", "p3"]): {"name": "Roads", "labels": [self.label(one) for one in ids]}},
        }
        if self.dice.random() < 0.7:
            line["media_attributes"] = {"asset_type": self.dice.choice(["image", "text"])}
        if self.dice.random() < 0.3:
            line["experiments"] = {"e1": {"name": "m", "runs": {"r1": run}}}
        return line

    def file(self) -> Path:
        """An export of either generation."""
        self.count += 1
        make = self.dice.choice([self.element, self.element, self.line])
        lines = [json.dumps(make()) for _ in range(self.dice.randrange(1, 6))]
        path = self.folder / f"{self.count}.ndjson"
        path.write_text("\n".join(lines))
        return path

    def frames(self) -> Path:
        """A folder of frames files of some labels."""
        self.count += 1
        folder = self.folder / f"frames{self.count}"
        folder.mkdir()
        for label_id in self.dice.sample([f"l{number}" for number in range(6)], 4):
            frames = [
                {"frameNumber": number, "objects": self.objects(), "classifications": self.questions()}
                for number in self.dice.sample(range(1, 5), self.dice.randrange(1, 4))
            ]
            (folder / f"{label_id}.ndjson").write_text("\n".join(map(json.dumps, frames)))
        return folder


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize("seed", range(amount(150, 2)))
def test_they_are_right_after_any_loads(
    tmp_path: Path, engine: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports, dice = Exports(seed, tmp_path), Random(seed)
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    monkeypatch.setattr(storing, "_MOST_CUT", dice.choice([0, 12]))
    monkeypatch.setattr(counts, "_MOST_FEATURES", dice.choice([5, 20_000]))
    known: set[tuple[Any, ...]] = set()
    for _ in range(amount(8, 4)):
        files = [exports.file() for _ in range(dice.choice([1, 1, 2]))]
        frames = exports.frames() if dice.random() < 0.4 else None
        load(store, files, frames=frames, prune=dice.random() < 0.3, force=dice.random() < 0.5)
        check(store)
        kept, in_rows = features(store)
        assert kept == known | in_rows
        known = kept
    if dice.random() < amount(1.0, 0.3):
        publish(store, tmp_path / "published.db")
        check(tmp_path / "published.db")


@ENGINES
def test_every_canned_query_gives_what_it_gave(tmp_path: Path, engine: str) -> None:
    """On samples of all asset types and both generations, with frames files."""
    write(tmp_path / "samples", labels=amount(40, 6))
    files = [path for path in sorted((tmp_path / "samples").iterdir()) if path.is_file()]
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    load(store, files, frames=tmp_path / "samples" / "frames")
    check(store)
    kept, in_rows = features(store)
    assert kept == in_rows
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from counts where label_id is not null") > 0
        assert database.value("select count(*) from class_pairs") > 0


@ENGINES
def test_what_was_written_down_is_freed(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each object has a schema id of its own: a load keeps few of them, though it does not search for cycles."""
    monkeypatch.setenv("LABELSTORE_PURE", "1")  # the core counts without objects of Python
    begun: list[weakref.ref[Any]] = []
    alive: list[int] = []

    class Noted(Role):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            begun.append(weakref.ref(self))
            alive.append(sum(one() is not None for one in begun))

    monkeypatch.setattr(counts, "_MOST_FEATURES", 5)
    monkeypatch.setattr(roles, "Role", Noted)
    for one in (SqliteDatabase, DuckdbDatabase):
        monkeypatch.setattr(one, "batch_records", 5)
    labels = [v1(f"l{n}", box("Car", f"c{n}", 1, 2, 3, 4) | {"schemaId": f"s{n}"}) for n in range(60)]
    check(store_of(tmp_path, engine, labels))
    of_one = len(roles.Roles().all)
    assert len(alive) > 5 * of_one
    assert max(alive) <= 2 * of_one


@pytest.mark.parametrize("name", ["version-1.db", "version-4.db", "version-4.duckdb"])
def test_an_upgrade_counts(tmp_path: Path, name: str) -> None:
    store = tmp_path / name
    shutil.copyfile(ROOT / "tests" / "fixtures" / "stores" / name, store)
    upgrade(store)
    check(store)
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from feature_counts") > 0


@ENGINES
def test_a_label_with_very_many_classes_has_no_pairs_stored(tmp_path: Path, engine: str) -> None:
    many = [box(f"class {number:03}", f"f{number}", 1, 2, 3, 4) for number in range(MOST_PAIRED + 1)]
    store = store_of(tmp_path, engine, [v1("wide", *many), v1("narrow", *many[:2])])
    with open_database(store, read_only=True) as database:
        assert list(database.query("select class_a, class_b, labels from class_pairs").rows) == [
            ("class 000", "class 001", 1)
        ]
    pairs = asked(store, "class-cooccurrence")
    assert len(pairs) == (MOST_PAIRED + 1) * MOST_PAIRED / 2
    assert [(pair["class_a"], pair["class_b"]) for pair in pairs if pair["labels"] == 2] == [("class 000", "class 001")]
    load(store, [written(tmp_path, v1("wide", many[0]))])
    assert len(asked(store, "class-cooccurrence")) == 1


@ENGINES
def test_a_newer_version_of_a_label_leaves_its_times_certain(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(tmp_path, engine, [v1(name, box("Car", f"c{name}", 1, 2, 3, 4)) for name in "ab"])
    looked: list[str] = []

    def noting(name: str) -> str:
        looked.append(name)
        return sql_text(name)

    monkeypatch.setattr(counters, "sql_text", noting)
    newer = v1("a", box("Car", "ca", 1, 2, 3, 5)) | {"Updated At": "2024-02-01T00:00:00.000Z"}
    load(store, [written(tmp_path, newer)])
    assert looked == []
    assert seen(store) == ("2024-01-01T10:00:00.000Z", "2024-02-01T00:00:00.000Z")
    later = newer | {"Created At": "2024-01-15T00:00:00.000Z"}
    load(store, [written(tmp_path, later)])
    assert looked == ["count_times.sql"]
    assert seen(store) == ("2024-01-01T10:00:00.000Z", "2024-02-01T00:00:00.000Z")
    load(store, [written(tmp_path, v1("b") | {"Updated At": None})])
    assert seen(store) == ("2024-01-15T00:00:00.000Z", "2024-02-01T00:00:00.000Z")


@ENGINES
def test_an_old_and_a_new_record_that_go_together_leave_no_times(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1("a", box("Car", "ca", 1, 2, 3, 4))])

    def told(label_id: str, created_at: str, left: int) -> dict[str, Any]:
        return v1(label_id, box("Car", "c", left, 2, 3, 4)) | {"Created At": created_at, "Updated At": None}

    first, last = told("b", "2020-01-01T00:00:00.000Z", 1), told("b", "2023-01-01T00:00:00.000Z", 2)
    load(store, [written(tmp_path, first, last, told("a", "2024-02-01T00:00:00.000Z", 3))])
    assert seen(store) == ("2023-01-01T00:00:00.000Z", "2024-02-01T00:00:00.000Z")


@ENGINES
def test_a_class_named_by_a_url_is_another_with_other_tokens(tmp_path: Path, engine: str) -> None:
    def named_by(token: str) -> dict[str, Any]:
        return v1("a", box(f"https://example.com/car?X-Amz-Signature={token}", "c", 1, 2, 3, 4))

    store = store_of(tmp_path, engine, [named_by("aaa")])
    assert load(store, [written(tmp_path, named_by("bbb"))]).total("unchanged") == 1
    check(store)
    assert [row["name"][-3:] for row in asked(store, "class-counts")] == ["bbb"]


@ENGINES
def test_a_frame_that_is_gone_does_not_count(tmp_path: Path, engine: str) -> None:
    film = v1("film", Label={"frames": "https://example.com/film"}) | {"Labeled Data": "https://example.com/a.mp4"}
    frames = [
        {"frameNumber": number, "objects": [box("Car", "c", 1, 2, 3, 4)], "classifications": []} for number in (1, 2)
    ]
    (tmp_path / "frames").mkdir()
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    for number in (2, 1):
        (tmp_path / "frames" / "film.ndjson").write_text("\n".join(map(json.dumps, frames[:number])))
        load(store, [written(tmp_path, film)], frames=tmp_path / "frames")
        assert [row["objects"] for row in asked(store, "class-counts")] == [number]
        check(store)


def seen(store: Path) -> tuple[str, str]:
    (row,) = asked(store, "ontology-features")
    return row["first_seen"], row["last_seen"]


def written(folder: Path, *elements: dict[str, Any]) -> Path:
    path = folder / "again.json"
    path.write_text(json.dumps(elements))
    return path
