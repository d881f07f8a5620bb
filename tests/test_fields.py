"""Whatever a struct of a format declares comes back, with a proper value, null or a value of another type.

The fields are taken from the structs themselves, at each place where a record can have them.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Raw

from labelstore.engines import open_database
from labelstore.formats.declaration import DECLARATIONS, leaves
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.v2.objects import Masks
from labelstore.json.equality import differences
from labelstore.loading import load
from labelstore.verifying import verify
from tests import declared
from tests.making import ENGINES
from tests.soaking import amount

pytestmark = [pytest.mark.both_engines, pytest.mark.both_ways]

Records = list[tuple[str, dict[str, Any]]]
GENERATIONS = pytest.mark.parametrize("generation", declared.ROOTS)


def check(tmp_path: Path, engine: str, generation: str, records: Records) -> Path:
    """Load the records, compare what the views make of each, and verify the store, which it gives back."""
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    texts = [json.dumps(record).encode() for _, record in records]
    export, folder = tmp_path / "export.ndjson", None
    if generation == "frames":
        folder = tmp_path / "frames"
        folder.mkdir()
        export.write_text('{"ID": "label", "Labeled Data": "x", "Label": {"frames": "https://example.com/label"}}\n')
        (folder / "label.ndjson").write_bytes(b"\n".join(texts))
    else:
        export.write_bytes(b"\n".join(texts))
    report = load(store, [export], frames=folder)
    assert report.total("rejected") == 0, report.files[0].first_rejects
    assert report.total("added") == len(records) + (generation == "frames")
    with open_database(store, read_only=True) as database:
        sql = "select position, json from record_json where generation = ?"
        found = dict(database.query(sql, (generation,)).rows)
    wrong = Counter(
        place
        for position, ((place, _), text) in enumerate(zip(records, texts, strict=True))
        if differences(text, found[position].encode())
    )
    assert wrong == {}
    assert verify(store, [export], frames=folder, jobs=1).ok
    return store


@pytest.mark.sampled(4)
@ENGINES
@GENERATIONS
@pytest.mark.parametrize("make", [declared.with_one_field, declared.with_all_fields])
def test_every_declared_field_comes_back(
    tmp_path: Path, engine: str, generation: str, make: Callable[[str, int], Iterator[tuple[str, dict[str, Any]]]]
) -> None:
    """The exhaustive field test: a field that reaches neither a column nor `extra` is lost here."""
    every = amount(1, 4) if make is declared.with_one_field else 1
    check(tmp_path, engine, generation, list(make(generation, 1))[::every])


@GENERATIONS
def test_places_reach_every_struct(generation: str) -> None:
    """No struct of a format stands where the test above does not look, and each record is one of its generation."""
    root = declared.ROOTS[generation]
    found = {place.struct for place in declared.places(root)}
    assert len(found) > 5
    decode = RecordDecoder(generation == "frames")
    for _, record in declared.with_one_field(generation, 1):
        assert isinstance(decode(json.dumps(record).encode()), root)


@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_every_declared_key_is_tried(generation: str) -> None:
    """With a value of its type, with null and with a value of another type: whoever adds a key adds no test."""
    structs = {place.pointer: place.struct for place in declared.places(declared.ROOTS[generation])}
    tried: dict[tuple[type, str], set[str]] = defaultdict(set)
    for place, record in declared.with_one_field(generation, 1):
        pointer, _, key = place.rpartition("/")
        members, struct = members_at(record, pointer), structs[pointer]
        value = "null" if members[key] is None else "proper" if takes(struct, members) else "other"
        for cls in struct.__mro__:
            tried[cls, key].add(value)
    for declaration in DECLARATIONS.values():
        if not str(declaration).startswith(generation) or declaration.cls is Masks:  # whose members are an object's
            continue
        for name in declaration.members:
            if (key := declaration.json_key(name)) not in declared.TOLD_BY:
                takes_all = {Raw, Any} & set(leaves(declaration.types[name]))
                expected = {"proper", "null"} if takes_all else {"proper", "null", "other"}
                assert tried[declaration.cls, key] >= expected, f"{declaration}.{name}"


def members_at(record: dict[str, Any], pointer: str) -> dict[str, Any]:
    """The members of the JSON object at a place, where * is the first of a list or map."""
    found: Any = record
    for step in pointer.split("/")[1:]:
        found = next(iter(found.values() if isinstance(found, dict) else found)) if step == "*" else found[step]
    members: dict[str, Any] = found
    return members


def takes(struct: type, members: dict[str, Any]) -> bool:
    try:
        msgspec.json.decode(json.dumps(members), type=struct)
    except msgspec.ValidationError:
        return False
    return True


def test_a_field_that_is_dropped_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from labelstore.formats.v2 import annotations

    def forgetful(extra: Any, **_members: Any) -> Any:
        return None if extra is None else json.dumps(extra.members)

    monkeypatch.setattr(annotations, "extra_json", forgetful)
    records = [
        (place, record)
        for place, record in declared.with_one_field("v2", 1)
        if place.endswith("radio_answer/custom_metrics")
    ]
    with pytest.raises(AssertionError, match="custom_metrics"):
        check(tmp_path, "sqlite", "v2", records)
