"""The views that write records back: sql/views/*_pieces.sql, made of the declarations of labelstore.formats.

`python -m tools.views` writes them; with `--check` it only says whether they are up to date (exit code 1 if not).
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from labelstore.formats.pieces import view
from labelstore.formats.v1 import pieces as v1
from labelstore.formats.v2 import pieces as v2
from labelstore.schema.generations import GENERATIONS

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "views"
PIECES = {"v1": v1.PIECES, "v2": v2.PIECES}


def views() -> dict[Path, str]:
    """The file of each view, with its text."""
    return {
        FOLDER / f"{GENERATIONS[name].pieces_view}.sql": view(GENERATIONS[name], pieces)
        for name, pieces in PIECES.items()
    }


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
