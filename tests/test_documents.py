"""The exporters spacy and conll: texts with the spans and categories of their labels, and what they lose."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from labelstore.errors import NothingToWriteError, UsageError
from labelstore.export.writing import export
from tests.exporting import exported, files_of, reasons
from tests.lines import label, thing, v2
from tests.making import ENGINES, feature, store_of, v1

TEXT = "Anna Berg 😀 met Otto\nin New York."


def entity(name: str, feature_id: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    return thing(name, feature_id, "TextEntity", location={"start": start, "end": end} | more, classifications=[])


def picked(question: str, *answers: str, many: bool = False) -> dict[str, Any]:
    some = [{"name": answer, "value": answer.lower(), "classifications": []} for answer in answers]
    key, said = ("checklist_answers", some) if many else ("radio_answer", some[0])
    return {"feature_id": question, "name": question, "value": question.lower(), key: said}


def text_row(row_id: str, text: str, *labels: Any) -> dict[str, Any]:
    line = v2(row_id, *labels, media={"asset_type": "text"})
    return line | {"data_row": {"id": row_id, "row_data": text, "external_id": f"{row_id}.txt"}}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def said(document: dict[str, Any]) -> list[tuple[str, str]]:
    """(class, text) of the spans."""
    return [(span["label"], document["text"][span["start"] : span["end"]]) for span in document["spans"]]


@ENGINES
def test_spacy_has_spans_that_end_after_their_last_character(tmp_path: Path, engine: str) -> None:
    one = label(
        "a",
        entity("Name", "e1", 0, 8),
        entity("Name", "e2", 16, 19, token="Otto"),
        entity("Place", "e3", 24, 32),
        entity("Place", "e4", 24, 99),
        entity("Gap", "e5", 9, 9),
        classifications=[picked("Tone", "Warm"), picked("Topics", "Travel", "People", many=True)],
    )
    two = label("b", classifications=[picked("Tone", "Cold")])
    store = store_of(tmp_path, engine, [text_row("r1", TEXT, one), text_row("r2", "Nothing.", two)])
    out, done = exported(store, "spacy", "out.jsonl")
    first, second = lines_of(out)
    assert said(first) == [("Name", "Anna Berg"), ("Name", "Otto"), ("Place", "New York.")]
    assert first["meta"] == {"data_row_id": "r1", "label_id": "a", "external_id": "r1.txt"}
    assert first["cats"] == {"Tone / Cold": 0, "Tone / Warm": 1, "Topics / People": 1, "Topics / Travel": 1}
    assert (second["spans"], second["cats"]) == ([], {"Tone / Cold": 1, "Tone / Warm": 0})
    assert done.written == {"label": 2, "text_entity": 3, "label_question": 3}
    assert reasons(done) == {
        ("text_entity", "left out", "end beyond the text"): 1,
        ("text_entity", "left out", "white space only"): 1,
    }


@ENGINES
def test_spans_that_count_utf16_units(tmp_path: Path, engine: str) -> None:
    """The token of one entity tells the unit of all."""
    one = label("a", entity("Name", "e1", 17, 20, token="Otto"), entity("Place", "e2", 25, 32))
    store = store_of(tmp_path, engine, [text_row("r1", TEXT, one)])
    (document,) = lines_of(exported(store, "spacy", "out.jsonl")[0])
    assert said(document) == [("Name", "Otto"), ("Place", "New York")]


@ENGINES
def test_conll_has_a_token_a_line(tmp_path: Path, engine: str) -> None:
    one = label(
        "a",
        entity("Full name", "e1", 0, 8),
        entity("First", "e2", 0, 3),
        entity("Place", "e3", 25, 31),
        entity("Gap", "e4", 9, 9),
        classifications=[picked("Tone", "Warm")],
    )
    store = store_of(tmp_path, engine, [text_row("r1", TEXT, one), text_row("r2", "So.", label("b"))])
    out, done = exported(store, "conll", "out.conll")
    assert out.read_text(encoding="utf-8").splitlines() == [
        "-DOCSTART- -X- O O",
        "",
        *("Anna B-Full_name", "Berg I-Full_name", "😀 O", "met O", "Otto O", "", "in O", "New B-Place", "York I-Place"),
        *(". O", "", "-DOCSTART- -X- O O", "", "So O", ". O", ""),
    ]
    assert reasons(done) == {
        ("text_entity", "left out", "holds no token"): 1,
        ("text_entity", "left out", "overlaps a longer one"): 1,
        ("text_entity", "changed", "a class without spaces"): 1,
        ("text_entity", "changed", "widened to whole tokens"): 1,
        ("label_question", "left out", "CoNLL has no place for it"): 1,
    }


def test_texts_of_files_are_found_by_the_entities_and_not_by_the_type_of_the_asset(tmp_path: Path) -> None:
    """As in the text export of v1, whose assets are HTML."""
    location = {"data": {"location": {"start": 1, "end": 3}}, "format": "text.location", "version": 1}
    record = v1("a", feature("Name", "e1", **location), **{"Labeled Data": "https://example.com/page.html?x=1"})
    image = v1("b", feature("Car", "c1", bbox={"top": 1, "left": 1, "height": 1, "width": 1}))
    store = store_of(tmp_path, "sqlite", [record, image])
    with pytest.raises(
        NothingToWriteError, match=r"it takes text_entity, questions about a label; left out: .*--assets"
    ):
        export(store, "spacy", tmp_path / "none.jsonl")
    (assets := tmp_path / "assets").mkdir()
    (assets / "page.html").write_text("<Anna>", encoding="utf-8")
    out, done = exported(store, "spacy", "out.jsonl", assets=str(assets))
    assert [said(document) for document in lines_of(out)] == [[("Name", "Ann")]]
    assert [key for key in reasons(done) if key[0] == "label"] == [("label", "left out", "image: no text")]


@ENGINES
def test_each_message_of_a_conversation_is_a_document(tmp_path: Path, engine: str) -> None:
    messages = [{"messageId": f"m{number}", "content": f"Hello Otto {number}"} for number in (1, 2)]
    line = v2(
        "r1",
        label(
            "a",
            thing(
                "Name",
                "e1",
                "ConversationalTextEntity",
                conversational_location={"message_id": "m2", "location": {"start": 6, "end": 9}},
            ),
            thing(
                "Name",
                "e2",
                "ConversationalTextEntity",
                conversational_location={"message_id": "m9", "location": {"start": 6, "end": 9}},
            ),
            classifications=[picked("Tone", "Warm")],
        ),
        media={"asset_type": "conversational"},
    )
    line["data_row"]["row_data"] = json.dumps({"type": "application/vnd.labelbox.conversational", "messages": messages})
    store = store_of(tmp_path, engine, [line])
    out, done = exported(store, "spacy", "out.jsonl")
    assert [(one["meta"]["message_id"], one["text"], said(one)) for one in lines_of(out)] == [
        ("m1", "Hello Otto 1", []),
        ("m2", "Hello Otto 2", [("Name", "Otto")]),
    ]
    assert reasons(done) == {
        ("text_entity", "left out", "names no message of the conversation"): 1,
        ("label_question", "left out", "about a conversation, not a message"): 1,
    }
    assert len(lines_of(exported(store, "spacy", "few.jsonl", empty="drop")[0])) == 1


@ENGINES
def test_folders_have_a_file_for_each_set(tmp_path: Path, engine: str) -> None:
    rows = [
        text_row(f"r{number}", "Otto", label(f"l{number}", entity("N", f"e{number}", 0, 3))) for number in range(30)
    ]
    store = store_of(tmp_path, engine, rows)
    files = files_of(exported(store, "conll", "out")[0])
    assert sorted(files) == ["dev.conll", "test.conll", "train.conll"]
    assert sum(content.count(b"Otto B-N\n") for content in files.values()) == 30
    sets = [line["meta"]["set"] for line in lines_of(exported(store, "spacy", "out.jsonl", split="hash")[0])]
    assert {name: sets.count(name) for name in set(sets)} == {
        path.partition(".")[0]: content.count(b"Otto B-N\n") for path, content in files.items()
    }


def test_docbin_needs_spacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    store = store_of(tmp_path, "sqlite", [text_row("r1", TEXT, label("a", entity("Name", "e1", 0, 8)))])
    with pytest.raises(UsageError, match=r"DocBin needs spaCy, .* pip install 'labelstore-db\[spacy\]'"):
        export(store, "spacy", tmp_path / "out.spacy")
    assert not (tmp_path / "out.spacy").exists()
    assert export(store, "spacy", "", dry_run=True).written["text_entity"] == 1
