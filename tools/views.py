"""The views that labelstore.formats makes: *_pieces.sql of its declarations, object_bounds.sql of its kinds of objects.

`python -m tools.views` writes them; with `--check` it only says whether they are up to date (exit code 1 if not).
"""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from labelstore.formats.kinds import KINDS
from labelstore.formats.pieces import view
from labelstore.schema.generations import GENERATIONS

BOUNDS = """\
-- one object that has a place: a box, polygon, polyline, point or mask with pixels; its smallest and largest x and y.
-- This file is written by `python -m tools.views` from the kinds in labelstore/formats/kinds.py.
create view object_bounds as
"""

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "views"


def views() -> dict[Path, str]:
    """The file of each view, with its text."""
    made = {
        generation.pieces_view: view(generation, import_module(f"{generation.package}.pieces").PIECES)
        for generation in GENERATIONS.values()
    }
    made["object_bounds"] = BOUNDS + "\nunion all\n".join(_bounds()) + ";\n"
    return {FOLDER / f"{name}.sql": text for name, text in made.items()}


def _bounds() -> Iterator[str]:
    for kind in KINDS:
        if kind.bounds:
            names = zip(kind.bounds, ("min_x", "min_y", "max_x", "max_y", "form"), strict=True)
            columns = (name if name == sql else f"{sql} as {name}" for sql, name in names)
            yield ",\n    ".join(("select\n    object_id", *columns)) + f"\nfrom {kind.places}"


def main(arguments: Sequence[str]) -> int:
    """Write the views, or with `--check` compare them; the exit code."""
    old = [path for path, text in views().items() if path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in old:
            print(
                f"{path.name} is not what the declarations say; write it with: python -m tools.views", file=sys.stderr
            )
        return 1 if old else 0
    for path in old:
        path.write_text(views()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
