"""Mutated records through framing, shredding and rebuilding: each comes back exactly, or is rejected with a reason.

python -m benchmarks.fuzz --mutations 100000 --seed 1 --engine sqlite [--keep FOLDER]

Mutants of sample records (and of tests/strategies.py, where hypothesis is installed) go into files of some thousand,
each file into a new store. What the framing finds must account for every byte of the file, every record must be
equal when the views rebuild it or stand in `rejects` with its bytes. A file that fails is kept, with the one mutant
that makes it fail, where that is to be found. A hang is ended with a traceback after --patience seconds.
"""

import argparse
import contextlib
import csv
import faulthandler
import io
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from labelstore.engines import open_database
from labelstore.files import Broken, Record, open_sources, split
from labelstore.files.columns import KINDS, Form
from labelstore.files.tables import cells_of
from labelstore.formats.decoding import RecordDecoder, bounded_depth, tolerant
from labelstore.formats.shredding import generation_of, identity, label_ids, shred
from labelstore.json.equality import differences, same
from labelstore.loading import load
from labelstore.loading.reject_policy import recognized
from labelstore.samples import ASSET_TYPES, frame_lines, legacy_labels, v1_labels, v2_data_rows
from labelstore.schema.tables import Rows, columns

SUFFIX = {"sqlite": ".db", "duckdb": ".duckdb"}
GENERATIONS = ("v1", "legacy", "v2", "frames")
BATCH_MUTANTS = 4000
BATCH_BYTES = 16_000_000
_INTACT_FROM, _DAMAGED_FROM, _BOTH_FROM = 0.6, 0.7, 0.95
LARGEST_SEED = 12_000
_SPACE = b" \t\r\n"

RAW = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"1e308",
    b"-0",
    b"-0.0",
    b"0e0",
    b"1E5",
    b"1e0",
    b"1.0",
    b"01",
    b"+1",
    b".5",
    b"1.",
    b"0x10",
    b"9007199254740993",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775809",
    b"18446744073709551616",
    b"1" * 40,
    b"9" * 400,
    b"9" * 4301,
    b"0.1" + b"7" * 60,
    b"5e-324",
    b"2.2250738585072014e-308",
    b"1.7976931348623157e308",
    b"123456789.12345679",
    b"0.30000000000000004",
    b"true",
    b"false",
    b"null",
    b"True",
    b"tru",
    b"undefined",
    b"''",
    b'""',
    b'" "',
    b"[]",
    b"{}",
    b"[[]]",
    b"[{}]",
    b'{"":""}',
    b'{"extra":null}',
    b"[null]",
    b'[1,"a",{"b":[true]}]',
    b"[1,2",
    b"1 2",
    b'{"a":1,}',
    b"\0",
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\\u0000"',
    b'"\\/"',
    b'"\\q"',
    b'"\\u12"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"\t"',
    b'"/~1"',
    b'"\xef\xbb\xbf"',
    b"\xef\xbb\xbf1",
    b'"\x7f\xc2\x80\xe2\x80\xa8"',
    b'"' + b"x" * 5000 + b'"',
    b'"' + "é😀".encode() * 200 + b'"',
    *(b"[" * depth + b"]" * depth for depth in (3, 60, 400, 990, 1001, 3000)),
    *(b'{"a":' * depth + b"1" + b"}" * depth for depth in (3, 60, 300, 1200)),
)
"""Texts for the place of a value: extreme, odd and malformed ones."""

BYTES = (*b'{}[]",:\\ \t0-+.eE/untf\x00\x1f\x7f\x80\xc3\xef\xff', *_SPACE[:2])


_COUNTS = ("mutations", "records", "stored", "rejected", "contested", "intact", "swallowed")


@dataclass
class Summary:
    """What came of the mutations.

    `contested`: mutants that another one of the same file replaced, not compared. `swallowed`: records without a fault
    that a broken one before them took along into `rejects`; of lines there must be none.
    """

    engine: str
    mutations: int = 0
    records: int = 0
    stored: int = 0
    rejected: int = 0
    contested: int = 0
    intact: int = 0
    swallowed: int = 0
    differences: int = 0
    failures: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.differences or self.failures)

    def __str__(self) -> str:
        counts = ("mutations", "records", *_COUNTS[2:], "differences", "failures")
        told = ", ".join(f"{getattr(self, count):,} {count}" for count in counts)
        return f"{self.engine}: {told}, {self.seconds:.1f} s"


class Wrong(Exception):
    """What must not be: a byte that nobody accounts for, a record that comes back as another one."""


# -- seeds ------------------------------------------------------------------------------------------------------------


def seeds(generation: str, count: int = 300) -> list[bytes]:
    """Records of one generation as JSON text, none of them large."""
    found = [
        json.dumps(record, ensure_ascii=number % 2 == 0).encode()
        for number, record in enumerate(_made(generation, count))
    ]
    return [text for text in found if len(text) <= LARGEST_SEED]


def _made(generation: str, count: int) -> Iterator[Any]:
    if generation == "frames":
        videos = (label for asset_type in ("video", "dicom") for label in v1_labels(asset_type, 40))
        yield from islice((line for label in videos for line in islice(frame_lines(label), 8)), count)
    elif generation == "legacy":
        for shape in ("L0", "L1", "L2"):
            yield from legacy_labels(shape, count // 3)
    else:
        types = ASSET_TYPES[generation]
        make = v1_labels if generation == "v1" else v2_data_rows
        for asset_type in types:
            yield from make(asset_type, count // len(types))
    yield from _hostile(generation, count // 3)


def _hostile(generation: str, count: int) -> list[Any]:
    """Records that the property tests draw, if hypothesis is there."""
    try:
        import hypothesis
        from hypothesis import strategies as st

        from tests import strategies
    except ImportError:
        return []
    made: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "v1": strategies.v1_records,
        "legacy": strategies.v1_legacy_records,
        "v2": strategies.v2_records,
        "frames": strategies.v1_frame_lines,
    }
    records: list[Any] = []
    settings = hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )

    def collect(record: Any) -> None:
        records.append(record)

    hypothesis.seed(1)(settings(hypothesis.given(made[generation]())(collect)))()
    return records


# -- mutations --------------------------------------------------------------------------------------------------------


class Mutator:
    """Makes mutants of the seeds of one generation; the same seed of the dice gives the same ones.

    `intact` has what was left as it should be.
    """

    def __init__(self, generation: str, dice: random.Random, count: int = 300) -> None:
        self.generation, self.dice = generation, dice
        self.seeds = seeds(generation, count)
        self.keys = sorted(
            {key for text in self.seeds for holder in _holders(json.loads(text)) for key in _keys(holder)}
        )
        self.values = [json.loads(text) for text in dice.sample(self.seeds, min(40, len(self.seeds)))]
        self.number = 0
        self.intact: set[bytes] = set()

    def seed(self) -> Any:
        """A seed with ids that no other mutant has."""
        self.number += 1
        record = msgspec.json.decode(self.dice.choice(self.seeds))
        if self.generation == "frames":
            record["frameNumber"] = self.number
        elif self.generation == "v2":
            record["data_row"]["id"] = f"row{self.number}"
            for place, label in enumerate(_labels(record)):
                label["id"] = f"label{self.number}-{place}"
        else:
            record["ID"] = f"label{self.number}"
        return record

    def mutant(self) -> bytes:
        """One mutant on one line: its structure changed, its bytes, or both."""
        record, dice = self.seed(), self.dice
        kind = dice.random()
        raws: list[bytes] = []
        if kind < _INTACT_FROM or kind >= _BOTH_FROM:
            for _ in range(dice.choice((1, 1, 1, 2, 3, 5))):
                record = self.changed(record, raws)
        text = msgspec.json.encode(record)
        if _INTACT_FROM <= kind < _DAMAGED_FROM:
            self.intact.add(text)
            return text
        for number, raw in enumerate(raws):
            text = text.replace(b'"@@%d@@"' % number, raw)
        if kind >= _DAMAGED_FROM:
            for _ in range(dice.choice((1, 1, 2, 4))):
                text = self.damaged(text)
        return text.replace(b"\n", b" ")

    def changed(self, record: Any, raws: list[bytes]) -> Any:
        """One change of the structure; a text that JSON cannot say goes to `raws`, with its number in its place."""
        dice = self.dice
        holders = [holder for holder in _holders(record) if holder]
        if not holders:
            return record
        holder = dice.choice(holders)
        place = dice.choice(list(holder)) if isinstance(holder, dict) else dice.randrange(len(holder))
        match dice.randrange(12):
            case 0:
                del holder[place]
            case 1 | 2:
                holder[place] = self.raw(dice.choice(RAW), raws)
            case 3:
                holder[place] = None
            case 4:
                holder[place] = self.other()
            case 5:
                holder[place] = [holder[place]] if dice.random() < 0.5 else {dice.choice(self.keys): holder[place]}
            case 6:
                other = dice.choice(holders)
                there = dice.choice(list(other)) if isinstance(other, dict) else dice.randrange(len(other))
                if isinstance(holder[place], dict | list) or isinstance(other[there], dict | list):
                    holder[place] = msgspec.json.decode(msgspec.json.encode(other[there]))
                else:
                    holder[place], other[there] = other[there], holder[place]
            case 7 if isinstance(holder, dict) and isinstance(place, str):  # the key of a neighbour: given twice
                self.rename(holder, place, self.raw(msgspec.json.encode(dice.choice(list(holder))), raws))
            case 8 if isinstance(holder, dict) and isinstance(place, str):
                self.rename(holder, place, dice.choice(self.keys))
            case 9 if isinstance(holder, dict):
                holder[dice.choice(self.keys)] = self.other()
            case 10 if isinstance(holder, list):
                holder.insert(place, msgspec.json.decode(msgspec.json.encode(holder[place])))
            case 11 if isinstance(holder, dict):
                members = list(holder.items())
                dice.shuffle(members)
                holder.clear()
                holder.update(members)
            case _:
                holder[place] = dice.choice(
                    (0, -1, 1.5, "", "x", True, False, [], {}, 2**53 + 1, 2**64, 1e300, "1", "é")
                )
        return record

    def raw(self, text: bytes, raws: list[bytes]) -> str:
        raws.append(text)
        return f"@@{len(raws) - 1}@@"

    def other(self) -> Any:
        """A value from anywhere in a seed."""
        holder = self.dice.choice(list(_holders(self.dice.choice(self.values))))
        values = list(holder.values()) if isinstance(holder, dict) else holder
        return msgspec.json.decode(msgspec.json.encode(self.dice.choice(values))) if values else holder

    @staticmethod
    def rename(holder: dict[str, Any], old: str, new: str) -> None:
        members = [(new if key == old else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(members)

    def damaged(self, text: bytes) -> bytes:
        """One change of the bytes."""
        dice = self.dice
        if not text:
            return text
        start = dice.randrange(len(text))
        end = min(len(text), start + dice.choice((1, 1, 2, 5, 30, 300)))
        match dice.randrange(7):
            case 0:
                return text[:start] + bytes((text[start] ^ 1 << dice.randrange(8),)) + text[start + 1 :]
            case 1:
                return text[:start] + bytes((dice.choice(BYTES),)) + text[start + 1 :]
            case 2:
                return text[:start] + bytes((dice.choice(BYTES),)) + text[start:]
            case 3:
                return text[:start] + text[end:]
            case 4:
                return text[:end] + text[start:]
            case 5:
                other = dice.choice(self.seeds)
                cut = dice.randrange(len(other))
                return (
                    text[:start] + (other[cut:] if dice.random() < 0.2 else other[cut : cut + end - start]) + text[end:]
                )
            case _:
                return text[:start]


def _holders(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            yield holder
            waiting.extend(holder.values() if isinstance(holder, dict) else holder)


def _keys(holder: Any) -> Sequence[str]:
    return list(holder) if isinstance(holder, dict) else []


def _labels(record: Any) -> Iterator[dict[str, Any]]:
    projects = record.get("projects")
    for project in projects.values() if isinstance(projects, dict) else ():
        labels = project.get("labels") if isinstance(project, dict) else None
        yield from (label for label in labels or () if isinstance(label, dict)) if isinstance(labels, list) else ()


# -- one file ---------------------------------------------------------------------------------------------------------


def joined(texts: list[bytes], framing: str) -> bytes:
    if framing == "csv":
        return table(texts)
    if framing == "array":
        return b"[" + b",\n".join(texts) + b"]"
    return (b"\n" if framing == "lines" else b" ").join(texts) + b"\n"


def table(texts: list[bytes]) -> bytes:
    """Records as rows of a CSV export, with all columns and more; what is no object is a line as it is."""
    form = Form([*KINDS, "media_type", ""])
    rows = [form.row(form.columns).encode()]
    for text in texts:
        try:
            members = json.loads(text)
            row = form.row([_cell(members.get(column)) for column in form.columns])
            rows.append(row.encode())
        except (ValueError, AttributeError, RecursionError):
            rows.append(text + b"\n")
    return b"".join(rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def check(
    texts: list[bytes],
    intact: set[bytes],
    generation: str,
    framing: str,
    engine: str,
    folder: Path,
    summary: Summary,
) -> None:
    """Load the mutants and compare each with what became of it. Raises Wrong, or whatever the package raises."""
    data = joined(texts, framing)
    store = folder / f"store{SUFFIX[engine]}"
    for path in folder.glob("store*"):
        path.unlink()
    file = folder / ("frames/label.ndjson" if generation == "frames" else f"{generation}.json")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    items = list(_items(file))
    if framing == "csv":
        account_rows(items, data)
    else:
        account(items, data)
    if generation == "frames":
        export = folder / "export.json"
        export.write_text('[{"ID":"label","Labeled Data":"x","Label":{"frames":"https://example.com/label"}}]')
        report = load(store, [export], frames=file.parent).files[1]
    else:
        report = load(store, [file]).files[0]
    with open_database(store, read_only=True) as database:
        sql = "select position, json from record_json where load_id = ?"
        stored = dict(database.query(sql, (report.load_id,)).rows)
        sql = "select position, reason, raw from rejects where load_id = ?"
        rejects = {
            position: (reason, bytes(raw or b""))
            for position, reason, raw in database.query(sql, (report.load_id,)).rows
        }
    if (report.records, report.rejected) != (len(items), len(rejects)):
        raise Wrong(
            f"{report.records}, {report.rejected} records and rejects reported, not {len(items)}, {len(rejects)}"
        )
    with bounded_depth():
        contested = _contested(items)
    for item in items:
        _compare(item, stored.get(item.position), rejects.get(item.position), item.position in contested, summary)
    summary.mutations += len(texts)
    summary.records += len(items)
    given = set[bytes]() if framing == "csv" else intact.intersection(texts)
    swallowed = given.difference(item.raw for item in items if isinstance(item, Record))
    summary.intact += len(given)
    summary.swallowed += len(swallowed)
    if swallowed and framing == "lines":
        raise Wrong(f"of lines without a fault {len(swallowed)} are no records: {next(iter(swallowed))[:200]!r}")


def _items(file: Path) -> Iterator[Record[Any] | Broken]:
    """What the framing makes of a file, decoded as a load does it."""
    decode = tolerant(RecordDecoder())
    with bounded_depth():
        for source in open_sources([str(file)]):
            with source:
                yield from map(recognized, split(source, decode))


def account(items: list[Record[Any] | Broken], data: bytes) -> None:
    """Raise Wrong unless the items, in their order, are all of the data but space, brackets and commas between them."""
    end = 0
    between = b" \t\r\n,[]" if data[:1] == b"[" else _SPACE + b","  # lines may end in a comma
    for number, item in enumerate(items):
        if item.position != number or item.byte_offset < end:
            raise Wrong(f"record {number} is given as {item.position} at byte {item.byte_offset}, after byte {end}")
        if data[item.byte_offset : item.byte_offset + len(item.raw)] != item.raw:
            raise Wrong(f"the bytes of record {number} are not those at byte {item.byte_offset}")
        if lost := data[end : item.byte_offset].strip(between):
            raise Wrong(f"nobody accounts for {lost[:60]!r} before byte {item.byte_offset}")
        end = item.byte_offset + len(item.raw)
    if lost := data[end:].strip(between):
        raise Wrong(f"nobody accounts for {lost[:60]!r} at the end")


def account_rows(items: list[Record[Any] | Broken], data: bytes) -> None:
    """Raise Wrong unless the items are the rows below the header, as the cells tell, or have the bytes of one."""
    begins = [item.byte_offset for item in items]
    columns = next(csv.reader([data[: data.index(b"\n")].decode()]))
    for number, (item, end) in enumerate(zip(items, [*begins[1:], len(data)], strict=True)):
        row = data[item.byte_offset : end].rstrip(b"\r\n")
        if item.position != number or not row:
            raise Wrong(f"record {number} is given as {item.position} at byte {item.byte_offset}")
        if item.raw.rstrip(b"\r\n") == row:
            continue
        try:
            cells = next(csv.reader(io.StringIO(row.decode(), newline=""), strict=True))
        except (csv.Error, UnicodeDecodeError):
            raise Wrong(f"the bytes of record {number} are not those at byte {item.byte_offset}") from None
        if not _same_cells(cells, cells_of(item.raw, columns)):
            raise Wrong(f"the cells of record {number} are not those at byte {item.byte_offset}")


def _same_cells(cells: list[str], found: list[str]) -> bool:
    return len(cells) == len(found) and all(
        one == other or (one.lstrip()[:1] in ("{", "[") and same(one.encode(), other.encode()))
        for one, other in zip(cells, found, strict=True)
    )


def _contested(items: list[Record[Any] | Broken]) -> set[int]:
    """Positions of records about a label or data row that another record is about too."""
    about: dict[str, list[int]] = {}
    for item in items:
        if isinstance(item, Record):
            for name in {f"{generation_of(item.value)} {identity(item.value)}", *_label_ids(item)}:
                about.setdefault(name, []).append(item.position)
    return {position for positions in about.values() if len(positions) > 1 for position in positions}


def _label_ids(item: Record[Any]) -> Sequence[str]:
    """The labels that a record brings, those in model runs too: their ids are ours."""
    if not getattr(item.value, "experiments", None):
        return label_ids(item.value)
    rows = Rows()
    with contextlib.suppress(ValueError, RecursionError):
        shred(item.value, item.raw, 1, rows, (0, item.position, item.byte_offset, b"", None))
    place = list(columns()["labels"]).index("label_id")
    return [row[place] for row in rows["labels"]]


def _compare(
    item: Record[Any] | Broken,
    text: str | None,
    reject: tuple[str, bytes] | None,
    is_contested: bool,
    summary: Summary,
) -> None:
    if reject is not None:
        if text is not None:
            raise Wrong(f"record {item.position} is both stored and rejected")
        if reject[1] != item.raw or not reject[0]:
            raise Wrong(f"record {item.position} is rejected without its reason or its bytes")
        summary.rejected += 1
        summary.reasons[reject[0].partition(" at /")[0].partition(" (byte")[0][:60]] += 1
    elif isinstance(item, Broken):
        raise Wrong(f"record {item.position} is broken, but not among the rejects")
    elif is_contested:
        summary.contested += 1
    elif text is None:
        raise Wrong(f"record {item.position} is neither stored nor rejected")
    elif not same(item.raw, text.encode()):
        raise Wrong(f"record {item.position} comes back different: {differences(item.raw, text.encode(), 3)}")
    else:
        summary.stored += 1


# -- many files -------------------------------------------------------------------------------------------------------


def fuzz(
    mutations: int,
    seed: int,
    engine: str,
    folder: Path,
    *,
    batch: int = BATCH_MUTANTS,
    patience: float = 600,
    seeds_each: int = 300,
    tell: Callable[[str], None] = lambda text: None,
) -> Summary:
    """Check that many mutants of every generation; files that fail are kept in `folder`."""
    summary = Summary(engine)
    started = time.perf_counter()
    dice = random.Random(f"{seed} {engine}")
    mutators = [Mutator(generation, dice, seeds_each) for generation in GENERATIONS]
    number = 0
    with tempfile.TemporaryDirectory(dir=folder, prefix="fuzz-") as scratch:
        while summary.mutations < mutations and summary.failures + summary.differences < 50:
            mutator = mutators[number % len(mutators)]
            mutator.intact.clear()
            texts = list(_some(mutator, min(batch, mutations - summary.mutations)))
            more = ("csv",) if mutator.generation in ("v1", "legacy") else ()
            framing = dice.choice(("lines", "lines", "array", "concatenated", *more))
            faulthandler.dump_traceback_later(patience, exit=True)
            error = _trial(texts, mutator.intact, mutator.generation, framing, engine, Path(scratch), summary)
            faulthandler.cancel_dump_traceback_later()
            if error is not None:
                _blame(
                    error,
                    texts,
                    mutator.intact,
                    mutator.generation,
                    framing,
                    engine,
                    Path(scratch),
                    folder,
                    summary,
                    tell,
                )
                summary.mutations += len(texts)
            number += 1
            summary.seconds = time.perf_counter() - started
            tell(str(summary))
    summary.seconds = time.perf_counter() - started
    return summary


def _some(mutator: Mutator, count: int) -> Iterator[bytes]:
    """Mutants for one file: the first record is as it should be, so the file is one of an export."""
    size = 0
    yield msgspec.json.encode(mutator.seed())
    for _ in range(count - 1):
        text = mutator.mutant()
        size += len(text)
        yield text
        if size > BATCH_BYTES:
            return


def _trial(
    texts: list[bytes], intact: set[bytes], generation: str, framing: str, engine: str, folder: Path, summary: Summary
) -> Exception | None:
    """What goes wrong with a file, if anything does."""
    part = Summary(engine)
    try:
        check(texts, intact, generation, framing, engine, folder, part)
    except Exception as error:
        return error
    for count in _COUNTS:
        setattr(summary, count, getattr(summary, count) + getattr(part, count))
    summary.reasons.update(part.reasons)
    return None


def _blame(
    error: Exception,
    texts: list[bytes],
    intact: set[bytes],
    generation: str,
    framing: str,
    engine: str,
    scratch: Path,
    folder: Path,
    summary: Summary,
    tell: Callable[[str], None],
) -> None:
    """Count a failure, and keep the fewest mutants that still fail: halves of them, as long as one half does."""
    if isinstance(error, Wrong):
        summary.differences += 1
    else:
        summary.failures += 1
    least = texts
    while len(least) > 1:
        first, rest = least[:1], least[1:]
        middle = len(rest) // 2
        for part in (first + rest[:middle], first + rest[middle:], rest):
            if len(part) == len(least):
                continue
            found = _trial(part, intact, generation, framing, engine, scratch, Summary(engine))
            if type(found) is type(error):  # a few mutants alone may be no export at all
                least, error = part, found
                break
        else:
            break
    kept = folder / f"failed-{engine}-{generation}-{summary.differences + summary.failures}.json"
    kept.write_bytes(joined(least, framing))
    summary.kept.append(str(kept))
    told = "".join(traceback.format_exception(error)[-4:]) if not isinstance(error, Wrong) else str(error)
    tell(f"{kept} ({len(least)} mutants): {type(error).__name__}: {told[:3000]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=["sqlite", "duckdb", "both"], default="sqlite")
    parser.add_argument("--batch", type=int, default=BATCH_MUTANTS, help="mutants in one file")
    parser.add_argument("--patience", type=float, default=600, help="seconds for one file")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-fuzz")
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)

    def tell(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    clean = True
    for engine in ("sqlite", "duckdb") if options.engine == "both" else (options.engine,):
        summary = fuzz(
            options.mutations,
            options.seed,
            engine,
            options.keep,
            batch=options.batch,
            patience=options.patience,
            tell=tell,
        )
        print(summary)
        for reason, count in summary.reasons.most_common(25):
            print(f"  {count:9,}  {reason}")
        clean = clean and summary.is_clean
    return 0 if clean else 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
