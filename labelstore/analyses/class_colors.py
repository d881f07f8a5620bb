"""Colors of classes: the one that an export gives, else one of a palette, the same wherever the class is drawn."""

import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any, Protocol

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
PALETTE = (
    "#ff0033",
    "#0000ff",
    "#00cc00",
    "#0099cc",
    "#ff33cc",
    "#cc9900",
    "#006633",
    "#663366",
    "#0066ff",
    "#cc6666",
    "#cc99ff",
    "#669900",
    "#cc00ff",
    "#cc0066",
    "#ff6600",
    "#993300",
    "#cc9966",
    "#666600",
    "#cc66ff",
    "#3399ff",
    "#009999",
    "#990099",
    "#6600cc",
    "#cc6699",
)
"""Each as far as possible from those before it (CIELAB), of colors that read on white and on black."""

_FEATURES = """
select name, role, min(color) as color from features
where name is not null and role in ('object', 'classification')
group by name, role
order by role desc, name
"""


class _Source(Protocol):
    def query(self, sql: str, parameters: Mapping[str, Any] = {}, /) -> Iterable[dict[str, Any]]: ...


class ClassColors:
    """The colors of the classes of a store."""

    def __init__(self, names: Iterable[str] = (), exported: Mapping[str, str] = {}) -> None:
        """`exported` has the colors that exports give; `names` are the classes that need one, the foremost first."""
        self._colors = dict(exported)
        for name in names:
            self._colors.setdefault(name, _free_color(name, self._colors.values()))

    def of(self, color: str | None, name: str | None) -> str:
        """#rrggbb for an object of the class `name`, for which the export gives `color`."""
        return hexadecimal(color) or self._of_class(name or "")

    def _of_class(self, name: str) -> str:
        if name not in self._colors:  # such as the question and answer of a track
            self._colors[name] = _free_color(name, self._colors.values())
        return self._colors[name]


def class_colors(source: _Source) -> ClassColors:
    """The colors of a store, by its table `features`: objects first, each in the order of their names."""
    rows = list(source.query(_FEATURES))
    exported = {row["name"]: color for row in rows if (color := hexadecimal(row["color"]))}
    return ClassColors(dict.fromkeys(row["name"] for row in rows), exported)


def hexadecimal(color: str | None) -> str | None:
    """#rrggbb; None for what is no hexadecimal color, which is not passed on."""
    if color is None or not _HEX.fullmatch(color):
        return None
    return color.lower() if len(color) == 7 else "#" + "".join(2 * digit for digit in color[1:].lower())


def _free_color(name: str, taken: Collection[str]) -> str:
    """The color at the place of the name, or the next one that no other class has."""
    start = sha256(name.encode(errors="replace")).digest()[0] % len(PALETTE)
    turned = PALETTE[start:] + PALETTE[:start]
    return next((color for color in turned if color not in taken), turned[0])
