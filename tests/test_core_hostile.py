"""Text that was written to break a reader: the compiled core makes rows of none that Python reads otherwise."""

import json
from collections.abc import Iterator
from itertools import islice

import pytest

from labelstore import samples
from labelstore.core.library import library
from labelstore.core.shredding import Stretch
from tests.test_core_shredding import assert_rows_are_those_of_python, lines_of, shredder

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

LINE = lines_of(samples.v1_labels("image", 1)).rstrip()
PLACE = b'"new": '
"""A member that nothing declares."""


def with_value(text: bytes) -> bytes:
    """A label with a value where JSON is kept as it is."""
    return LINE[:-1] + b", " + PLACE + text + b"}\n"


def shredded(data: bytes, *, in_lines: bool, is_last: bool) -> Stretch:
    core = shredder("v1")
    stretch = core.stretch()
    core.shred(
        stretch, data, (0, len(data)), offset=0, in_lines=in_lines, is_last=is_last, position=0, number=0, load_id=1
    )
    return stretch


# fmt: off
NUMBERS = (
    "1e999", "-1e999", "1e308", "1e-400", "-0", "-0.0", "0.0", "00", "01", "1.", ".5", "1e", "1e+", "+1", "0x1",
    "NaN", "Infinity", "-Infinity", "-", "9007199254740993", "1e16", "1E5", "18446744073709551616",
    "999999999999999999", "1000000000000000000", "0.1000000000000000055511151231257827021181583404541015625",
)
# fmt: on


@pytest.mark.parametrize("number", [*NUMBERS, "1" * 40, "1" * 41, "1" * 5000, "0." + "3" * 38, "0." + "3" * 5000])
def test_numbers(number: str) -> None:
    assert_rows_are_those_of_python("v1", with_value(number.encode()))
    for key in ("Seconds to Label", "Benchmark ID", "x"):
        line = LINE[:-1] + f', "{key}": {number}}}\n'.encode()
        assert_rows_are_those_of_python("v1", line)


@pytest.mark.parametrize("levels", [1, 60, 198, 199, 200, 201, 10_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth(levels: int, opening: bytes, closing: bytes) -> None:
    text = opening * levels + (b"1" if closing == b"}" else b"") + closing * levels
    stretch = shredded(with_value(text), in_lines=True, is_last=True)
    assert len(stretch.made) == 1 or levels > 60
    assert not stretch.made or levels <= 200
    if stretch.made:
        assert_rows_are_those_of_python("v1", with_value(text))


# fmt: off
ILL_FORMED = (
    "80", "bf", "c0af", "c080", "c1bf", "c2", "c228", "e0a0", "e08080", "e09fbf", "eda080", "edbfbf", "f0808080",
    "f08fbfbf", "f4908080", "f5808080", "ff", "fe", "e28228", "f09f98",
)
# fmt: on


@pytest.mark.parametrize("code", ILL_FORMED)
def test_ill_formed_utf8(code: str) -> None:
    for text in (b'"%b"', b'"12345678%b"', b'"%b12345678"', b'{"%b": 1}'):
        assert not shredded(with_value(text % bytes.fromhex(code)), in_lines=True, is_last=True).made


# fmt: off
ODD_STRINGS = (
    r"\ud800", r"\udc00", r"\ud800\ud800", r"\udc00\ud800", r"\ud83d\u0041", r"\ud83d", r"\u12", r"\u12g4", r"\x41",
    r"\a", r"\'", r"\u00e9", r"\ud83d\ude00", r"\u0000", r"\/", r"\b", r"\u0022", r"\u005c", r"\ufffe", r"\uFFFF",
)
# fmt: on


@pytest.mark.parametrize("escape", ODD_STRINGS)
def test_escapes(escape: str) -> None:
    """In kept JSON, in a key, in a text of a column and in a declared key, which is then no usual record."""
    for text in (f'"{escape}"', f'{{"{escape}": 1}}'):
        assert_rows_are_those_of_python("v1", with_value(text.encode()))
    assert_rows_are_those_of_python("v1", LINE.replace(b'"Created By": "', f'"Created By": "{escape}'.encode()) + b"\n")
    assert_rows_are_those_of_python("v1", LINE.replace(b'"Created By"', b'"Created\\u0020By"') + b"\n")


def test_control_characters() -> None:
    for byte in range(0x20):
        assert not shredded(with_value(b'"a%cb"' % byte), in_lines=True, is_last=True).made
        assert not shredded(LINE[:5] + b"%c" % byte + LINE[5:], in_lines=True, is_last=True).made or byte in b"\t\n\r"


def test_keys_that_come_twice() -> None:
    for text in (b'{"a": 1, "a": 2}', b'{"b": {"a": 1, "a": 1}}', b'1, "new": 2', b'1, "ID": "b"', b'1, "ID": null'):
        assert not shredded(with_value(text), in_lines=True, is_last=True).made


def test_records_that_are_cut() -> None:
    """At each of its bytes: there is no record before its last one, and an open line may go on."""
    for end in range(len(LINE)):
        for in_lines in (True, False):
            stretch = shredded(LINE[:end], in_lines=in_lines, is_last=True)
            assert (stretch.records, stretch.consumed) == (0, 0)
    assert shredded(LINE, in_lines=True, is_last=False).records == 0
    assert shredded(LINE, in_lines=True, is_last=True).records == 1


@pytest.mark.parametrize(
    "text", [b"", b"\0", b"{", b"[", b"1", b"{}", b"{}\n{}", b"\n\n", b"\xef\xbb\xbf{}", b"{}" * 9]
)
def test_next_to_nothing(text: bytes) -> None:
    for in_lines in (True, False):
        assert not shredded(text, in_lines=in_lines, is_last=True).made


def test_many_members() -> None:
    members = b"{" + b", ".join(b'"%d": 1' % number for number in range(100_000)) + b"}"
    assert shredded(with_value(members), in_lines=True, is_last=True).made
    assert not shredded(with_value(members[:-1] + b', "7": 1}'), in_lines=True, is_last=True).made
    assert not shredded(LINE[:-1] + b", " + members[1:], in_lines=True, is_last=True).made


def test_a_record_that_is_too_large() -> None:
    large = with_value(b'"%b"' % (b"a" * (8 << 20)))
    stretch = shredded(large + LINE + b"\n", in_lines=True, is_last=True)
    assert [place.position for place in stretch.back] == [0]
    assert [place.position for place in stretch.made] == [1]
    assert stretch.consumed == len(large) + len(LINE)


def text_hash(text: bytes) -> int:
    """That of shred.h, of fewer than 8 bytes."""
    most = (1 << 64) - 1
    value = (len(text) * 0x9E3779B97F4A7C15 ^ int.from_bytes(text, "little")) * 0xC4CEB9FE1A85EC53 & most
    return value ^ value >> 29


def numbers_that_meet(places: int) -> Iterator[str]:
    """Frame numbers that a table of so many places puts at the same one."""
    return (str(number) for number in range(1, 10_000_000) if text_hash(b"%d" % number) % places == 0)


def test_keys_whose_hashes_meet() -> None:
    """They would take a time that grows with the square of their number."""
    row = next(row for row in samples.v2_data_rows("video", 20) if b'"frames": {"' in json.dumps(row).encode())
    usual = list(map(str, range(1, 301)))
    frames: dict[str, object]
    for keys, made in ((usual, 1), (list(islice(numbers_that_meet(1024), 300)), 0)):
        frames = {key: {"classifications": [], "objects": {}} for key in keys}
        core = shredder("v2")
        stretch = core.stretch()
        data = lines_of([with_frames(row, frames)])
        core.shred(
            stretch, data, (0, len(data)), offset=0, in_lines=True, is_last=True, position=0, number=0, load_id=1
        )
        assert len(stretch.made) == made


def with_frames(row: object, frames: object) -> object:
    """A row whose labels have other frames."""
    if isinstance(row, list):
        return [with_frames(value, frames) for value in row]
    if not isinstance(row, dict):
        return row
    return {
        key: frames if key == "frames" and isinstance(value, dict) else with_frames(value, frames)
        for key, value in row.items()
    }
