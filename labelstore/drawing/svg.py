"""Elements of SVG and HTML. What goes in as text comes out escaped; only `Markup` is taken as it is."""

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | int | float | None


def element(name: str, /, *content: str, **attributes: Attribute) -> Markup:
    """`<name attribute="…">content</name>`; attributes that are None are left out, `_` in their names becomes `-`.

    `class_` is the attribute class. Names are ours and never from an export.
    """
    inside = "".join(map(escape, content))
    return Markup(f"<{name}{_attributes(attributes)}>{inside}</{name}>")


def _attributes(attributes: dict[str, Attribute]) -> str:
    return "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )


def number(value: float) -> str:
    """A number as SVG writes it, two decimals at most unless it is small."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.2f}" if abs(value) >= 10 else f"{value:.6g}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def joined(parts: Iterable[str]) -> Markup:
    """The parts one after another, escaped where they are not Markup."""
    return Markup("").join(escape(part) for part in parts)
