"""Rows as text in each format: table, upright, json, ndjson, csv, tsv, markdown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from labelstore.cli.tables import table
from labelstore.cli.terminal import json_escaped
from labelstore.cli.upright import upright
from labelstore.displaying.cells import visible

Row = tuple[Any, ...]
Writer = Callable[[Sequence[str], Iterable[Row]], Iterator[str]]

_AS_THEY_ARE = frozenset((str, int, type(None)))
"""Types of values that need no other form, which are most: of a wide row, nearly all."""


def _table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    return (line + "\n" for line in table(columns, rows))


def _upright(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    return (line + "\n" for line in upright(columns, rows))


def _json(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    before = "[\n"
    for line in _objects(columns, rows):
        yield before + line
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _ndjson(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    return (line + "\n" for line in _objects(columns, rows))


def _objects(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    import msgspec

    from labelstore.engines.result import distinct

    encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode
    names = distinct(columns)
    for row in rows:
        values = [value if type(value) in _AS_THEY_ARE else _plain(value) for value in row]
        yield json_escaped(encode(dict(zip(names, values, strict=True))).decode())


def _plain(value: Any) -> Any:
    """What JSON has no word for as text: bytes in hex, numbers that are not finite by their name."""
    match value:
        case bytes():
            return value.hex()
        case float() if value - value != 0:
            return repr(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {key if isinstance(key, str) else str(key): _plain(item) for key, item in value.items()}
    return value


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    return _separated(columns, rows, ",")


def _tsv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    return _separated(columns, rows, "\t")


def _separated(columns: Sequence[str], rows: Iterable[Row], mark: str) -> Iterator[str]:
    import csv
    import io

    line = io.StringIO()
    writer = csv.writer(line, delimiter=mark, lineterminator="\n")
    for row in _with_first(columns, rows):
        writer.writerow([value if type(value) in _AS_THEY_ARE else _field(value) for value in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _markdown(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    yield _pipes(columns)
    yield "|" + "---|" * len(columns) + "\n"
    yield from map(_pipes, rows)


_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\|<>`*_[]"})


def _pipes(values: Sequence[Any]) -> str:
    cells = ("" if value is None else visible(str(_field(value))).translate(_MARKDOWN) for value in values)
    return f"| {' | '.join(cells)} |\n"


def _with_first(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Sequence[Any]]:
    yield columns
    yield from rows


def _field(value: Any) -> Any:
    match value:
        case bool():
            return "true" if value else "false"
        case list() | dict():
            return next(_objects([""], [(value,)]))[4:-1]
    return _plain(value)


FORMATS: dict[str, Writer] = {
    "table": _table,
    "upright": _upright,
    "json": _json,
    "ndjson": _ndjson,
    "csv": _csv,
    "tsv": _tsv,
    "markdown": _markdown,
}
