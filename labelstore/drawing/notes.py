"""What a drawing leaves out, said below it."""

from markupsafe import Markup

from labelstore.drawing.source import visible
from labelstore.drawing.svg import element


def grouped(number: int) -> str:
    """1234567 as `1 234 567`."""
    return f"{number:,}".replace(",", " ")


def left_out(drawn: int, total: int, things: str, *, verb: str = "drawn") -> Markup:
    """`<p class="note">` that says `drawn 2 000 of 50 000 shapes`; nothing where all are drawn."""
    if drawn >= total:
        return Markup()
    return element("p", f"{verb} {grouped(drawn)} of {grouped(total)} {things}", class_="note")


def shortened(text: str, longest: int = 60) -> str:
    """At most so many visible characters, the last one an ellipsis where some are gone."""
    text = visible(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"
