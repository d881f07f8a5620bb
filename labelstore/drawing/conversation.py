"""A conversation or chat: messages as bubbles with entities, choices and answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

from markupsafe import Markup

from labelstore.drawing.answers import draw_questions
from labelstore.drawing.asset_text import text_of, visible
from labelstore.drawing.captions import left_out, shortened
from labelstore.drawing.colors import color_class
from labelstore.drawing.legend import marks_of
from labelstore.drawing.marked_text import claims, lay_out, marked, windows
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.relations import draw_relations
from labelstore.drawing.svg import element, joined, number
from labelstore.drawing.text import doubts, entity_list, tag, unplaced_list
from labelstore.figures import figure
from labelstore.formats.messages import Message, messages_of
from labelstore.formats.spans import Unit, unit_of
from labelstore.scenes.scene import Messages, Question, Scene, Shape, Span

MAX_MESSAGES = 1000
"""So many messages are shown, and those behind them that have annotations."""
FOLDED = 2000
"""Characters; a longer message without entities is folded."""
SPEAKERS = 6
"""Who have an edge of a color of their own; further ones share them."""
LONG_MESSAGE = 20_000
MAX_TEXT = 1_000_000
"""Characters of all messages; where there are more, long ones are shown in part."""


class _Notes(NamedTuple):
    """What annotations say of messages, by message id."""

    entities: dict[str, list[Shape]]
    choices: dict[str, list[tuple[Shape, str]]]
    questions: dict[str, list[Question]]
    models: dict[str, str]
    known: tuple[str, ...]
    """Every message that annotations name."""
    unplaced: tuple[tuple[Shape, str], ...]
    """Objects without a message."""


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The messages in their order; without the asset, those that annotations know."""
    text, shapes = text_of(scene, options), scene.shapes[: options.limit]
    notes = _notes(shapes, scene.questions)
    messages = messages_of(text) if text is not None else ()
    missing = [key for key in notes.known if key not in {message.message_id for message in messages}]
    every = (*messages, *(Message(key, "", "") for key in sorted(missing, key=_natural)))
    said = {message.message_id for message in messages}
    known = set(notes.known)
    shown = [one for index, one in enumerate(every) if index < MAX_MESSAGES or one.message_id in known]
    long = LONG_MESSAGE if sum(len(one.text) for one in messages) <= MAX_TEXT else MAX_TEXT // max(len(shown), 50)
    unit = unit_of(claim for one in messages for claim in claims(one.text, notes.entities.get(one.message_id, ())))
    drawn_objects: set[int] = set()
    speakers = {sender: str(at % SPEAKERS) for at, sender in enumerate(dict.fromkeys(one.sender for one in shown))}
    page = f"m{crc32(scene.label_id.encode('utf-8', 'replace')):x}"  # a page may have several labels
    bubbles = [
        _bubble(
            one,
            notes,
            unit,
            long,
            drawn_objects,
            anchor=f"{page}-{at}",
            speaker=speakers[one.sender],
            in_asset=one.message_id in said,
        )
        for at, one in enumerate(shown, 1)
    ]
    return element(
        "div",
        _about(text, messages, bool(every)),
        element("ol", joined(bubbles), class_="messages") if bubbles else "",
        left_out(len(shown), len(every), "messages", verb="shown"),
        draw_questions([question for question in scene.questions if question.message_id is None]),
        unplaced_list(notes.unplaced),
        left_out(len(shapes), max(scene.shape_count, len(scene.shapes)), "objects"),
        draw_relations(scene.relations, shapes, _quotes(messages, notes.entities, unit)),
        class_="words conversation",
    )


def _about(text: str | None, messages: Sequence[Message], known: bool) -> Markup:
    """Why there is no text of messages, if there is none."""
    if messages:
        return Markup()
    if text is not None:
        source = element("pre", visible(text, 0, LONG_MESSAGE), class_="text source", dir="auto")
        return source + element("p", "The asset is not a conversation in JSON: this is its text.", class_="note")
    end = ": these are the messages that annotations refer to." if known else "."
    return element("p", f"The messages are not available{end}", class_="note")


def _notes(shapes: Iterable[Shape], questions: Iterable[Question]) -> _Notes:
    entities: dict[str, list[Shape]] = {}
    choices: dict[str, list[tuple[Shape, str]]] = {}
    asked: dict[str, list[Question]] = {}
    models: dict[str, str] = {}
    parents: list[str] = []
    unplaced = []
    for shape in shapes:
        match shape.geometry:
            case Span(message_id=str(message_id)):
                entities.setdefault(message_id, []).append(shape)
            case Messages(form, chosen, parent) if any(key is not None for key, _, _ in chosen):
                parents += [parent] if parent is not None else []
                for key, model, rank in chosen:
                    if key is not None:
                        choices.setdefault(key, []).append((shape, _choice(form, rank, len(chosen))))
                        models |= {key: model} if model else {}
            case Span():
                unplaced.append((shape, "no message"))
            case _:
                unplaced.append((shape, "no message chosen"))
    for question in questions:
        if question.message_id is not None:
            asked.setdefault(question.message_id, []).append(question)
    known = tuple(dict.fromkeys((*parents, *entities, *choices, *asked)))
    return _Notes(entities, choices, asked, models, known, tuple(unplaced))


def _choice(form: str, rank: float | None, count: int) -> str:
    if form == "ranked" or rank is not None:
        return f"rank {number(rank)} of {count}" if rank is not None else "ranked"
    return "selected"


def _bubble(
    message: Message,
    notes: _Notes,
    unit: Unit,
    long: int,
    drawn: set[int],
    *,
    anchor: str,
    speaker: str,
    in_asset: bool,
) -> Markup:
    key = message.message_id
    entities = notes.entities.get(key, ())
    sender = message.sender or notes.models.get(key, "")
    model = notes.models.get(key)
    head = element(
        "p",
        element("span", shortened(sender), class_="name") if sender else "",
        element("span", shortened(model), class_="model") if model and model != sender else "",
        element("a", f"message {shortened(key)}", class_="key", href=f"#{anchor}"),
        class_="sender",
    )
    choices = (_choice_item(shape, words, drawn) for shape, words in notes.choices.get(key, ()))
    return element(
        "li",
        head,
        _words(message, entities, unit, long) if in_asset else entity_list(entities),
        element("ul", joined(choices), class_="choices") if key in notes.choices else "",
        draw_questions(notes.questions.get(key, ()), about=False),
        class_="message" + (" own" if message.own else "") + (" unknown" if not in_asset else ""),
        data_message=key,
        data_speaker=speaker,
        id=anchor,
    )


def _words(message: Message, entities: Sequence[Shape], unit: Unit, long: int) -> Markup:
    layout = lay_out(message.text, entities, unit)
    body = marked(message.text, layout.placed, windows(len(message.text), layout.placed, long))
    text = element("div", body, class_="text", dir="auto")
    if len(message.text) > FOLDED:
        start = element("span", shortened(" ".join(message.text[:1000].split()), 160), class_="preview")
        size = element("span", f"{figure(len(message.text))} characters", class_="key")
        is_open = "" if entities else None  # what is annotated is seen
        text = element("details", element("summary", start, " ", size), text, class_="long", open=is_open)
    return text + unplaced_list(layout.missing) + doubts(layout.doubtful)


def _choice_item(shape: Shape, words: str, drawn: set[int]) -> Markup:
    first = shape.object_id not in drawn
    drawn.add(shape.object_id)
    answers = draw_questions(shape.questions, about=False) if first else Markup()
    return element(
        "li",
        tag(shape),
        f" {words}",
        answers,
        class_=f"shape {color_class(shape.color)}",
        id=f"o{shape.object_id}" if first else None,
        data_object=None if first else shape.object_id,
        data_of=marks_of(shape),
    )


def _quotes(messages: Iterable[Message], entities: Mapping[str, Sequence[Shape]], unit: Unit) -> dict[int, str]:
    return {
        one.shape.object_id: message.text[one.start : min(one.stop, one.start + 80)]
        for message in messages
        for one in lay_out(message.text, entities.get(message.message_id, ()), unit).placed
    }


def _natural(key: str) -> tuple[list[tuple[int, str]], str]:
    """Message 2 before message 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", key[:200])
    return [(int(part) if part.isascii() and part.isdigit() else -1, part) for part in parts], key
