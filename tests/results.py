"""Results as terminals of several widths show them, with and without color.

`python -m tests.results` writes them to `tests/golden/results/` and into docs/how-to/results.md; a test compares them.
"""

import re
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from labelstore.cli.results import Counted, View, result_lines
from labelstore.cli.terminal import Screen
from labelstore.loading import load
from labelstore.samples import write
from tests.consoles import filled

PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "results.md"
GOLDEN = Path(__file__).resolve().parent / "golden" / "results"
WIDTHS = (60, 100, 200)

OBJECT = {
    "object_id": 268435460,
    "label_id": "chwyyle3400000gopcmlsdz1x",
    "frame_number": None,
    "name": "Straßenschild",
    "kind": "bounding_box",
    "value": "straßenschild",
    "confidence": None,
    "page": None,
    "color": "#1CE6FF",
    "keyframe": True,
    "feature_id": "chwyyle340000063868z2xzxk",
    "schema_id": "c00hre2as000003pbgvl9b224",
    "ordinal": 1,
    "instance_uri": "https://api.example.com/masks/feature/chwyyle340000063868z2xzxk?token=sample",
    "classification_count": 2,
    "extra": '{"isAuto":false,"notes":"' + "seen from far " * 60 + '"}',
}
"""A row of the view objects, but for columns that are like others."""


class Case(NamedTuple):
    """A result, and how it is wanted."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    view: View = View()


def _objects(count: int) -> Case:
    rows = [tuple({**OBJECT, "object_id": 5 + 7 * number, "ordinal": number}.values()) for number in range(count)]
    return Case(list(OBJECT), rows)


_PEOPLE = ["labeler-01@example.com", "水島 さくら", "Zoë\u0301", "👩‍🌾 Ada", "x"]
_COUNTS: list[tuple[Any, ...]] = [
    ("2024-03-18", "Car", 9751),
    ("2024-03-18", "Person", 120),
    ("2024-03-18", "犬 Dog", 7),
]
_COUNTS += [("2024-03-25", "Car", 4102), ("2024-03-25", "Person", 0), ("2024-03-25", "A crane, seen from below", None)]
_CHART = View(is_chart=True)

CASES = {
    "few-columns": Case(["name", "objects", "share"], [("Car", 9751, 0.2775), ("犬 Dog", 7, 0.0002)]),
    "many-columns": _objects(5),
    "one-row": _objects(1),
    "one-short-row": Case(["labels", "objects"], [(112382, 1162417)]),
    "upright": _objects(2)._replace(view=View("upright")),
    "table-of-one-row": _objects(1)._replace(view=View("table")),
    "no-row": Case(["label_id", "name"], []),
    "wide-characters": Case(["labeler", "labels", "語"], [(who, len(who), "はい" * 30) for who in _PEOPLE]),
    "control-characters": Case(["a\x1b[31m", "b"], [("\x1b[2Jgone", "tab\there"), ("two\nlines", "\u202eright")]),
    "nulls": Case(["all", "some", "number"], [(None, "x", None), (None, None, 3), (None, "", None)]),
    "long-texts": Case(["id", "text", "other"], [(1, "word " * 500, "x" * 90), (2, "short", "y" * 20)]),
    "numbers": Case(
        ["integer", "real", "decimal", "flag"],
        [
            (-1, 1e300, Decimal("1.50"), True),
            (2**100, -1e-300, Decimal("-20.25"), None),
            (0, float("nan"), None, False),
        ],
    ),
    "10000-rows": Case(["n", "name"], [(number, f"row {number}") for number in range(10_000)]),
    "10000-records": Case(["n", "name"], [(number, f"row {number}") for number in range(10_000)], View("upright")),
    "120-rows-all": Case(["n"], [(number,) for number in range(120)], View(all_rows=True)),
    "chart": Case(["week", "name", "objects"], _COUNTS, _CHART),
    "chart-of-one-column": Case(["name", "objects"], [(name, count) for _, name, count in _COUNTS[:3]], _CHART),
    "chart-negative": Case(["day", "change"], [("Mon", -40), ("Tue", 25), ("Wed", 0.5), ("Thu", None)], _CHART),
    "chart-ascii": Case(["day", "change"], [("Mon", -40), ("Tue", 25)], View(is_chart=True, blocks=False)),
    "chart-huge": Case(["day", "x"], [("Mon", 1e308), ("Tue", -1e308), ("Wed", float("inf"))], _CHART),
    "chart-of-500-rows": Case(["frame", "objects"], [(n, n * n % 91) for n in range(500)], _CHART),
}


def shown(case: Case, width: int, *, colored: bool) -> str:
    """What a terminal shows, asked for 0.12 s."""
    screen = Screen(width, 40, colored)
    lines = result_lines(case.columns, Counted(case.rows), case.view, screen, lambda: 0.12)
    return "".join(f"{line}\n" for line in lines)


def golden() -> Iterator[tuple[Path, str]]:
    """The files and what belongs into them."""
    for name, case in CASES.items():
        for colored in (False, True):
            parts = [f"=== {width} columns\n{shown(case, width, colored=colored)}" for width in WIDTHS]
            yield GOLDEN / f"{name}{'.color' if colored else ''}.txt", "\n".join(parts)


def page() -> str:
    """docs/how-to/results.md with what a terminal shows, each time asked for 0.01 s."""
    environment = {"NO_COLOR": "1", "LINES": "40", "PAGER": "cat"}
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict("os.environ", environment),
        patch("labelstore.cli.terminal.is_terminal", lambda: True),
        patch("labelstore.cli.row_output.is_terminal", lambda: True),
    ):
        write(f"{folder}/exports", generations=("v2",), asset_types=("image",))
        load(f"{folder}/labels.db", [f"{folder}/exports"])
        text = filled(PAGE.read_text(encoding="utf-8"), folder=Path(folder))
    return re.sub(r"· [\d.]+ s$", "· 0.01 s", text, flags=re.M)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for old in GOLDEN.iterdir():
        old.unlink()
    for path, text in golden():
        path.write_text(text, encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
