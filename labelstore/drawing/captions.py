"""Words around a drawing: what it leaves out, numbers, times and shortened texts."""

from markupsafe import Markup

from labelstore.drawing.asset_text import visible
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


def clock(ms: int) -> str:
    """Milliseconds as minutes and seconds: 83500 is 1:23.5; with hours from 3600 seconds on."""
    minutes, rest = divmod(abs(ms), 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:06.3f}".rstrip("0").rstrip(".")
    return ("-" if ms < 0 else "") + (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{seconds}"
