"""What the compiled core says of two JSON texts: "same" only where the exact comparison says so, and of nearly all."""

import json
import random
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelstore.core import equality as core
from labelstore.core.library import PATH, library
from labelstore.engines import open_database
from labelstore.engines.pieces import Joined
from labelstore.json.equality import differences, duplicate_keys
from labelstore.loading import load
from labelstore.samples import ASSET_TYPES, v1_labels, v2_data_rows
from labelstore.verifying import comparing, verify
from tests.making import ENGINES
from tests.soaking import amount
from tests.strategies import v1_records, v2_records
from tests.test_equality import EQUAL, MALFORMED, UNEQUAL, Respelled, dumped, json_values
from tools.core import compiler

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")


def is_same(expected: bytes, found: bytes) -> bool:
    """The verdict of the core, which has to be that of Python where it is yes."""
    made = library()
    assert made
    verdict = core.same(made, expected, found)
    assert verdict == core.same_each(made, [expected], b"," + found)[0]
    if verdict:
        assert differences(expected, found) == []
        assert duplicate_keys(expected) == []
        assert duplicate_keys(found) == []
    return verdict


class RespelledValues(Respelled):
    """Shuffles members, respells values and changes white space, but leaves keys as exports write them."""

    def encode(self, value: Any) -> str:
        if not isinstance(value, dict):
            return super().encode(value)
        members = [f"{dumped(key).decode()} : {self.encode(item)}" for key, item in value.items()]
        self.source.shuffle(members)
        return "{ " + ", ".join(members) + "}"


def sampled(count: int) -> Iterator[dict[str, Any]]:
    for name, records in (("v1", v1_labels), ("v2", v2_data_rows)):
        for kind in ASSET_TYPES[name]:
            yield from records(kind, count)


def test_records_of_all_asset_types_are_the_same_however_they_are_spelled() -> None:
    source = random.Random(3)
    for record in sampled(amount(20, 2)):
        text = dumped(record)
        spellings = [text, json.dumps(record, indent=1).encode(), RespelledValues(source).encode(record).encode()]
        assert [is_same(text, found) for found in spellings] == [True] * 3
        assert [is_same(found, text) for found in spellings] == [True] * 3


LEFT_TO_PYTHON = [
    (b'{"a":1,"a":1}', b'{"a":1,"a":1}'),
    (b'{"a":1,"a":1}', b'{"a":1,"b":1}'),
    (b"-0", b"-0"),
    (b"1e400", b"1e400"),
    (b"9" * 19, b"9" * 19),
    (b"9007199254740993.0", b"9007199254740993"),
    (b'"\\ud800"', b'"\\ud800"'),
    (b"[" * 300 + b"]" * 300, b"[" * 300 + b"]" * 300),
    (b"\xef\xbb\xbf1", b"1"),
    (
        json.dumps({str(n): n for n in range(200)}).encode(),
        json.dumps({str(n): n for n in range(199, -1, -1)}).encode(),
    ),
]


@pytest.mark.parametrize(("expected", "found"), LEFT_TO_PYTHON)
def test_what_is_unusual_is_left_to_python(expected: bytes, found: bytes) -> None:
    assert not is_same(expected, found)


def test_many_keys_in_the_same_order_are_found() -> None:
    value = {f"key {number}": [number] for number in range(5000)}
    assert is_same(dumped(value), json.dumps(value, indent=0).encode())
    repeated = dumped(value)[:-1] + b',"key 7":[7]}'
    assert not is_same(repeated, dumped(value))
    assert not is_same(repeated, repeated)


def test_no_verdict_is_yes_where_texts_differ() -> None:
    for left, right, *_ in UNEQUAL:
        assert not is_same(left.encode(), right.encode())
        assert not is_same(right.encode(), left.encode())
    for text in MALFORMED:
        assert not is_same(b"1", text)
        assert not is_same(text, text)
        assert not is_same(b'{"a":%b}' % text, b'{"a":%b}' % text)
    for left, right in EQUAL:
        is_same(left.encode(), right.encode())


@given(json_values, json_values, st.randoms(use_true_random=False))
def test_a_verdict_is_yes_only_where_python_says_so(left: Any, right: Any, source: random.Random) -> None:
    texts = [dumped(left), Respelled(source).encode(left).encode(), Respelled(source).encode(right).encode()]
    for expected in texts:
        for found in texts:
            is_same(expected, found)


def changed(text: bytes, source: random.Random) -> bytes:
    """One byte, or a few, are other ones: mostly a digit or letter in place of one."""
    at = source.randrange(len(text))
    digits = [place for place in range(len(text)) if text[place : place + 1].isalnum()]
    if digits and source.random() < 0.7:
        at = source.choice(digits)
    new = source.choice([*(b"%d" % digit for digit in range(10)), b"e", b'"', b"", b"\\", b",", b"-", b"\xc3", b"1:"])
    return text[:at] + new + text[at + source.choice([0, 1, 1, 1, 2]) :]


@given(v1_records() | v2_records(), st.randoms(use_true_random=False))
def test_a_change_of_one_character_is_never_missed(record: Any, source: random.Random) -> None:
    expected = dumped(record)
    found = RespelledValues(source).encode(record).encode()
    is_same(expected, found)
    for _ in range(20):
        is_same(expected, changed(expected, source))
        is_same(changed(expected, source), expected)
        is_same(expected, changed(found, source))


@ENGINES
def test_pieces_of_the_views_are_compared_as_they_are(tmp_path: Path, engine: str) -> None:
    records = [dumped(record) for record in sampled(2)]
    file, store = tmp_path / "labels.ndjson", tmp_path / f"labels.{'db' if engine == 'sqlite' else 'duckdb'}"
    file.write_bytes(b"\n".join(records))
    load(store, [file])
    made, source = library(), random.Random(1)
    assert made
    with open_database(store, read_only=True) as database:
        sql = "select record_id from records order by generation, record_id"
        ids = [record_id for (record_id,) in database.query(sql).rows]
        positions = dict(database.query("select record_id, position from records").rows)
        for joined in database.joined(ids):
            expected = [records[positions[record_id]] for record_id in joined.record_ids]
            assert core.same_each(made, expected, joined.pieces) == [True] * len(expected)
            assert not any(core.same_each(made, expected[:-1], joined.pieces))
            assert not any(core.same_each(made, [*expected, b"{}"], joined.pieces))
            for number in range(len(expected)):
                others = expected.copy()
                others[number] = changed(expected[number], source)
                said = core.same_each(made, others, joined.pieces)
                assert said[number] is is_same(others[number], expected[number])
                assert said.count(False) <= 1


def test_verify_reports_the_same_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [dumped(record) for record in sampled(2)]
    file, other, store = (tmp_path / name for name in ("labels.ndjson", "changed.ndjson", "labels.db"))
    file.write_bytes(b"\n".join(records))
    load(store, [file])
    source = random.Random(5)
    some = [changed(text, source) if number % 3 == 0 else text for number, text in enumerate(records)]
    odd = [b'{"\\u0061":1}', b"{", records[0][:-1] + b',"ID":"a","ID":"b"}']
    other.write_bytes(b"\n".join([*some, *odd, *records]))
    asked: list[int] = []

    def noted(expected: list[bytes], joined: Joined, comparison: Any, of: Any = comparing._verdicts) -> list[bool]:
        asked.append(len(expected))
        verdicts: list[bool] = of(expected, joined, comparison)
        return verdicts

    monkeypatch.setattr(comparing, "_verdicts", noted)
    reports = []
    for pure in ("0", "1"):
        monkeypatch.setenv("LABELSTORE_PURE", pure)
        for jobs in (1, 2):
            reports.append(verify(store, [file, other], jobs=jobs).as_json())
    same = [{**report, "seconds": 0, "megabytes_per_second": 0} for report in reports]
    assert same[0]["equal"] > len(records)
    assert same[0]["different"] or same[0]["missing"] or same[0]["rejected"]
    assert [report == same[0] for report in same] == [True] * 4
    assert asked


DRIVER = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int core_same(const char *expected, size_t expected_size, const char *text, size_t size);
size_t core_same_each(const char *const *expected, const size_t *sizes, size_t count, const char *pieces, size_t size,
                      unsigned char *verdicts);

static char *read_text(uint32_t size)
{
    char *text = malloc(size); /* no byte behind it can be read */
    if (fread(text, 1, size, stdin) != size)
        exit(3);
    return text;
}

int main(void)
{
    uint32_t sizes[2];
    while (fread(sizes, sizeof sizes, 1, stdin) == 1) {
        char *expected = read_text(sizes[0]);
        char *found = read_text(sizes[1]);
        size_t size = sizes[0];
        unsigned char verdict;
        const char *each[1] = {expected};
        putchar(core_same(expected, size, found, sizes[1]) ? '1' : '0');
        core_same_each(each, &size, 1, found, sizes[1], &verdict);
        free(expected);
        free(found);
    }
    return 0;
}
"""


@pytest.mark.sampled(0)
@pytest.mark.skipif(not compiler(), reason="no C compiler")
def test_no_text_makes_it_read_or_write_beyond_its_memory(tmp_path: Path) -> None:
    (tmp_path / "driver.c").write_text(DRIVER)
    checks = ["-g", "-O1", "-std=c99", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    sources = [tmp_path / "driver.c", PATH.parent / "equality.c", PATH.parent / "read.c"]
    subprocess.run(
        [*(compiler() or []), *checks, f"-I{PATH.parent}", "-o", tmp_path / "driver", *sources, "-lm"], check=True
    )
    source = random.Random(7)
    records = [dumped(record) for record in sampled(1)]
    small = [text.encode() for pair in (*EQUAL, *UNEQUAL) for text in pair[:2] if len(text) < 200] + MALFORMED
    cases = [(text, text[:end]) for text in small for end in range(len(text))]
    for _ in range(amount(20_000, 300)):
        text = source.choice(source.choice([records, small]))
        one, other = (text if source.random() < 0.3 else changed(text or b" ", source) for _ in range(2))
        marked = b"," + other.replace(b"{", b"{\1,").replace(b"[", b"[\1,")
        cases += [(one, other), (one, marked), (one, marked[: source.randrange(len(marked))])]
    data = b"".join(struct.pack("=II", len(one), len(other)) + one + other for one, other in cases)
    ran = subprocess.run([tmp_path / "driver"], input=data, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout == b"".join(b"%d" % is_same(one, other) for one, other in cases)
