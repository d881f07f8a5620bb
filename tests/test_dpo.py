"""The exporter dpo: pairs of messages of which one was preferred."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelstore.errors import NothingToWriteError
from labelstore.export.writing import export
from tests.exporting import exported, reasons
from tests.lines import label, thing, v2
from tests.making import ENGINES, store_of

ROLES = {"u": {"role": "human", "metadata": {"name": "Ada"}}} | {
    name: {"role": "model", "metadata": {"modelConfigName": name.upper()}} for name in "abc"
}


def said(actor: str, text: str, *children: str) -> dict[str, Any]:
    return {"actorId": actor, "content": [{"type": "text", "content": text}], "childMessageIds": list(children)}


CHAT = {
    "type": "application/vnd.labelbox.conversational.model-chat-evaluation",
    "actors": ROLES,
    "rootMessageIds": ["m0"],
    "messages": {
        "m0": said("u", "Hi", "m1"),
        "m1": said("a", "Hello", "m2"),
        "m2": said("u", "Why?", "m3", "m4", "m5"),
        "m3": said("a", "So."),
        "m4": said("b", "Thus."),
        "m5": said("c", "Hence."),
    },
}


def picked(*ids: str, ranks: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"message_id": one, "model_config_name": f"model {one}"} for one in ids]
    return [one | {"order": rank} for one, rank in zip(found, ranks, strict=True)] if ranks else found


def ranking(feature_id: str, *ids: str, ranks: tuple[int, ...]) -> dict[str, Any]:
    block = {"ranked_messages": picked(*ids, ranks=ranks), "parent_message_id": "m2"}
    return thing("Best", feature_id, "MessageRanking", ranked_messages=block, classifications=[])


def many(feature_id: str, *ids: str) -> dict[str, Any]:
    block = {"messages": picked(*ids), "parent_message_id": "m2"}
    return thing("Good", feature_id, "MessageMultiSelection", selected_messages=block, classifications=[])


def single(feature_id: str, one: str) -> dict[str, Any]:
    block = picked(one)[0] | {"parent_message_id": "m2"}
    return thing("Top", feature_id, "MessageSingleSelection", selected_message=block, classifications=[])


def chat_row(row_id: str, *objects: Any, row_data: str = json.dumps(CHAT)) -> dict[str, Any]:
    line = v2(row_id, label(f"l-{row_id}", *objects), media={"asset_type": "llm-prompt-response-creation"})
    line["data_row"]["row_data"] = row_data
    return line


def pairs(path: Path) -> list[tuple[str, str, str]]:
    """(criterion, chosen, rejected) of every line."""
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [(one["criterion"], one["chosen"][0]["content"], one["rejected"][0]["content"]) for one in lines]


@ENGINES
def test_each_message_is_chosen_over_each_that_is_worse(tmp_path: Path, engine: str) -> None:
    objects = [
        ranking("f1", "m4", "m3", "m5", ranks=(1, 2, 2)),
        many("f2", "m3", "m5"),
        single("f3", "m5"),
        many("f4", "m3", "m4", "m5"),
        ranking("f5", "m4", "m9", ranks=(1, 2)),
    ]
    store = store_of(tmp_path, engine, [chat_row("r1", *objects), chat_row("r2")])
    out, done = exported(store, "dpo", "out.jsonl")
    assert pairs(out) == [
        ("Best", "Thus.", "So."),
        ("Best", "Thus.", "Hence."),
        ("Good", "So.", "Thus."),
        ("Good", "Hence.", "Thus."),
        ("Top", "Hence.", "So."),
        ("Top", "Hence.", "Thus."),
    ]
    first = json.loads(out.read_text().splitlines()[0])
    assert first == {
        "prompt": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Why?"},
        ],
        "chosen": [{"role": "assistant", "content": "Thus."}],
        "rejected": [{"role": "assistant", "content": "So."}],
        "chosen_model": "model m4",
        "rejected_model": "model m3",
        "criterion": "Best",
        "label_id": "l-r1",
        "data_row_id": "r1",
    }
    assert reasons(done) == {
        ("label", "left out", "without a pair of messages"): 1,
        ("message_multi_selection", "left out", "no message is preferred to another"): 1,
        ("message_ranking", "left out", "names messages that its conversation does not have"): 1,
    }
    assert len(pairs(exported(store, "dpo", "top.jsonl", classes=("Top",))[0])) == 2


def test_the_conversation_may_be_a_file(tmp_path: Path) -> None:
    row = chat_row("r1", single("f1", "m4"), row_data="https://example.com/chat.json?token=1")
    store = store_of(tmp_path, "sqlite", [row])
    with pytest.raises(NothingToWriteError, match="dpo: nothing to write"):
        export(store, "dpo", tmp_path / "out.jsonl")
    (assets := tmp_path / "assets").mkdir()
    (assets / "chat.json").write_text(json.dumps(CHAT))
    out, _ = exported(store, "dpo", "out.jsonl", assets=str(assets))
    assert pairs(out) == [("Top", "Thus.", "So."), ("Top", "Thus.", "Hence.")]
