"""An export that was saved again in other bytes is no change: spacing, escapes, order of keys, spelling of numbers."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelstore.engines import open_database
from labelstore.formats.shredding import hashes
from labelstore.formats.signed_urls import split_tokens
from labelstore.history import diff_files
from labelstore.json.equality import same
from labelstore.loading import Report, load
from labelstore.loading.respelling import in_stored_order, is_same_content
from labelstore.verifying import verify
from tests.soaking import amount

V1 = {
    "ID": "l1",
    "DataRow ID": "d1",
    "Labeled Data": "https://example.com/a/1.png?Expires=1&Signature=aa",
    "Seconds to Label": 362.5,
    "Label": {
        "objects": [
            {"featureId": "f1", "title": "é/", "bbox": {"top": 1, "left": 2, "height": 5, "width": 6}},
            {"featureId": "f2", "title": "b", "polygon": [{"x": 1, "y": 2}, {"x": 3.5, "y": 4}]},
        ],
        "classifications": [],
    },
    "new": {"a": 1, "b": [1e3, None, True]},
}
V2 = {
    "data_row": {"id": "d2", "row_data": "https://example.com/2.png?x=1&token=aa", "global_key": "g"},
    "projects": {
        project: {
            "name": f"Project {project}",
            "labels": [
                {"id": f"{project}-l", "annotations": {"objects": [{"name": "car", "point": {"x": 1, "y": 2}}]}}
            ],
        }
        for project in ("p2", "p1")
    },
    "metadata_fields": [{"schema_id": "s", "value": 'a "b" https://example.com/?sig=1"'}],
}


@pytest.fixture(params=("labels.db", "labels.duckdb"))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def turned(record: Any) -> Any:
    """The same with all keys in the other order."""
    return json.loads(json.dumps(record), object_pairs_hook=lambda pairs: dict(reversed(pairs)))


def write(path: Path, *records: Any, **how: Any) -> Path:
    path.write_text(json.dumps(records, **how))
    return path


def counts(report: Report) -> dict[str, int]:
    names = ("added", "changed", "unchanged", "repeated", "stale", "rejected", "missing")
    return {name: report.total(name) for name in names if report.total(name)}


def value(store: Path, sql: str) -> Any:
    with open_database(store, read_only=True) as database:
        return database.value(sql)


SAVED_AGAIN = {
    "indented": lambda file: write(file, V1, V2, indent=4),
    "without blanks": lambda file: write(file, V1, V2, separators=(",", ":")),
    "no escapes": lambda file: write(file, V1, V2, ensure_ascii=False),
    "keys turned": lambda file: write(file, turned(V1), turned(V2)),
    "keys sorted": lambda file: write(file, V1, V2, sort_keys=True),
}


def spelled_otherwise(file: Path) -> Path:
    """Numbers with points and exponents, slashes and signs of URLs escaped."""
    text = json.dumps([V1, V2]).replace(": 2}", ": 2.0}").replace("362.5", "3625e-1").replace("1000.0", "1e3")
    file.write_text(text.replace("/", "\\/").replace("&", "\\u0026").replace("?", "\\u003f"))
    return file


class TestLoads:
    @pytest.mark.sampled(6)
    @pytest.mark.parametrize("way", [*SAVED_AGAIN, "otherwise"])
    def test_saved_again(self, store: Path, tmp_path: Path, way: str) -> None:
        first = write(tmp_path / "first.json", V1, V2)
        again = SAVED_AGAIN.get(way, spelled_otherwise)(tmp_path / "again.json")
        load(store, [first])
        assert counts(load(store, [again])) == {"unchanged": 2}
        assert value(store, "select count(*) from versions") == 0
        assert value(store, "select max(load_id) from records") == 1
        assert verify(store, [again]).equal == verify(store, [first]).equal == 2
        assert not list(diff_files(first, again))

    def test_the_next_load_knows_these_bytes(self, store: Path, tmp_path: Path) -> None:
        load(store, [write(tmp_path / "first.json", V1)])
        load(store, [write(tmp_path / "again.json", turned(V1))])
        assert (
            bytes(value(store, "select content_hash from records")) == hashes(json.dumps(turned(V1)).encode()).content
        )

    def test_new_tokens_too(self, store: Path, tmp_path: Path) -> None:
        load(store, [write(tmp_path / "first.json", V1, V2)])
        signed = json.loads(json.dumps([turned(V1), turned(V2)]).replace("Signature=aa", "Signature=bb"))
        signed = json.loads(json.dumps(signed).replace("token=aa", "token=bb"))
        again = write(tmp_path / "again.json", *signed, indent=1)
        assert counts(load(store, [again])) == {"unchanged": 2}
        assert verify(store, [again]).equal == 2
        assert value(store, "select count(*) from data_rows where row_data like '%=bb'") == 2
        assert value(store, "select count(*) from records where load_id = 1 and url_load_id = 2") == 2
        assert value(store, "select count(*) from versions") == 0

    def test_a_change_among_it_is_one(self, store: Path, tmp_path: Path) -> None:
        load(store, [write(tmp_path / "first.json", V1, V1 | {"ID": "l2"}, V2)])
        changed = V1 | {"ID": "l2", "Seconds to Label": 363.5}
        report = load(store, [write(tmp_path / "again.json", turned(V1), turned(changed), turned(V2), indent=2)])
        assert counts(report) == {"changed": 1, "unchanged": 2}
        assert value(store, "select label_id from versions") == "l2"

    def test_frames_files(self, store: Path, tmp_path: Path) -> None:
        label = {"ID": "l1", "Label": {"frames": "https://example.com/frames/l1"}}
        export, folder = write(tmp_path / "export.json", label), tmp_path / "frames"
        folder.mkdir()
        frames = [{"frameNumber": n, "objects": V1["Label"]["objects"]} for n in (1, 2)]  # type: ignore[index]
        (folder / "l1").write_text("\n".join(map(json.dumps, frames)))
        load(store, [export], frames=folder)
        (folder / "l1").write_text("\n".join(json.dumps(turned(frame), separators=(",", ":")) for frame in frames))
        assert counts(load(store, [export], frames=folder)) == {"unchanged": 3}

    def test_the_same_in_two_files_of_a_new_store(self, tmp_path: Path) -> None:
        records = [V1 | {"ID": f"l{n}"} for n in range(600)]
        files = [write(tmp_path / "first.json", *records), write(tmp_path / "again.json", *map(turned, records))]
        assert counts(load(tmp_path / "labels.db", files)) == {"added": 600, "unchanged": 600}


class TestContent:
    def test_what_is_another_record(self) -> None:
        raw = json.dumps(V1).encode()
        others: list[dict[str, Any]] = [
            {"new": None},
            {"new": {"a": True, "b": [1e3, None, True]}},
            {"Label": []},
            {"Skipped": None},
        ]
        for other in others:
            assert not is_same_content(raw, json.dumps(V1 | other).encode())

    def test_a_token_before_an_escape(self) -> None:
        texts = [json.dumps({"a": f'"https://example.com/?token={token}" "b"', "c": 1}).encode() for token in "xy"]
        assert is_same_content(*texts)
        assert not is_same_content(texts[0], texts[1].replace(b"1", b"2"))

    def test_the_order_of_what_is_stored(self) -> None:
        stored = json.dumps(V1).encode()
        assert list(json.loads(in_stored_order(json.dumps(turned(V1)).encode(), stored))) == list(V1)

    def test_what_escapes_cannot_change_is_not_looked_at_again(self) -> None:
        dice = random.Random(1)
        parts = [
            "?",
            "token=a",
            "token=b",
            r"\u003f",
            r"\/",
            "&",
            r"\u0026",
            "sig=c",
            " ",
            r"\"",
            r"\u00e9",
            "x=1",
            "#",
        ]
        for _ in range(amount(20_000, 500)):
            text, another = ("".join(dice.choices(parts, k=6)) for _ in range(2))
            other = dice.choice([text.replace("token=a", "token=b"), another])
            last = dice.choice(["", "", "?", r"\u0041"])
            raw = f'{{"a": "{text}", "b": "{last}"}}'.encode()
            stored = msgspec.json.encode(msgspec.json.decode(f'{{"b": "{last}", "a": "{other}"}}'))
            alike = [msgspec.json.encode(msgspec.json.decode(told)) for told in (raw, stored)]
            assert is_same_content(raw, stored) == any(
                are_same_without_tokens(*pair) for pair in ([raw, stored], alike)
            )


def are_same_without_tokens(*texts: bytes) -> bool:
    try:
        return same(*(b"?".join(split_tokens(text)[0]) for text in texts))
    except ValueError:  # a token that ends in an escape
        return False
