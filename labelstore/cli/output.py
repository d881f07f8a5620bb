"""Standard output: text, reports as JSON, and the rows of a query in each format."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO

Row = tuple[Any, ...]
Writer = Callable[[Sequence[str], Iterable[Row]], Iterator[str]]

# Control characters that JSON allows in strings; some terminals obey them.
_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def write(text: str) -> None:
    """Text as UTF-8, whatever the locale; a byte of a file name that is no text comes out as `\\udc..`."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))


def write_json(report: Any) -> None:
    """A report as one JSON document."""
    import json

    write(json_escaped(json.dumps(report, indent=2, ensure_ascii=False)) + "\n")


def json_escaped(text: str) -> str:
    """The same JSON without characters that a terminal would obey."""
    return text.translate(_ESCAPES) if not text.isascii() or "\x7f" in text else text


def visible(text: str) -> str:
    """`text` on one line, with every character that does not print as its escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def is_terminal() -> bool:
    return sys.stdout.isatty()


def terminal_width() -> int | None:
    """Columns of the terminal; None where the output goes elsewhere and nothing has to fit."""
    return shutil.get_terminal_size().columns if is_terminal() else None


def write_rows(format: str, columns: Sequence[str], rows: Iterable[Row], file: BinaryIO | None = None) -> None:
    """The rows in one of `FORMATS`, as they come; on standard output without a file."""
    target = file or sys.stdout.buffer
    for text in FORMATS[format](columns, rows):
        target.write(text.encode("utf-8", "backslashreplace"))


def write_table(columns: Sequence[str], rows: Iterable[Row], indent: str = "") -> None:
    from labelstore.cli.tables import table

    width = terminal_width()
    for line in table(columns, rows, width and width - len(indent)):
        write(f"{indent}{line}\n")


def _table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    from labelstore.cli.tables import table

    return (line + "\n" for line in table(columns, rows, terminal_width()))


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

    from labelstore.engines.database import distinct

    encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode
    names = distinct(columns)
    for row in rows:
        yield json_escaped(encode(dict(zip(names, map(_plain, row), strict=True))).decode())


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
        writer.writerow(map(_field, row))
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
    "json": _json,
    "ndjson": _ndjson,
    "csv": _csv,
    "tsv": _tsv,
    "markdown": _markdown,
}
