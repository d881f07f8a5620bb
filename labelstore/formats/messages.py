"""The messages of a conversation or chat, read from the JSON of its asset."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

_IDS = ("messageId", "message_id", "id", "messageID")
_TEXTS = ("content", "text", "body", "message", "value")
_NAMES = ("modelConfigName", "name", "userId", "username")
_SENDERS = ("user", "sender", "author", "actor", "from", "role", "name")


class Message(NamedTuple):
    """One message; `own` if it is shown on the right. In a chat `parent_id` is the one that it replies to."""

    message_id: str
    sender: str
    text: str
    own: bool = False
    parent_id: str | None = None


class Author(msgspec.Struct):
    """Who wrote a plain message."""

    user_id: str | None = msgspec.field(default=None, name="userId")
    name: str | None = None


class PlainMessage(msgspec.Struct):
    """A message as most conversations have them; it has none of `OTHER_KEYS`."""

    message_id: str = msgspec.field(name="messageId")
    text: str = msgspec.field(name="content")
    author: Author = msgspec.field(name="user")


class PlainConversation(msgspec.Struct):
    """A conversation that is a list of plain messages."""

    messages: list[PlainMessage]


OTHER_KEYS: dict[Any, tuple[str, ...]] = {PlainMessage: ("metadata", *_NAMES, "actorId")}
"""Keys that say otherwise who wrote a message."""


def messages_of(text: str) -> tuple[Message, ...]:
    """The messages in the JSON of an asset, in their order; none if it is not a conversation.

    Knows the list of messages of a conversation (`messageId`, `content`, `user`, `align`), and the map of a chat
    (`actorId`, a list of contents, `childMessageIds`), which it walks from the roots; takes other names as they come.
    """
    try:
        asset = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return ()
    found = asset
    actors: Any = {}
    roots: Any = None
    if isinstance(asset, dict):
        found = next((asset[key] for key in ("messages", "conversation", "turns") if key in asset), None)
        actors, roots = asset.get("actors"), asset.get("rootMessageIds")
    if isinstance(found, dict):
        walked = [(key, _message(str(key), item, actors)) for key, item in _walked(found, roots)]
        parents = {child: message.message_id for key, message in reversed(walked) for child in _children(found[key])}
        return tuple(message._replace(parent_id=parents.get(key)) for key, message in walked)
    if isinstance(found, list):
        return tuple(_message(str(place), item, actors) for place, item in enumerate(found) if _is_message(item))
    return ()


def _is_message(item: Any) -> bool:
    return isinstance(item, str) or (isinstance(item, dict) and any(key in item for key in (*_IDS, *_TEXTS)))


def _walked(found: Mapping[str, Any], roots: Any) -> Iterator[tuple[str, Any]]:
    """Every message before its children; then those that no root leads to."""
    seen: set[str] = set()
    first = roots if isinstance(roots, list) else []
    waiting = [key for key in (*reversed(list(found)), *reversed(first)) if isinstance(key, str)]
    while waiting:
        key = waiting.pop()
        if key in seen or key not in found:
            continue
        seen.add(key)
        item = found[key]
        yield key, item
        waiting += reversed(_children(item))


def _children(item: Any) -> list[str]:
    children = item.get("childMessageIds") if isinstance(item, dict) else None
    return [child for child in children if isinstance(child, str)] if isinstance(children, list) else []


def _message(key: str, item: Any, actors: Any) -> Message:
    if not isinstance(item, dict):
        return Message(key, "", item if isinstance(item, str) else _plain(item))
    named = next((item[name] for name in _IDS if isinstance(item.get(name), str | int)), key)
    actor = actors.get(item.get("actorId")) if isinstance(actors, dict) and _is_key(item.get("actorId")) else None
    sender = _sender(actor if isinstance(actor, dict) else item)
    roles = {str(value).lower() for value in (item.get("role"), (actor or {}).get("role") if actor else None)}
    own = item.get("align") == "right" or ("align" not in item and bool(roles & {"user", "human"}))
    return Message(str(named), sender, _text(item), own)


def _is_key(value: Any) -> bool:
    return isinstance(value, str | int)


def _text(item: Mapping[str, Any]) -> str:
    content = next((item[name] for name in _TEXTS if name in item), "")
    if not isinstance(content, list):
        return _plain(content)
    return "\n".join(_plain(part) for part in content)


def _plain(content: Any) -> str:
    """The text in a piece of content; what is no text as JSON."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        for name in (*_TEXTS, "fileUri", "url"):
            if isinstance(content.get(name), str):
                return str(content[name])
    return "" if content is None else msgspec.json.encode(content).decode()


def _sender(item: Any) -> str:
    """The name of who wrote it, also in `user: {name}`, `metadata: {name, modelConfigName}` of a chat."""
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return ""
    about = item.get("metadata")
    for source in (about, item):
        if isinstance(source, dict):
            for name in _NAMES:
                if isinstance(source.get(name), str) and source[name]:
                    return str(source[name])
    for name in _SENDERS:
        value = item.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dict) and isinstance(value.get("name") or value.get("userId"), str):
            return str(value.get("name") or value.get("userId"))
    return ""
