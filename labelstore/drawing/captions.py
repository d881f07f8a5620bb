"""Words around a drawing: what it omits, places in time, and shortened texts."""

from markupsafe import Markup

from labelstore.drawing.asset_text import visible
from labelstore.drawing.svg import element
from labelstore.figures import figure
from labelstore.json.truncate import truncated


def left_out(drawn: int, total: int, things: str, *, verb: str = "drawn") -> Markup:
    """`<p class="note">` with `drawn 2,000 of 50,000 shapes`; empty where all are drawn."""
    if drawn >= total:
        return Markup()
    return element("p", f"{verb} {figure(drawn)} of {figure(total)} {things}", class_="note")


def shortened(text: str, longest: int = 60) -> str:
    """The text as visible characters, cut with an ellipsis."""
    return truncated(visible(text), longest)


def in_words(kind: str) -> str:
    """`bounding_box` as `bounding box`."""
    return kind.replace("_", " ")


def clock(ms: int) -> str:
    """Milliseconds as minutes and seconds: 83500 is 1:23.5; with hours from 3600 seconds on."""
    minutes, rest = divmod(abs(ms), 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:06.3f}".rstrip("0").rstrip(".")
    return ("-" if ms < 0 else "") + (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{seconds}"
