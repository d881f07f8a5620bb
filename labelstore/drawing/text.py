"""A text with its entities marked."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from labelstore.drawing.asset_text import text_of
from labelstore.drawing.captions import in_words, left_out, shortened
from labelstore.drawing.colors import color_class
from labelstore.drawing.legend import marks_of
from labelstore.drawing.marked_text import LONG, claims, lay_out, marked, windows
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.relations import draw_relations
from labelstore.drawing.shapes import describe
from labelstore.drawing.svg import element, joined
from labelstore.figures import figure
from labelstore.formats.spans import unit_of
from labelstore.scenes.scene import Scene, Shape, Span


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The text with the entities marked, what is not in it as a list, and the relationships.

    Without the text: the tokens that the export has, in the order of their spans.
    """
    shapes, text = scene.shapes[: options.limit], text_of(scene, options)
    if text is None:
        note = element("p", "The text is not available: these are the entities in the export.", class_="note")
        words = note + entity_list(shapes) if shapes else element("p", "The text is not available.", class_="note")
        quotes = {shape.object_id: quoted_token(shape) for shape in shapes}
    else:
        unit = unit_of(claims(text, scene.shapes))
        layout = lay_out(text, shapes, unit)
        words = (
            element("div", marked(text, layout.placed, windows(len(text), layout.placed)), class_="text", dir="auto")
            + _length_note(text)
            + unplaced_list(layout.missing)
            + doubts(layout.doubtful)
        )
        quotes = {one.shape.object_id: text[one.start : min(one.stop, one.start + 80)] for one in layout.placed}
    return element(
        "div",
        words,
        left_out(len(shapes), max(scene.shape_count, len(scene.shapes)), "entities"),
        draw_relations(scene.relations, shapes, quotes),
        class_="words",
    )


def _length_note(text: str) -> Markup:
    if len(text) <= LONG:
        return Markup()
    note = f"The text has {figure(len(text))} characters; only the parts around the ends of entities are shown."
    return element("p", note, class_="note")


def tag(shape: Shape) -> Markup:
    """The name of an object on its color."""
    return element("span", shortened(shape.name), class_=f"tag {color_class(shape.color)}", title=describe(shape)[:300])


def entity_list(shapes: Iterable[Shape]) -> Markup:
    """Entities whose text is not available: name, token and span."""
    ordered = sorted(shapes, key=_position)
    return _list((_item(shape, "") for shape in ordered), "entities") if ordered else Markup()


def unplaced_list(missing: Sequence[tuple[Shape, str]]) -> Markup:
    """Objects that are not in the text, each with the reason."""
    if not missing:
        return Markup()
    heading = element("p", "Not shown in the text:", class_="note")
    return heading + _list((_item(shape, reason) for shape, reason in missing), "unplaced")


def doubts(doubtful: Sequence[tuple[Shape, str]]) -> Markup:
    """Objects in the text that may not belong where they are."""
    items = (
        element("li", tag(shape), f" {quoted_token(shape)} {reason}", data_of=shape.object_id)
        for shape, reason in doubtful
    )
    heading = element("p", "Marked, but possibly wrong:", class_="note")
    return heading + _list(items, "doubtful") if doubtful else Markup()


def quoted_token(shape: Shape) -> str:
    """The token that the export has, in quotes; else an empty text."""
    token = shape.geometry.token if isinstance(shape.geometry, Span) else None
    return f"“{shortened(token, 200)}”" if token is not None else ""


def _item(shape: Shape, reason: str) -> Markup:
    span = shape.geometry
    position = f"{span.start}–{span.end}" if isinstance(span, Span) else in_words(shape.kind)
    about = " ".join(part for part in (quoted_token(shape), position) if part)
    return element(
        "li",
        tag(shape),
        f" {about}" + (f": {reason}" if reason else ""),
        class_=f"shape {color_class(shape.color)}",
        id=f"o{shape.object_id}",
        data_of=marks_of(shape),
    )


def _position(shape: Shape) -> tuple[int, int, int]:
    span = shape.geometry
    return (span.start, -span.end, shape.object_id) if isinstance(span, Span) else (2**63, 0, shape.object_id)


def _list(items: Iterable[Markup], class_: str) -> Markup:
    return element("ul", joined(items), class_=class_)
