"""What becomes of a store when exports come again, as they were or changed."""

import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from labelstore.cli import app
from labelstore.core.library import library
from labelstore.engines import open_database
from labelstore.engines.database import Database, Stored
from labelstore.engines.duckdb import DuckdbDatabase
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.errors import InputError
from labelstore.loading import Report, incoming, load
from labelstore.loading.rejects import retry
from labelstore.verifying import verify

pytestmark = pytest.mark.both_ways

ENGINES = ("labels.db", "labels.duckdb")


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def rows(store: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with open_database(store, read_only=True) as database:
        return list(database.query(sql, parameters).rows)


class Files:
    """Writes exports, each under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def v1(self, *labels: Any) -> Path:
        return self.write(json.dumps(labels))

    def v2(self, *lines: Any) -> Path:
        return self.write("\n".join(map(json.dumps, lines)))

    def write(self, text: str) -> Path:
        self.count += 1
        path = self.folder / f"export-{self.count}.json"
        path.write_text(text)
        return path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def v1_label(label_id: str = "l1", *, updated: str = "2024-01-02T00:00:00.000Z", **more: Any) -> dict[str, Any]:
    return {
        "ID": label_id,
        "DataRow ID": f"d-{label_id}",
        "Project Name": "Cars",
        "Updated At": updated,
        "Labeled Data": f"https://example.com/{label_id}.png?Expires=1&Signature=aa",
        "Label": {"objects": [box("f1"), box("f2")], "classifications": []},
        **more,
    }


def box(feature_id: str, left: int = 1) -> dict[str, Any]:
    return {
        "featureId": feature_id,
        "title": "car",
        "bbox": {"top": 1, "left": left, "height": 5, "width": 6},
        "instanceURI": f"https://example.com/masks/{feature_id}?token=abc",
    }


def v2_label(label_id: str, *names: str, updated: str = "2024-01-02T00:00:00.000+00:00") -> dict[str, Any]:
    objects = [{"feature_id": f"{label_id}-{name}", "name": name, "annotation_kind": "ImagePoint",
                "point": {"x": 1.5, "y": 2}} for name in names]  # fmt: skip
    return {"id": label_id, "label_details": {"updated_at": updated}, "annotations": {"objects": objects}}


def v2_line(projects: dict[str, Any], data_row_id: str = "d1", **blocks: Any) -> dict[str, Any]:
    told = {project_id: {"name": f"Project {project_id}", **project} for project_id, project in projects.items()}
    return {"data_row": {"id": data_row_id, "row_data": "https://example.com/1.png?Signature=x"}, **blocks,
            "projects": told}  # fmt: skip


def counts(report: Report) -> dict[str, int]:
    names = ("added", "changed", "unchanged", "stale", "rejected", "missing", "pruned")
    return {name: report.total(name) for name in names if report.total(name)}


class TestUnchanged:
    def test_new_tokens_in_urls_are_no_change(self, store: Path, files: Files) -> None:
        first, other = v1_label("l1"), v1_label("l2")
        load(store, [files.v1(first, other)])
        text = json.dumps([first, other]).replace("Signature=aa", "Signature=bb").replace("token=abc", "token=xyz")
        signed_anew = files.write(text)
        assert counts(load(store, [signed_anew])) == {"unchanged": 2}
        assert verify(store, [signed_anew]).equal == 2
        assert rows(store, "select row_data from data_rows order by 1")[0][0].endswith("Signature=bb")
        assert rows(store, "select load_id, url_load_id from records") == [(1, 2)] * 2
        assert rows(store, "select count(*) from versions") == [(0,)]

    def test_the_older_file_is_then_superseded(self, store: Path, files: Files) -> None:
        old = files.v1(v1_label())
        load(store, [old])
        load(store, [files.write(old.read_text().replace("Signature=aa", "Signature=bb"))])
        report = verify(store, [old])
        assert (report.ok, dict(report.superseded)) == (True, {2: 1})

    def test_another_address_is_a_change(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label())])
        moved = v1_label(**{"Labeled Data": "https://example.com/2.png?Expires=1&Signature=aa"})
        assert counts(load(store, [files.v1(moved)])) == {"changed": 1}

    def test_v2_lines(self, store: Path, files: Files) -> None:
        export = files.v2(v2_line({"p": {"labels": [v2_label("l1", "car")]}}))
        load(store, [export])
        again = files.write(export.read_text().replace("Signature=x", "Signature=y"))
        assert counts(load(store, [again])) == {"unchanged": 1}
        assert verify(store, [again]).equal == 1

    def test_a_file_of_known_records_has_a_generation(self, store: Path, files: Files) -> None:
        for name, write, records in (
            ("v1", files.v1, [v1_label("l1"), v1_label("l2")]),
            ("v2", files.v2, [v2_line({})]),
        ):
            load(store, [write(*records)])
            report = load(store, [files.write("\n" + write(*records).read_text())])
            assert (report.files[0].added, report.files[0].generation) == (0, name)

    def test_the_last_of_several_records_about_a_label_wins(self, store: Path, files: Files) -> None:
        export = files.v1(v1_label(**{"External ID": "first"}), v1_label(**{"External ID": "last"}))
        for _ in range(2):
            load(store, [export])
            assert rows(store, "select external_id from records") == [("last",)]

    def test_back_to_what_the_store_held(self, store: Path, files: Files) -> None:
        stored, other = v1_label(), v1_label(**{"External ID": "other"})
        load(store, [files.v1(stored)])
        load(store, [files.v1(other, stored)])
        assert rows(store, "select external_id from records") == [(None,)]
        assert rows(store, "select count(*) from labels") == [(1,)]

    @pytest.mark.sampled(9)
    @pytest.mark.parametrize("order", ["AB", "BA", "BAB", "ABA", "BAC", "ABAC", "CABAB"])
    @pytest.mark.parametrize("generation", ["v1", "v2"])
    @pytest.mark.parametrize("together", [1, 1500])
    def test_the_last_one_wins_among_records_that_the_store_held(
        self,
        store: Path,
        files: Files,
        order: str,
        generation: str,
        together: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(incoming, "_NEW_RECORDS", together)

        def told(name: str) -> dict[str, Any]:
            return (
                v1_label(**{"Created By": name})
                if generation == "v1"
                else v2_line({"p1": {"labels": [v2_label("l1", name)]}})
            )

        write = files.v1 if generation == "v1" else files.v2
        other = v1_label("other") if generation == "v1" else v2_line({"p1": {"labels": [v2_label("l2", "x")]}}, "d2")
        load(store, [write(told("A"), other)])
        load(store, [write(*map(told, order), other)], force=True)
        found = rows(store, "select json from label_json where label_id = 'l1'")
        assert [json.loads(text) for (text,) in found] == [
            told(order[-1]) if generation == "v1" else told(order[-1])["projects"]["p1"]["labels"][0]
        ]

    @pytest.mark.sampled(6)
    @pytest.mark.parametrize("together", [1, 1500])
    @pytest.mark.parametrize("tokens", [["bb", "aa"], ["bb", "aa", "cc"], ["aa", "bb", "aa"]])
    def test_the_last_tokens_win(
        self, store: Path, files: Files, tokens: list[str], together: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(incoming, "_NEW_RECORDS", together)
        load(store, [files.v1(v1_label())])
        told = [json.loads(json.dumps(v1_label()).replace("Signature=aa", f"Signature={token}")) for token in tokens]
        assert counts(load(store, [files.v1(*told)])) == {"unchanged": len(tokens)}
        assert rows(store, "select row_data from records")[0][0].endswith(f"Signature={tokens[-1]}")

    def test_what_a_store_has_is_looked_for_once_for_many_records(
        self, store: Path, files: Files, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        labels = [v1_label(f"l{number}") for number in range(40)]
        load(store, [files.v1(*labels)])
        looked: list[int] = []
        look = Database.records_with

        def looking(database: Database, content_hashes: Sequence[bytes]) -> dict[bytes, Stored]:
            looked.append(len(content_hashes))
            return look(database, content_hashes)

        monkeypatch.setattr(Database, "records_with", looking)
        monkeypatch.setattr(incoming, "_NEW_RECORDS", 3)
        changed = [{**label, "Agreement": 1} if number % 20 == 7 else label for number, label in enumerate(labels)]
        assert counts(load(store, [files.v1(*changed)])) == {"changed": 2, "unchanged": 38}
        all_once = [40] if library() is None else [39, 40]  # those of a stretch, and with the first record
        assert looked == all_once
        looked.clear()
        changed = [{**label, "Agreement": 2} if number % 10 == 7 else label for number, label in enumerate(labels)]
        assert counts(load(store, [files.v1(*changed)])) == {"changed": 4, "unchanged": 36}
        assert looked == [*all_once, 12]  # in two parts, as enough is new


class TestChanged:
    def test_a_label_that_shrank_leaves_no_orphans(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label())])
        smaller = v1_label(Label={"objects": [box("f1", left=9)]})
        export = files.v1(smaller)
        assert counts(load(store, [export])) == {"changed": 1}
        assert rows(store, "select count(*) from objects") == [(1,)]
        assert rows(store, 'select "left" from bounding_boxes') == [(9,)]
        assert verify(store, [export]).equal == 1

    def test_what_was_replaced_is_kept(self, store: Path, files: Files) -> None:
        first = v1_label()
        load(store, [files.v1(first)])
        load(store, [files.v1(v1_label(**{"External ID": "new"}))])
        found = rows(
            store, "select label_id, load_id, replaced_by, removed, generation, project_id, json from versions"
        )
        assert [row[:5] for row in found] == [("l1", 1, 2, False, "v1")]
        assert json.loads(zlib.decompress(bytes(found[0][6]))) == first

    def test_without_history(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label())])
        load(store, [files.v1(v1_label(**{"External ID": "new"}))], history=False)
        assert rows(store, "select count(*) from versions") == [(0,)]

    def test_an_older_label_is_stale(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label(updated="2024-02-01T00:00:00.000Z"))])
        older = files.v1(v1_label(updated="2024-01-31T23:00:00.000Z", **{"External ID": "old"}))
        assert counts(load(store, [older])) == {"stale": 1}
        assert rows(store, "select external_id from records") == [(None,)]
        assert counts(load(store, [older], force=True)) == {"changed": 1}
        assert rows(store, "select external_id from records") == [("old",)]
        assert rows(store, "select stale from loads order by load_id") == [(0,), (1,), (0,)]

    @pytest.mark.sampled(6)
    @pytest.mark.parametrize("updated", ["2024-01-02T01:00:00+02:00", "no moment"])
    def test_moments_are_compared_not_texts(self, store: Path, files: Files, updated: str) -> None:
        load(store, [files.v1(v1_label(updated="2024-01-01T22:59:00Z"))])
        assert counts(load(store, [files.v1(v1_label(updated=updated))])) == {"changed": 1}

    def test_a_stale_line_of_v2(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [v2_label("l1", "car")]}}))])
        older = v2_label("l1", "bus", updated="2023-01-01T00:00:00.000+00:00")
        assert counts(load(store, [files.v2(v2_line({"p": {"labels": [older]}}))])) == {"stale": 1}

    def test_both_generations_have_one_label(self, store: Path, files: Files) -> None:
        old = files.v1(v1_label("l1"))
        load(store, [old])
        new = files.v2(v2_line({"p": {"labels": [v2_label("l1", "car")]}}))
        assert counts(load(store, [new])) == {"added": 1}
        assert rows(store, "select label_id, generation from labels") == [("l1", "v2")]
        assert dict(verify(store, [old]).superseded) == {2: 1}
        assert verify(store, [new]).equal == 1
        assert rows(store, "select label_id, load_id, replaced_by from versions") == [("l1", 1, 2)]


class TestRequestedInPart:
    BLOCKS: ClassVar[dict[str, Any]] = {
        "attachments": [{"type": "IMAGE", "value": "https://example.com/a.png"}],
        "metadata_fields": [{"name": "city", "value": "Oslo"}],
        "media_attributes": {"height": 10, "width": 20},
        "embeddings": [{"id": "e1", "name": "own", "value": [1.5, 2]}],
    }

    def test_an_absent_block_does_not_delete(self, store: Path, files: Files) -> None:
        labels = {"p": {"labels": [v2_label("l1", "car")]}}
        load(store, [files.v2(v2_line(labels, **self.BLOCKS))])
        bare = files.v2(v2_line(labels))
        assert counts(load(store, [bare])) == {"unchanged": 1}
        assert verify(store, [bare]).equal == 1
        for block in self.BLOCKS:
            assert rows(store, f"select count(*) from {block}") == [(1,)], block
        assert rows(store, "select width from data_rows") == [(20,)]
        assert rows(store, "select count(*) from labels") == [(1,)]

    def test_a_block_that_comes_again_replaces(self, store: Path, files: Files) -> None:
        labels = {"p": {"labels": [v2_label("l1", "car")]}}
        load(store, [files.v2(v2_line(labels, **self.BLOCKS))])
        load(store, [files.v2(v2_line(labels))])
        full = files.v2(v2_line(labels, **{**self.BLOCKS, "metadata_fields": [], "attachments": []}))
        load(store, [full])
        assert verify(store, [full]).equal == 1
        assert [rows(store, f"select count(*) from {block}") for block in self.BLOCKS] == [
            [(0,)],
            [(0,)],
            [(1,)],
            [(1,)],
        ]
        assert rows(store, "select count(*) from records") == [(1,)]

    def test_project_details_stay(self, store: Path, files: Files) -> None:
        details = {"project_details": {"workflow_status": "DONE"}, "labels": [v2_label("l1", "car")]}
        load(store, [files.v2(v2_line({"p": details}))])
        load(store, [files.v2(v2_line({"p": {"labels": [v2_label("l1", "bus")]}}))])
        assert ("DONE",) in rows(store, "select workflow_status from data_row_projects")
        assert rows(store, "select name from objects") == [("bus",)]

    RICH: ClassVar[dict[str, Any]] = {
        **v2_label("l1", "car"),
        "label_details": {
            "updated_at": "2024-01-02T00:00:00.000+00:00",
            "created_by": "ada@example.com",
            "reviews": [{"id": "r1", "score": 1}, {"id": "r2", "score": -1}],
        },
        "performance_details": {"seconds_to_create": 9, "consensus_score": 0.5},
        "quality_block": {"unknown": [1, 2.50]},
        "label_kind": "Default",
    }

    @staticmethod
    def thin(label: dict[str, Any], *told: str) -> dict[str, Any]:
        return {key: label[key] for key in ("id", *told)}

    @pytest.mark.sampled(6)
    @pytest.mark.parametrize("in_run", [False, True])
    def test_blocks_of_a_label_stay(self, store: Path, files: Files, in_run: bool) -> None:
        def line(label: dict[str, Any]) -> dict[str, Any]:
            if not in_run:
                return v2_line({"p": {"labels": [label]}})
            return v2_line({}, experiments={"e": {"runs": {"run": {"labels": [], "predictions": [label]}}}})

        rich = files.v2(line(self.RICH))
        thin = files.v2(line(self.thin(self.RICH, "label_kind", "annotations")))
        load(store, [rich])
        for export in (thin, thin, rich):
            assert counts(load(store, [export])) == {"unchanged": 1}
        assert verify(store, [rich]).equal == verify(store, [thin]).equal == 1
        assert rows(store, "select count(*) from versions") == [(0,)]

        moved = line({**self.thin(self.RICH, "label_kind"), **self.thin(v2_label("l1", "bus"), "annotations")})
        changed = files.v2(moved)
        assert counts(load(store, [changed])) == {"changed": 1}
        assert counts(load(store, [changed])) == {"unchanged": 1}
        assert verify(store, [changed]).equal == 1
        assert sum(verify(store, [rich]).superseded.values()) == 1
        sql = "select created_by, seconds_to_create, agreement, review_count from labels"
        assert rows(store, sql) == [("ada@example.com", 9, 0.5, 2)]
        assert rows(store, "select name from objects") == [("bus",)]
        assert rows(store, "select score from reviews order by ordinal") == [(1,), (-1,)]
        kept = {**self.RICH, "annotations": v2_label("l1", "bus")["annotations"]}
        assert json.loads(rows(store, "select json from record_json")[0][0]) == line(kept)
        assert rows(store, "select count(*) from versions") == [(1,)]

    def test_rich_after_thin_brings_the_blocks(self, store: Path, files: Files) -> None:
        thin = files.v2(v2_line({"p": {"labels": [self.thin(self.RICH, "label_kind", "annotations")]}}))
        rich = files.v2(v2_line({"p": {"labels": [self.RICH]}}))
        load(store, [thin])
        assert counts(load(store, [rich])) == {"changed": 1}
        assert verify(store, [rich]).equal == verify(store, [thin]).equal == 1
        assert rows(store, "select seconds_to_create from labels") == [(9,)]

    def test_annotations_that_were_not_requested_stay(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [self.RICH]}}))])
        bare = files.v2(v2_line({"p": {"labels": [self.thin(self.RICH, "label_kind")]}}))
        assert counts(load(store, [bare])) == {"unchanged": 1}
        load(store, [files.v2(v2_line({"p": {"labels": [self.thin(self.RICH, "performance_details")]}}))])
        assert rows(store, "select name, created_by from objects join labels using (label_id)") == [
            ("car", "ada@example.com")
        ]

    def test_a_block_that_is_null_is_told(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [self.RICH]}}))])
        load(store, [files.v2(v2_line({"p": {"labels": [{**self.RICH, "performance_details": None}]}}))])
        assert rows(store, "select seconds_to_create from labels") == [(None,)]

    def test_a_thin_line_with_new_tokens(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [self.RICH]}}, **self.BLOCKS))])
        thin = v2_line({"p": {"labels": [self.thin(self.RICH, "label_kind", "annotations")]}})
        thin["data_row"]["row_data"] = "https://example.com/1.png?Signature=new"
        assert counts(load(store, [files.v2(thin)])) == {"unchanged": 1}
        assert rows(store, "select row_data from data_rows") == [("https://example.com/1.png?Signature=new",)]
        assert rows(store, "select count(*) from versions") == [(0,)]

    def test_blocks_stay_when_the_label_comes_in_fewer_projects(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [self.RICH]}, "q": {"labels": [v2_label("l2", "car")]}}))])
        load(store, [files.v2(v2_line({"p": {"labels": [self.thin(self.RICH, "label_kind", "annotations")]}}))])
        assert rows(store, "select created_by from labels where label_id = 'l1'") == [("ada@example.com",)]
        assert rows(store, "select label_id from labels order by 1") == [("l1",), ("l2",)]

    def test_a_thin_line_that_lacks_a_label_does_not_bring_it(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [self.RICH, v2_label("l2", "car")]}}))])
        fewer = files.v2(v2_line({"p": {"labels": [self.thin(self.RICH, "label_kind", "annotations")]}}))
        assert counts(load(store, [fewer], prune=True)) == {"changed": 1, "missing": 1, "pruned": 1}
        assert rows(store, "select label_id, created_by from labels") == [("l1", "ada@example.com")]

    def test_another_project_stays(self, store: Path, files: Files) -> None:
        both = {"p": {"labels": [v2_label("l1", "car")]}, "q": {"labels": [v2_label("l2", "car")]}}
        load(store, [files.v2(v2_line(both))])
        only_p = files.v2(v2_line({"p": {"labels": [v2_label("l1", "bus")]}}))
        assert "missing" not in counts(load(store, [only_p], prune=True))
        assert rows(store, "select label_id from labels order by 1") == [("l1",), ("l2",)]
        assert rows(store, "select name from objects order by label_id") == [("bus",), ("car",)]
        assert verify(store, [only_p]).equal == 1

    def test_labels_in_a_run_that_two_lines_tell(self, store: Path, files: Files) -> None:
        def run(*labels: str) -> dict[str, Any]:
            told = {"labels": [v2_label(label, "car") for label in labels], "predictions": [v2_label("p1", "car")]}
            return {"m": {"name": "Model", "runs": {"r": {"name": "Run", **told}}}}

        load(store, [files.v2(v2_line({"p": {"labels": []}}, experiments=run("l1", "l2", "l3")))])
        load(store, [files.v2(v2_line({"q": {"labels": []}}, experiments=run("l1", "l3")))])
        first, second = (json.loads(text) for (text,) in rows(store, "select json from record_json order by record_id"))
        left = first["experiments"]["m"]["runs"]["r"]
        assert [label["id"] for label in left["labels"]] == ["l2"]
        assert left["predictions"] == []
        assert second["experiments"] == run("l1", "l3")


class TestVersionsOfLines:
    """What a changed line replaces is kept as it was, and read out of the text that the line was compared with."""

    @staticmethod
    def line(name: str, *in_run: Any) -> dict[str, Any]:
        runs = {"r": {"name": "Run", "labels": in_run, "predictions": [v2_label("p1", name)]}}
        projects = {"p": {"labels": [v2_label("l1", name)]}, "q": {"labels": [v2_label("l2", name)]}}
        return v2_line(projects, experiments={"m": {"name": "Model", "runs": runs}})

    @staticmethod
    def changed(store: Path, files: Files, before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The labels before, and the versions after."""
        load(store, [files.v2(before)])
        labels = {name: json.loads(text) for name, text in rows(store, "select label_id, json from label_json")}
        load(store, [files.v2(after)])
        kept = rows(store, "select label_id, json from versions")
        return labels, {name: json.loads(zlib.decompress(text)) for name, text in kept}

    def test_no_view_of_labels_is_asked(self, store: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        def asked(*_: Any) -> None:
            raise AssertionError

        for engine in (SqliteDatabase, DuckdbDatabase):
            monkeypatch.setattr(engine, "labels_json", asked)
        lines = (self.line(name, v2_label("l1", name)) for name in ("car", "bus"))
        labels, versions = self.changed(store, files, *lines)
        assert versions == labels
        assert len(labels) == 4

    def test_ids_that_stand_in_a_line_several_times(self, store: Path, files: Files) -> None:
        def run(name: str) -> list[Any]:
            unnamed = {key: value for key, value in v2_label("l1", "car").items() if key != "id"}
            ids = ("l1", "l1", "l1#2", "r/d/l1", "p1", "l2")
            return [*(v2_label(label_id, f"{name} {place}") for place, label_id in enumerate(ids)), unnamed]

        labels, versions = self.changed(store, files, *(self.line(name, *run(name)) for name in ("car", "bus")))
        assert len(labels) == 10
        assert versions == labels


class TestMissing:
    def test_is_told_and_stays(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label("l1"), v1_label("l2"), v1_label("l3", **{"Project Name": "Other"}))])
        assert counts(load(store, [files.v1(v1_label("l1"))])) == {"unchanged": 1, "missing": 1}
        assert rows(store, "select count(*) from labels") == [(3,)]
        assert rows(store, "select missing, pruned from loads order by load_id") == [(0, 0), (1, 0)]

    def test_is_pruned(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label("l1"), v1_label("l2"), v1_label("l3", **{"Project Name": "Other"}))])
        asked = []

        def refuse(missing: Mapping[str, int]) -> bool:
            asked.append(dict(missing))
            return False

        load(store, [files.v1(v1_label("l1"))], prune=refuse)
        assert asked == [{"Cars": 1}]
        assert rows(store, "select count(*) from labels") == [(3,)]
        assert counts(load(store, [files.v1(v1_label("l1"))], prune=True)) == {
            "unchanged": 1,
            "missing": 1,
            "pruned": 1,
        }
        assert rows(store, "select label_id from labels order by 1") == [("l1",), ("l3",)]
        assert rows(store, "select label_id, removed from versions") == [("l2", True)]
        assert rows(store, "select data_row_id from data_rows order by 1") == [("d-l1",), ("d-l3",)]
        for table in ("objects", "bounding_boxes"):
            assert rows(store, f"select count(*) from {table}") == [(4,)]

    def test_a_label_that_left_its_line(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [v2_label("l1", "car"), v2_label("l2", "car")]}}))])
        fewer = files.v2(v2_line({"p": {"labels": [v2_label("l2", "car")]}}))
        assert counts(load(store, [fewer])) == {"changed": 1, "missing": 1}
        assert verify(store, [fewer]).equal == 1
        assert rows(store, "select label_id from labels order by 1") == [("l1",), ("l2",)]
        assert counts(load(store, [fewer], prune=True)) == {"unchanged": 1, "missing": 1, "pruned": 1}
        assert rows(store, "select label_id from labels") == [("l2",)]
        assert verify(store, [fewer]).equal == 1

    def test_several_files_are_one_export(self, store: Path, files: Files) -> None:
        parts = [files.v1(v1_label("l1")), files.v1(v1_label("l2"))]
        load(store, parts)
        assert counts(load(store, parts)) == {"unchanged": 2}

    def test_stale_labels_are_there(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label("l1"))])
        older = files.v1(v1_label("l1", updated="2020-01-01T00:00:00.000Z"))
        assert counts(load(store, [older], prune=True)) == {"stale": 1}

    def test_a_stale_record_tells_of_its_own_project_and_labels_only(self, store: Path, files: Files) -> None:
        def label(label_id: str, project: str, day: int) -> dict[str, Any]:
            return v1_label(label_id, updated=f"2024-01-0{day}T00:00:00.000Z", **{"Project Name": project})

        load(store, [files.v1(label("moved", "A", 5), label("a1", "A", 5), label("b1", "B", 5))])
        older = files.v1(label("moved", "B", 2))
        assert counts(load(store, [older], prune=True)) == {"stale": 1, "missing": 1, "pruned": 1}
        assert rows(store, "select label_id from labels order by 1") == [("a1",), ("moved",)]

    def test_a_refused_record_has_its_labels(self, store: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        load(store, [files.v1(v1_label("l1"), v1_label("l2"))])
        monkeypatch.setattr("labelstore.loading.record_writer.shred", refusing)
        report = load(store, [files.v1(v1_label("l1", Agreement=0.5))], prune=True)
        assert counts(report) == {"rejected": 1, "missing": 1, "pruned": 1}
        assert rows(store, "select label_id from labels") == [("l1",)]

    def test_nothing_is_pruned_for_what_cannot_be_read(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label("l1"), v1_label("l2"))])
        text = files.v1(v1_label("l1"), v1_label("l2")).read_text()
        broken = files.write(text.replace('"ID": "l2"', '"ID": l2'))
        assert counts(load(store, [broken], prune=True)) == {"unchanged": 1, "rejected": 1, "missing": 1}
        done = CliRunner().invoke(app, ["load", str(store), str(broken), "--prune", "--yes"])
        assert "kept: rejected records may hold them (1 rejected)" in done.stdout
        assert rows(store, "select label_id from labels order by 1") == [("l1",), ("l2",)]
        whole = files.v1(v1_label("l1"), 7)  # a number holds no label
        assert counts(load(store, [whole], prune=True)) == {"unchanged": 1, "rejected": 1, "missing": 1, "pruned": 1}

    def test_an_old_record_with_a_label_that_is_not_stored_is_taken(self, store: Path, files: Files) -> None:
        load(store, [files.v2(v2_line({"p": {"labels": [v2_label("l1", "car")]}}))])
        undated = {**v2_label("l2", "bus"), "label_details": {}}
        older = files.v2(v2_line({"p": {"labels": [v2_label("l1", "car", updated="2020-01-02T00:00:00Z"), undated]}}))
        assert counts(load(store, [older])) == {"changed": 1}
        assert rows(store, "select label_id from labels order by 1") == [("l1",), ("l2",)]


def refusing(*_: object) -> None:
    raise ValueError("too much")


class TestRejects:
    def test_stop_at_the_first(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label("l1"))])
        broken = files.write(json.dumps([v1_label("l2"), 7]))
        with pytest.raises(InputError, match="record 1 at byte"):
            load(store, [broken], max_rejects=0)
        assert rows(store, "select count(*) from labels") == [(1,)]
        assert rows(store, "select count(*) from loads") == [(1,)]

    def test_so_many_and_no_more(self, store: Path, files: Files) -> None:
        broken = files.write(json.dumps([v1_label("l1"), 7, 8]))
        with pytest.raises(InputError, match="more than 1 record"):
            load(store, [broken], max_rejects=1)
        assert not store.exists()
        assert load(store, [broken], max_rejects=2).total("rejected") == 2

    def test_again(self, store: Path, files: Files) -> None:
        broken = files.write(json.dumps([v1_label("l1"), 7]))
        load(store, [broken])
        with open_database(store) as database:
            database.begin()
            raw = json.dumps(v1_label("l2")).encode()
            database.insert_rows("rejects", [(1, 5, 99, "not understood then", raw)])
            database.commit()
        report = retry(store)
        assert (report.total("records"), report.total("added"), report.total("rejected")) == (2, 1, 1)
        assert rows(store, "select load_id, position from rejects") == [(1, 1)]
        assert rows(store, "select load_id, position, byte_offset from records order by 1") == [(1, 0, 1), (2, 5, 99)]
        assert rows(store, "select label_id from labels order by 1") == [("l1",), ("l2",)]
        assert retry(store).total("added") == 0
        assert rows(store, "select count(*) from loads") == [(2,)]


class TestTheVerySameFiles:
    def test_are_known_without_reading_them(self, store: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        parts = [files.v1(v1_label("l1")), files.v2(v2_line({"p": {"labels": [v2_label("l2", "car")]}}))]
        load(store, parts)
        with monkeypatch.context() as context:
            context.setattr(sys.modules["labelstore.loading.loader"].Loader, "load_files", None)
            assert counts(load(store, parts)) == {"unchanged": 2}
        assert rows(store, "select records, unchanged from loads order by load_id") == [(1, 0), (1, 0), (1, 1), (1, 1)]

    def test_are_read_after_a_change(self, store: Path, files: Files) -> None:
        first, second = files.v1(v1_label()), files.v1(v1_label(**{"External ID": "new"}))
        for export in (first, second):
            load(store, [export])
        assert counts(load(store, [first])) == {"changed": 1}
        assert counts(load(store, [first])) == {"unchanged": 1}

    def test_are_read_after_new_tokens(self, store: Path, files: Files) -> None:
        first = files.v1(v1_label())
        load(store, [first])
        load(store, [files.write(first.read_text().replace("Signature=aa", "Signature=bb"))])
        load(store, [first])
        assert rows(store, "select row_data from data_rows")[0][0].endswith("Signature=aa")

    def test_tell_again_what_is_missing(self, store: Path, files: Files) -> None:
        load(store, [files.v1(v1_label("l1"), v1_label("l2"))])
        fewer = files.v1(v1_label("l1"))
        for _ in range(3):
            assert counts(load(store, [fewer])) == {"unchanged": 1, "missing": 1}
        assert counts(load(store, [fewer], prune=True)) == {"unchanged": 1, "missing": 1, "pruned": 1}
        assert counts(load(store, [fewer])) == {"unchanged": 1}

    def test_rejects_are_told_again(self, store: Path, files: Files) -> None:
        broken = files.write(json.dumps([v1_label("l1"), 7]))
        for _ in range(2):
            assert load(store, [broken]).total("rejected") == 1
