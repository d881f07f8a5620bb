"""Exports read by the simplest reader of their format: what cannot be read is an error of theirs."""

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from math import isfinite
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import yaml
from PIL import Image
from pyarrow import parquet


def read(out: Path) -> None:
    """Read a file, or all files of a folder, each by its name. Raises what its reader raises."""
    for path in [out] if out.is_file() else sorted(out.rglob("*")):
        if path.parent.name == "_delta_log":
            _json_lines(path)
        elif path.suffix in _READERS and not path.is_symlink():
            _READERS[path.suffix](path)


def _json(path: Path) -> Any:
    return _strict(path.read_text(encoding="utf-8"))


def _strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def _json_lines(path: Path) -> None:
    *lines, rest = path.read_text(encoding="utf-8").split("\n")
    assert not rest or path.parent.name == "_delta_log"
    assert all(isinstance(_strict(line), dict) for line in lines)


def _table(path: Path) -> None:
    """All rows are as long as the head."""
    head, *rows = csv.reader(StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
    assert head
    assert {len(row) for row in rows} <= {len(head)}


def _yaml(path: Path) -> None:
    """data.yaml of YOLO."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [*found["names"]] == [*range(len(found["names"]))]
    assert all(isinstance(name, str) for name in found["names"].values())


def _card(path: Path) -> None:
    _, card, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    for one in yaml.safe_load(card)["configs"][0]["data_files"]:
        assert (path.parent / one["path"]).is_file()


def _words(path: Path) -> None:
    """YOLO, KITTI, MOT, Audacity and lists: what their folder says."""
    for line in _lines(path):
        match path.parts:
            case [*_, "labels", _, _]:
                shares = [float(word) for word in line.split()[1:]]
                assert all(-1e-9 <= share <= 1 + 1e-9 for share in shares), line
                assert len(shares) == 4 or (len(shares) % 2 == 0 and len(shares) >= 6), line
                int(line.split()[0])
            case [*_, "label_2", _]:
                assert all(isfinite(float(word)) for word in line.split(" ")[1:]), line
                assert len(line.split(" ")) == 15, line
            case [*_, "gt.txt"]:
                assert all(isfinite(float(word)) for word in line.split(",")), line
                assert len(line.split(",")) == 9, line
            case [*_, "labels.txt"] | [*_, "ImageSets", _] | [*_, "Main", _]:
                assert line.strip(), path
            case _:
                start, end, _ = line.split("\t")
                assert float(start) < float(end), line


def _lines(path: Path) -> Iterator[str]:
    text = path.read_bytes().decode("utf-8")
    assert not text or text.endswith("\n")
    yield from text.split("\n")[:-1]


def _spaced(width: int) -> Callable[[Path], None]:
    """Lines of so many words."""

    def of(path: Path) -> None:
        assert {len(line.split()) for line in _lines(path) if line} <= {width, 4 if width == 2 else width}

    return of


def _text_grid(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("name = ") == int(text.split("size = ", 1)[1].split("\n", 1)[0])


def _sql(path: Path) -> None:
    assert sqlite3.connect(path).execute("select count(*) from objects").fetchone()[0]


_READERS: Final[dict[str, Callable[[Path], Any]]] = {
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _table,
    ".yaml": _yaml,
    ".md": _card,
    ".txt": _words,
    ".xml": ElementTree.parse,
    ".eaf": ElementTree.parse,
    ".parquet": parquet.read_table,
    ".png": lambda path: Image.open(BytesIO(path.read_bytes())).load(),
    ".conll": _spaced(2),
    ".rttm": _spaced(10),
    ".TextGrid": _text_grid,
    ".gpkg": _sql,
    ".ini": _lines,
    ".geojson": _json,
}
