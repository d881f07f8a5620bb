"""Spans of text entities, moved to where their characters are once secrets are taken out of the text."""

from typing import Any

from labelstore.publishing.redaction import Edit, moved


def move_spans(value: Any, edits: list[Edit]) -> None:
    """Move all spans in a record whose asset is a text; `edits` are those of that text."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                move_spans(item, edits)
        return
    for key, item in value.items():
        if key == "location" and isinstance(item, dict):
            _move_span(item, edits)
        elif isinstance(item, dict | list):
            move_spans(item, edits)


def move_spans_in_messages(value: Any, by_message: dict[str, list[Edit]]) -> None:
    """Move the spans in messages of a conversation; `by_message` has the edits of each message by its id."""
    if isinstance(value, list):
        for item in value:
            move_spans_in_messages(item, by_message)
    elif isinstance(value, dict):
        inside, data = value.get("conversational_location"), value.get("data")  # v2, v1
        places = (inside, "message_id", inside), (value, "messageId", data)
        for holder, key, around in places:
            span = around.get("location") if isinstance(around, dict) else None
            edits = by_message.get(str(holder.get(key))) if isinstance(holder, dict) else None
            if isinstance(span, dict) and edits:
                _move_span(span, edits)
        for item in value.values():
            move_spans_in_messages(item, by_message)


def _move_span(span: dict[str, Any], edits: list[Edit]) -> None:
    start, end = span.get("start"), span.get("end")
    if type(start) is not int or type(end) is not int or "message_id" in span:
        return
    span["start"] = moved(start, edits)
    span["end"] = max(span["start"], moved(end + 1, edits) - 1) if end >= start else moved(end, edits)
