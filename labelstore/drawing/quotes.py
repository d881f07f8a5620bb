"""What the entities of a label say: the words of the text that each of them covers."""

from collections.abc import Mapping

from labelstore.drawing.asset_text import text_of
from labelstore.drawing.marked_text import claims, lay_out
from labelstore.drawing.options import DrawOptions
from labelstore.formats.messages import messages_of
from labelstore.formats.spans import unit_of
from labelstore.scenes.scene import Scene, Shape, Span

LONGEST = 80
"""Code points of a quote."""


def quotes(scene: Scene, options: DrawOptions) -> dict[int, str]:
    """Object id → the start of its words; the exported token where the text is not available."""
    text = text_of(scene, options)
    shapes = scene.shapes[: options.limit]
    tokens = {
        shape.object_id: shape.geometry.token[:LONGEST]
        for shape in shapes
        if isinstance(shape.geometry, Span) and shape.geometry.token
    }
    by_text: dict[str | None, list[Shape]] = {}
    for shape in shapes:
        if isinstance(shape.geometry, Span):
            by_text.setdefault(shape.geometry.message_id, []).append(shape)
    if text is None or not by_text:
        return tokens
    texts: Mapping[str | None, str] = {None: text}
    if by_text.keys() != {None}:
        texts = {message.message_id: message.text for message in messages_of(text) or ()}
    parts = [(texts[key], found) for key, found in by_text.items() if key in texts]
    unit = unit_of(claim for words, found in parts for claim in claims(words, found))
    placed = ((words, one) for words, found in parts for one in lay_out(words, found, unit).placed)
    return tokens | {
        one.shape.object_id: words[one.start : min(one.stop, one.start + LONGEST)] for words, one in placed
    }
