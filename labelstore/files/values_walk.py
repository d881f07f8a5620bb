"""Concatenated values, with any space between them, or each on its line."""

from collections.abc import Iterator

from labelstore.files.resync import Between
from labelstore.files.signatures import HEAD_BYTES, not_json
from labelstore.files.walk import BRACKETED, REFUSALS, Broken, Item, Record, T, Walk
from labelstore.files.window import SPACE, SPACES, Malformed

_COMMA = ord(",")
_AFTER_VALUE = SPACE + b","


class ValuesWalk(Walk[T]):
    """Concatenated values, with any space between them, or each on its line."""

    def items(self) -> Iterator[Item[T]]:
        """All of the source."""
        first = self.first()
        framing = self.framing_after(first)
        yield first
        yield from self.rest(framing)

    def rest(self, framing: str = "lines") -> Iterator[Item[T]]:
        """What follows from the position on."""
        self.source.framing = framing
        if framing == "lines":
            self.between = Between.NEWLINES
        while self.skip_comma():
            if self.between is Between.NEWLINES and not self.is_lost and self.begins_line():
                found = self.taken(in_lines=True)
                if found is not None:
                    yield found
                    continue
                if self.take is None:
                    yield from self.lines()
                    if not self.skip_comma():
                        return
            yield self.value()

    def begins_line(self) -> bool:
        """Whether there is a line break between the last item and the position."""
        window, last = self.window, self.last
        begin = -1 if last is None else last.byte_offset + len(last.raw) - window.offset
        return begin < 0 or b"\n" in window.data[begin : window.position]

    def skip_comma(self) -> bool:
        """Move to the next value, past a comma after a record; False at the end."""
        window = self.window
        if not window.skip_space():
            return False
        if window.data[window.position] != ord(",") or not isinstance(self.last, Record):
            return True
        window.position += 1
        return window.skip_space()

    def first(self) -> Record[T] | Broken:
        """The first value. Raises InputError if the file does not look like JSON."""
        window = self.window
        head = window.need(HEAD_BYTES)
        if head[0] != ord("{") and not self.begins_with_scalar():
            raise not_json(self.source.name, head)
        return self.value()

    def begins_with_scalar(self) -> bool:
        """Whether the source begins with a whole value that is no object."""
        window = self.window
        try:
            end = window.value_end()
        except Malformed as error:
            return error.truncated and window.failure is not None
        return end == len(window.data) or window.data[end - 1] in SPACE or window.data[end] in BRACKETED

    def framing_after(self, first: Record[T] | Broken) -> str:
        """How the values are separated, by what follows the first."""
        window = self.window
        behind = window.need(HEAD_BYTES)
        space = behind[: len(behind) - len(behind.lstrip(_AFTER_VALUE))]
        if not self.skip_comma():
            return "single"
        return "lines" if b"\n" in space and b"\n" not in first.raw else "concatenated"

    def lines(self) -> Iterator[Record[T]]:
        """Yield complete lines of this window and the next, up to one that `decode` refuses."""
        window, decode = self.window, self.decode
        while True:
            data, begin, number, record = window.data, window.position, self.number, self.last_record
            while (end := data.find(b"\n", begin)) >= 0:
                line = data[begin:end]
                raw = line.strip(SPACE)
                if not raw:
                    begin = SPACES.match(data, end).end()  # type: ignore[union-attr]
                    continue
                if raw[-1] == _COMMA and len(raw) > 1:
                    raw = raw[:-1].rstrip(SPACE)
                place = begin if len(raw) == len(line) else begin + line.find(raw)
                try:
                    record = Record(number, window.offset + place, raw, decode(raw))
                except REFUSALS:
                    break
                yield record
                number += 1
                begin = end + 1
            window.position = begin
            if number > self.number:
                self.number, self.last, self.last_record = number, record, record
            if end >= 0 or not window.more() or b"\n" not in window.data:
                return
