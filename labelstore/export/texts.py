"""The text of an asset: in its file, in the export, or in the messages of a conversation."""

from collections.abc import Mapping
from typing import NamedTuple

from labelstore.assets.at_hand import AssetsAtHand, Kept
from labelstore.assets.folder import is_address
from labelstore.errors import InputError
from labelstore.export.annotations import Label
from labelstore.export.exporter import Export
from labelstore.formats.messages import Message, messages_of


class Texts(NamedTuple):
    """The text of an asset (by None), or of its messages by their ids; where it is from, and why there is none."""

    texts: Mapping[str | None, str]
    origin: str | None
    problem: str | None


def texts_of(
    assets: AssetsAtHand | None, messages: Mapping[str | None, str], row: Kept, asset_type: str | None
) -> Texts:
    """The texts of a data row, whose `messages` the export holds; its file comes first, where it is at hand."""
    row_data = row.row_data
    if assets is not None:
        try:
            found = assets.text(row)
        except InputError as error:
            return Texts({}, None, f"the file of the asset {error.reason}")
        if found is not None:
            return Texts({**_messages(found), None: found}, "assets", None)
    if asset_type == "text" and row_data is not None and not is_address(row_data):
        return Texts({None: row_data}, "row_data", None)
    return Texts(messages, "row_data" if messages else None, None)


def texts_of_label(export: Export, label: Label, messages: Mapping[str | None, str]) -> Texts:
    """The texts of the data row of a label."""
    return texts_of(export.assets, messages, label, label.asset_type)


def text_of(export: Export, label: Label) -> str | None:
    """The text of a data row that is one; None where it is not at hand."""
    return texts_of_label(export, label, {}).texts.get(None)


def conversation_of(export: Export, label: Label) -> tuple[Message, ...]:
    """The messages of a conversation or chat, with what they reply to; () where it is not at hand."""
    text = text_of(export, label) or label.row_data or ""
    return messages_of(text) if text.lstrip()[:1] in ("{", "[") else ()


def _messages(text: str) -> dict[str | None, str]:
    """The messages in the file of a conversation; of each id the first, as in the table `messages`."""
    found: dict[str | None, str] = {}
    for message in messages_of(text):
        found.setdefault(message.message_id, message.text)
    return found
