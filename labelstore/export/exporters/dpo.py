"""Preference pairs for DPO: a line of JSON for each two answers of models of which a labeler preferred one.

As TRL has them, `prompt`, `chosen` and `rejected` are lists of messages with `role` (user or assistant) and `content`:
the conversation up to the message that both reply to, and the two replies. `chosen_model` and `rejected_model` wrote
them, `criterion` is the class of the ranking or selection, `label_id` and `data_row_id` tell where it is from. In a
ranking each message is chosen over each of a lower rank, in a selection each that was picked over each that was not.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

import msgspec

from labelstore.export.annotations import Annotations, Label, Object
from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS, Choices, option_of
from labelstore.export.constructs import LABEL, Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.export.texts import conversation_of
from labelstore.formats.messages import Message

Chat = Mapping[str, Message]
_encode: Final = msgspec.json.Encoder().encode
_NO_CHAT: Final = f"its conversation is not at hand: give the folder of the files with {option_of('assets')}"


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """Rankings and selections of messages."""
    pairs = kept("pairs of messages")
    return fates(
        left_out("no preference between messages"),
        label=kept("lines of its pairs"),
        message_ranking=pairs,
        message_single_selection=pairs,
        message_multi_selection=pairs,
    )


def write(export: Export) -> Chunks:
    """The pairs of each ranking and selection."""
    reader = Reader(export)
    for row in reader.data_rows():
        label = row.labels[0]
        chat: Chat | None = None
        before = export.count
        for part in row.parts:
            if part.objects and chat is None:
                chat = {message.message_id: message for message in reversed(conversation_of(export, label))}
            yield from _lines(reader, part, chat or {})
        for one in row.labels:
            if export.count > before:
                export.account.wrote(LABEL, one.label_id)
            else:
                export.account.leave_out(LABEL, "without a pair of messages", one.label_id)


def _lines(reader: Reader, part: Annotations, chat: Chat) -> Iterator[bytes]:
    for one in part.objects:
        pairs = _pairs(one, chat)
        if not chat:
            reader.leave_out(one, _NO_CHAT)
        elif any(message_id not in chat for pair in pairs for message_id in pair):
            reader.leave_out(one, "names messages that its conversation does not have")
        elif not pairs:
            reader.leave_out(one, "no message is preferred to another")
        else:
            for chosen, rejected in pairs:
                yield _line(reader, part.label, one, chat, chosen, rejected)
            reader.wrote(one)


def _pairs(one: Object, chat: Chat) -> list[tuple[str, str]]:
    """(chosen, rejected) by their ids."""
    if one.kind == "message_ranking":
        ranked = sorted(
            (message.rank, message.message_id)
            for message in one.messages
            if message.rank is not None and message.message_id is not None
        )
        return [(better, worse) for (rank, better), (lower, worse) in combinations(ranked, 2) if rank < lower]
    picked = [message.message_id for message in one.messages if message.message_id is not None]
    parents = {_parent(one, chat, message_id) for message_id in picked}
    others = [
        message.message_id
        for message in reversed(list(chat.values()))
        if message.parent_id is not None and message.parent_id in parents and message.message_id not in picked
    ]
    return [(chosen, rejected) for chosen in picked for rejected in others]


def _parent(one: Object, chat: Chat, message_id: str) -> str | None:
    """The message that this one replies to: as the label says, else as the conversation does."""
    told = next((message.parent_message_id for message in one.messages if message.message_id == message_id), None)
    return told or (chat[message_id].parent_id if message_id in chat else None)


def _line(reader: Reader, label: Label, one: Object, chat: Chat, chosen: str, rejected: str) -> bytes:
    models = {message.message_id: message.model_config_name for message in one.messages}

    def model(message_id: str) -> str | None:
        return models.get(message_id) or chat[message_id].sender or None

    found = {
        "prompt": _told(_thread(chat, _parent(one, chat, chosen))),
        "chosen": _told([chat[chosen]], role="assistant"),
        "rejected": _told([chat[rejected]], role="assistant"),
        "chosen_model": model(chosen),
        "rejected_model": model(rejected),
        "criterion": reader.category(one).name,
        "label_id": label.label_id,
        "data_row_id": label.data_row_id,
    }
    return _encode(found) + b"\n"


def _thread(chat: Chat, last: str | None) -> list[Message]:
    """The conversation up to a message, from its first one."""
    found: dict[str, Message] = {}
    while last is not None and last in chat and last not in found:
        found[last] = chat[last]
        last = chat[last].parent_id
    return list(found.values())[::-1]


def _told(messages: Sequence[Message], role: str | None = None) -> list[dict[str, Any]]:
    return [{"role": role or ("user" if one.own else "assistant"), "content": one.text} for one in messages]


EXPORTER = Exporter(
    "dpo",
    ".jsonl",
    "pairs of a chosen and a rejected message as lines of JSON, as TRL has them for DPO",
    write,
    what_becomes,
    unit="rankings and selections",
    takes=(*WHICH_LABELS, *WHICH_CLASSES, "assets"),
)
