"""CSV exports (2018 to 2021): the rows of a file as the JSON of v1 elements, and back.

The columns are the keys of an element and the cells its values. An empty cell is a missing key; text is text, code
point by code point, also in a column of numbers where the number would be written differently; a cell of JSON is that
JSON. So different cells become different values, and every cell can be written again.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

import msgspec

from labelstore.errors import InputError
from labelstore.files.columns import JSON, KINDS, MAX_ROW_BYTES, NUMBER, TIME, YES_NO, Form
from labelstore.files.signatures import HEAD_BYTES, foreign
from labelstore.files.window import Window, check

_MAX_AGAIN_BYTES = 16 << 20
"""A row behind a broken one that is longer than this is held for a part of that."""

_MAX_HEADER_BYTES = 64 << 10
_DELIMITERS = ",;\t|"
_LABELSNOW = re.compile(r"Label[_.](?:objects|classifications|relationships)")
_PRINT = re.compile(r"\s*[\[{]\s*(?:\{\s*)?'")
_UNMISTAKABLE = " "
"""No column of others has a key of Labelbox with a blank in it."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")


class Row(NamedTuple):
    """One row below the header: its byte offset, its bytes and its JSON, or the `reason` why it has none."""

    byte_offset: int
    raw: bytes
    element: bytes
    reason: str = ""


# -- what a file is ---------------------------------------------------------------------------------------------------


def form_of(name: str, window: Window, mark: bool) -> Form | None:
    """The form of the table at the position, which moves behind the header; None where there is no table.

    Raises InputError for a table that is no export.
    """
    start = window.need(HEAD_BYTES).lstrip()[:1]
    if not start or start in b"{[":
        return None
    head = window.need(_MAX_HEADER_BYTES)
    skipped = len(head) - len(head.lstrip(b"\r\n"))
    text = head[skipped:].decode("utf-8", "surrogateescape")
    found = [read for delimiter in _DELIMITERS if (read := _read_header(text, delimiter, mark))]
    if not found:
        return None
    best, header = max(found, key=lambda read: (len(KINDS.keys() & set(read[0].columns)), len(read[0].columns)))
    known = KINDS.keys() & set(best.columns)
    if "Label" not in best.columns and any(map(_LABELSNOW.match, best.columns)):
        hint = "load the export that it was made from"
        raise foreign(name, "a table of labelsnow, whose cells are Python's print of the labels", hint)
    if len(known) < 2 or not any(_UNMISTAKABLE in column for column in known):
        if len(best.columns) > 2 and _is_table(text, best):
            columns = ", ".join(map(repr, best.columns))[:120]
            raise foreign(name, f"a table (CSV) with the columns {columns}")
        return None
    if twice := next((column for column in best.columns if best.columns.count(column) > 1), None):
        raise InputError(name, f"has the column {twice!r} twice", "rename one of the two")
    try:
        window.position += skipped + len(header.encode())
    except UnicodeEncodeError:
        raise InputError(name, "has a header that is no UTF-8", "save it as UTF-8") from None
    return best


def _read_header(text: str, delimiter: str, mark: bool) -> tuple[Form, str] | None:
    """The form with its columns, and the text of the first row if that is complete and has several cells."""
    lines = _Counted(iter(StringIO(text, newline="")))
    try:
        columns: list[str] = next(Form([], delimiter).reader(lines), [])
    except csv.Error:
        return None
    if len(columns) < 2:
        return None
    header = "".join(lines.taken)
    line_end = header[len(header.rstrip("\r\n")) :] or "\n"  # "\r" alone as Excel writes for old Macs
    form = Form(columns, delimiter, line_end, True, mark)
    quotes_all = form.row(columns).rstrip("\r\n") == header.rstrip("\r\n")
    return msgspec.structs.replace(form, quotes_all=quotes_all), header


class _Counted(Iterator[str]):
    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.taken: list[str] = []

    def __next__(self) -> str:
        line = next(self.lines)
        self.taken.append(line)
        return line


def _is_table(text: str, form: Form) -> bool:
    """Whether the second row is there and has as many cells as the first one."""
    rows = form.reader(iter(StringIO(text, newline="")))
    try:
        return len(next(rows, [])) == len(next(rows, []))
    except csv.Error:
        return False


# -- rows -------------------------------------------------------------------------------------------------------------


class _TooLong(Exception):
    pass


class _Lines(Iterator[str]):
    """The lines of a window for a reader of rows; lines of the current row can be given back."""

    def __init__(self, window: Window, line_end: str) -> None:
        self.window = window
        self.last = line_end[-1:].encode()
        self.offset = window.place
        self.taken: list[bytes] = []
        self.size = 0
        self.waiting: deque[bytes] = deque()
        self.limit = MAX_ROW_BYTES

    def begin(self, limit: int) -> bool:
        """The next row begins here; False at the end."""
        self.offset += self.size
        self.taken, self.size, self.limit = [], 0, limit
        return bool(self.waiting) or self.window.position < len(self.window.data) or self.window.more()

    def give_back(self, count: int) -> None:
        """The row has only its first `count` lines."""
        self.waiting.extendleft(reversed(self.taken[count:]))
        del self.taken[count:]
        self.size = sum(map(len, self.taken))

    def __next__(self) -> str:
        if self.size > self.limit:
            raise _TooLong
        line = self.waiting.popleft() if self.waiting else self.read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self.size += len(line)
        return line.decode("utf-8", "surrogateescape")

    def read(self) -> bytes:
        window = self.window
        searched = window.position
        while (end := window.data.find(self.last, searched)) < 0:
            rest = len(window.data) - window.position
            if rest > MAX_ROW_BYTES or not window.more():
                end = len(window.data) - 1
                break
            searched = window.position + rest
        line = window.data[window.position : end + 1]
        window.position = end + 1
        return line


def rows(window: Window, form: Form) -> Iterator[Row]:
    """The rows from the position on. A broken row includes the lines after it, up to one that begins a whole row."""
    lines = _Lines(window, form.line_end)
    columns = [(msgspec.json.encode(column).decode(), column, KINDS.get(column, "")) for column in form.columns]
    reader = form.reader(lines)
    broken: Row | None = None
    while lines.begin(_MAX_AGAIN_BYTES if broken else MAX_ROW_BYTES):
        row = _row(lines, reader, columns)
        if row is None:
            if broken is None or lines.taken[0].strip():
                continue
            row = Row(lines.offset, lines.taken[0], b"", broken.reason)
        if not row.reason:
            if broken is not None:
                yield broken
                broken = None
            yield row
            continue
        reader = form.reader(lines)
        if broken is None and len(lines.taken) == 1:
            yield row
            continue
        lines.give_back(1)
        first = lines.taken[0]
        broken = row._replace(raw=first) if broken is None else broken._replace(raw=broken.raw + first)
    if broken is not None:
        yield broken


def _row(lines: _Lines, reader: Any, columns: Sequence[tuple[str, str, str]]) -> Row | None:
    """The next row; None for an empty line."""
    try:
        cells = next(reader)
    except _TooLong:
        reason = f"the row is longer than {lines.limit >> 20} MiB: a quote may not be closed"
    except csv.Error as error:
        reason = f"the row is no CSV: {error}"
    else:
        if not cells:
            return None
        reason = ""
        if len(cells) != len(columns):
            reason = f"the row has {len(cells)} cells, the header {len(columns)}"
    raw = b"".join(lines.taken)
    if not reason:
        try:
            return Row(lines.offset, raw, element(cells, columns))
        except UnicodeEncodeError:
            reason = "the row is no UTF-8"
        except ValueError as error:
            reason = str(error)
    return Row(lines.offset, raw, b"", reason)


# -- cells ------------------------------------------------------------------------------------------------------------


def element(cells: Sequence[str], columns: Sequence[tuple[str, str, str]]) -> bytes:
    """The JSON of a row; `columns` are (name as JSON, name, kind). Raises ValueError."""
    members = [
        f"{key}:{_value(cell, name, kind)}" for cell, (key, name, kind) in zip(cells, columns, strict=True) if cell
    ]
    return ("{" + ",".join(members) + "}").encode()


def _value(cell: str, name: str, kind: str) -> str:
    """A cell as JSON."""
    if kind == JSON and cell.lstrip()[:1] in ("{", "["):
        try:
            check(cell.encode())
        except (msgspec.DecodeError, RecursionError) as error:
            told = "Python's print, not JSON: write it with json.dumps" if _PRINT.match(cell) else str(error)
            raise ValueError(f"the cell of {name!r}: {told}") from None
        return cell
    if kind == NUMBER and _is_plain_number(cell):
        return cell
    if kind == TIME and _INTEGER.fullmatch(cell) and cell != "-0":
        return cell
    if kind == YES_NO and cell in ("true", "false"):
        return cell
    return msgspec.json.encode(cell).decode()


def _is_plain_number(cell: str) -> bool:
    """Whether writing the number gives the same text."""
    try:
        return _number_text(float(cell)) == cell
    except (ValueError, OverflowError):
        return False


def _number_text(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 2**53 else repr(number)


def cells_of(text: bytes | str, columns: Sequence[str]) -> list[str]:
    """The cells of an element, given as JSON."""
    members: Mapping[str, msgspec.Raw] = _members.decode(text)
    return [_cell(bytes(members[column])) if column in members else "" for column in columns]


_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _cell(raw: bytes) -> str:
    if raw[:1] in b"{[":
        return raw.decode()
    value = msgspec.json.decode(raw)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return raw.decode() if isinstance(value, bool) else _number_text(value)
