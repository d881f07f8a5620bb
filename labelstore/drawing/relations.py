"""Relationships between objects, as a list of arrows."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from labelstore.drawing.captions import left_out, shortened
from labelstore.drawing.colors import color_class
from labelstore.drawing.svg import element, joined
from labelstore.scenes.scene import Relation, Shape

MAX_RELATIONS = 500


def draw_relations(relations: Sequence[Relation], shapes: Sequence[Shape], quotes: Mapping[int, str] = {}) -> Markup:
    """`<ul class="relations">`: source → name → target, linked to the objects; nothing without relationships.

    `quotes` has the text of objects by their ids.
    """
    if not relations:
        return Markup()
    by_feature = {shape.feature_id: shape for shape in reversed(shapes)}
    shown = relations[:MAX_RELATIONS]
    items = (
        element(
            "li",
            _end(one.source, by_feature, quotes),
            element("span", f" {'↔' if one.kind == 'bidirectional' else '—'} {shortened(one.name)} ", class_="verb"),
            "↔ " if one.kind == "bidirectional" else "→ ",
            _end(one.target, by_feature, quotes),
        )
        for one in shown
    )
    heading = element("p", "Relationships", class_="heading")
    return element(
        "div",
        heading,
        element("ul", joined(items), class_="relations"),
        left_out(len(shown), len(relations), "relationships"),
        class_="relationships",
    )


def _end(feature_id: str | None, shapes: Mapping[str | None, Shape], quotes: Mapping[int, str]) -> Markup:
    shape = shapes.get(feature_id) if feature_id is not None else None
    if shape is None:
        name = "no object" if feature_id is None else f"object {shortened(feature_id)}"
        return element("span", name, class_="unknown")
    quote = shortened(quotes.get(shape.object_id, ""), 40)
    return element(
        "a",
        element("span", shortened(shape.name), class_=f"tag {color_class(shape.color)}"),
        f" {quote}" if quote.startswith("“") or not quote else f" “{quote}”",
        href=f"#o{shape.object_id}",
    )
