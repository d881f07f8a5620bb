"""Ids of ours, for labels and data rows without one: they depend on the content only."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.naming import content_digest
from labelstore.formats.shredding import identity, shred
from labelstore.loading import load
from labelstore.schema.tables import Rows, columns
from labelstore.verifying import verify

ELEMENT = {"Labeled Data": "x", "Label": {"car": "POINT (1 2)"}, "Agreement": 1, "new": [{"a": 0.5, "b": "é/"}]}
LABEL = {"version": "1", "annotations": {"objects": [{"name": "car", "point": {"x": 1, "y": 2}}]}}


@pytest.fixture(params=("labels.db", "labels.duckdb"))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def label_ids(raw: str | dict[str, Any]) -> list[str]:
    text = (raw if isinstance(raw, str) else json.dumps(raw)).encode()
    rows, record = Rows(), RecordDecoder()(text)
    shred(record, text, 1, rows, (1, 0, 0, None, None))
    return [row[list(columns()["labels"]).index("label_id")] for row in rows["labels"]]


def stored_ids(store: Path) -> list[str]:
    with open_database(store, read_only=True) as database:
        return [row[0] for row in database.query("select label_id from labels order by label_id").rows]


def spellings(record: dict[str, Any]) -> list[str]:
    """The same record in other bytes."""
    turned = json.loads(json.dumps(record), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    return [
        json.dumps(record),
        json.dumps(record, indent=4),
        json.dumps(record, ensure_ascii=False).replace("/", "\\/"),
        json.dumps(turned, separators=(",", ":")),
        json.dumps(record).replace(": 1,", ": 1.0,").replace("0.5", "5e-1"),
    ]


class TestLabels:
    @pytest.mark.parametrize("record", [ELEMENT, ELEMENT | {"ID": None}, ELEMENT | {"ID": 7, "Label": {"objects": []}}])
    def test_another_spelling_has_the_same_id(self, record: dict[str, Any]) -> None:
        assert len({*(tuple(label_ids(text)) for text in spellings(record))}) == 1

    def test_other_content_has_another(self) -> None:
        others = [ELEMENT | {key: 2} for key in (*ELEMENT, "b")]
        assert len({*map(tuple, map(label_ids, [ELEMENT, *others]))}) == len(others) + 1

    def test_tokens_are_no_content(self) -> None:
        urls = [ELEMENT | {"Labeled Data": f"https://example.com/a.png?Signature={token}"} for token in "ab"]
        assert label_ids(urls[0]) == label_ids(urls[1]) != label_ids(ELEMENT)

    def test_every_process_gives_the_same(self) -> None:
        code = (
            "import json, sys; from labelstore.formats.decoding import RecordDecoder;"
            " from labelstore.formats.shredding import identity; print(identity(RecordDecoder()(sys.argv[1].encode())))"
        )
        found = {
            subprocess.run(
                [sys.executable, "-c", code, json.dumps(ELEMENT)],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for seed in "12"
        }
        assert found == {*label_ids(ELEMENT)} == {"unnamed-457c153039b84f20"}

    def test_numbers_by_value_and_strings_by_code_point(self) -> None:
        assert content_digest([362, -0.0, 1e300]) == content_digest([362.0, 0, int(1e300)])
        assert content_digest(2**53 + 1) != content_digest(float(2**53))
        assert content_digest("é") != content_digest("e\u0301")
        assert content_digest(True) != content_digest(1)

    def test_three_loads(self, store: Path, tmp_path: Path) -> None:
        file = tmp_path / "export.ndjson"
        for number, text in enumerate(spellings(ELEMENT)[:3]):
            file.write_text(json.dumps(json.loads(text)) if number else text)
            load(store, [file])
        assert stored_ids(store) == label_ids(ELEMENT)

    def test_the_same_label_twice_is_one(self, store: Path, tmp_path: Path) -> None:
        file = tmp_path / "export.ndjson"
        text = json.dumps(ELEMENT)
        file.write_text(f"{text}\n{text.replace('{', '{ ', 1)}\n")
        load(store, [file])
        assert stored_ids(store) == label_ids(ELEMENT)
        assert verify(store, [file]).equal == 2


class TestLines:
    def test_labels_without_ids_are_known_by_what_they_say(self) -> None:
        line: dict[str, Any] = {
            "data_row": {"id": "d"},
            "projects": {"p": {"labels": [LABEL, LABEL, {"version": "2"}]}},
        }
        ids = label_ids(line)
        assert ids == [
            f"p/d/unnamed-{content_digest(LABEL)}",
            f"{ids[0]}#2",
            f"p/d/unnamed-{content_digest({'version': '2'})}",
        ]
        line["projects"]["p"]["labels"].reverse()
        assert {*label_ids(line)} == {*ids}

    def test_the_order_of_projects_and_model_runs_says_nothing(self) -> None:
        label = {"id": "l1"}
        projects = {"pA": {"labels": [label]}, "pB": {"labels": [label]}}
        runs = {
            name: {"runs": {"r": {"labels": [LABEL | {"at": name}], "predictions": [label]}}} for name in ("e1", "e2")
        }
        line: dict[str, Any] = {"data_row": {"id": "d"}, "projects": projects, "experiments": runs}
        turned = {key: dict(reversed(value.items())) for key, value in line.items()}
        places = [dict(zip([*of["projects"], *of["experiments"]], [ids[0], ids[1], ids[2:4], ids[4:]], strict=True))
                  for of, ids in ((line, label_ids(line)), (turned, label_ids(turned)))]  # fmt: skip
        assert places[0] == places[1]

    def test_lines_that_say_nothing_of_their_asset_stay_apart(self, store: Path, tmp_path: Path) -> None:
        lines: list[Any] = [
            {"data_row": {"row_data": {"n": n}}, "projects": {"p": {"labels": [LABEL]}}} for n in range(3)
        ]
        lines += [{"data_row": {}, "projects": {"p": {"labels": [LABEL | {"version": str(n)}]}}} for n in range(3)]
        assert len({identity(RecordDecoder()(json.dumps(line).encode())) for line in lines}) == 6
        file = tmp_path / "export.ndjson"
        file.write_text("\n".join(map(json.dumps, lines)))
        assert load(store, [file]).total("added") == 6
        assert len(stored_ids(store)) == 6
        assert verify(store, [file]).equal == 6

    def test_lines_of_one_data_row_keep_each_others_labels(self, store: Path, tmp_path: Path) -> None:
        """Lines that a script made of one, a label each."""
        lines = [{"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"version": str(n)}]}}} for n in range(3)]
        file = tmp_path / "export.ndjson"
        file.write_text("\n".join(map(json.dumps, lines)))
        load(store, [file])
        assert len(stored_ids(store)) == 3
        changed = tmp_path / "changed.ndjson"
        changed.write_text(json.dumps({"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"version": "9"}]}}}))
        load(store, [changed])
        assert len(stored_ids(store)) == 1  # an export that came later tells all of them

    def test_the_same_label_in_lines_about_more_projects(self, store: Path, tmp_path: Path) -> None:
        runs = {"e": {"runs": {"r": {"labels": [{"id": "x"}]}}}}
        lines = [
            {"data_row": {"id": "d"}, "projects": {"p": {"labels": [LABEL]}}},
            {"data_row": {"id": "d"}, "projects": {"p": {"labels": [LABEL]}, "q": {}}},
            {"data_row": {"id": "d"}, "experiments": runs},
            {"data_row": {"id": "d"}, "experiments": runs, "projects": {"p": {}}},
        ]
        file = tmp_path / "export.ndjson"
        file.write_text("\n".join(map(json.dumps, lines)))
        load(store, [file])
        assert stored_ids(store) == [f"p/d/unnamed-{content_digest(LABEL)}", "r/d/x"]
        assert verify(store, [file]).different == 0
