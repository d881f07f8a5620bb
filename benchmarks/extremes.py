"""Exports of other shape beside one of image labels: videos, one huge label, and polygons of thousands of points.

Then files that tell about the same again and again, in three sizes: time grows with the size, not with its square.

python -m benchmarks.extremes [--megabytes 100] [--frames 10000] [--points 5000] [--lines 1000]
    [--write docs/explanation/performance.md]
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import LABELSTORE, STORES, Row, Run, medians, remove, report, run, sample
from benchmarks.peers import PEERS, environment

TRACKS = 20
ASKED = ("class-counts", "object-sizes", "tracks")
READER = "DuckDB `read_json_auto`"
PATIENCE = 120
WITHIN = 2.0
"""An extreme export may take so many times the time per byte of one of image labels."""


def identifier(number: int) -> str:
    return f"c{number:024d}"


def schema_id(name: str) -> str:
    """That of a class, question or option: all features of one name have it."""
    return f"c{name.lower().replace(' ', '-'):0>24}"


def feature(number: int, name: str) -> dict[str, Any]:
    schema = {"feature_schema_id": schema_id(name), "name": name, "value": name.lower()}
    return {"feature_id": identifier(number), **schema}


def video_line(frames: int) -> Iterator[bytes]:
    """A v2 line with one label: tracks of boxes that are there in every frame, each with an answered question."""
    details = {"created_at": "2024-01-01T00:00:00.000+00:00", "created_by": "labeler@example.com", "reviews": []}
    yield b'{"data_row":{"id":"%s","row_data":"https://storage.example.com/1.mp4"},' % identifier(1).encode()
    yield b'"media_attributes":{"asset_type":"video","width":1920,"height":1080,"frame_count":%d},' % frames
    yield b'"projects":{"%s":{"name":"Roads","labels":[{"label_kind":"Video",' % identifier(2).encode()
    yield b'"id":"%s","label_details":%s,"annotations":{"frames":{' % (identifier(3).encode(), dump(details))
    for frame in range(1, frames + 1):
        objects = {identifier(100 + track): moving_box(track, frame) for track in range(TRACKS)}
        comma = b"," if frame < frames else b""
        yield b'"%d":%s%s' % (frame, dump({"objects": objects, "classifications": []}), comma)
    yield b"}}}]}}}\n"


def moving_box(track: int, frame: int) -> dict[str, Any]:
    answer = {**feature(400_000_000 + 100 * frame + track, "Partly"), "classifications": []}
    question = {**feature(200_000_000 + 100 * frame + track, "Hidden"), "radio_answer": answer}
    box = {"top": 40.0 + track + frame % 500, "left": 30.5 + frame % 900, "height": 114.25, "width": 39.125}
    named = {**feature(100 + track, "Vehicle"), "annotation_kind": "VideoBoundingBox"}
    return {**named, "classifications": [question], "bounding_box": box}


def video_frames(frames: int) -> Iterator[bytes]:
    """The same boxes as a v1 label with its frames in place."""
    yield b'[{"ID":"%s","DataRow ID":"%s",' % (identifier(3).encode(), identifier(1).encode())
    yield b'"Labeled Data":"https://storage.example.com/1.mp4","Project Name":"Roads","Label":['
    for frame in range(1, frames + 1):
        objects = [v1_box(track, frame) for track in range(TRACKS)]
        comma = b"," if frame < frames else b""
        yield dump({"frameNumber": frame, "objects": objects, "classifications": [], "relationships": []}) + comma
    yield b"]}]"


def v1_feature(number: int, name: str) -> dict[str, Any]:
    return {"featureId": identifier(number), "schemaId": schema_id(name), "title": name, "value": name.lower()}


def v1_box(track: int, frame: int) -> dict[str, Any]:
    answer = v1_feature(400_000_000 + 100 * frame + track, "Partly")
    question = {**v1_feature(200_000_000 + 100 * frame + track, "Hidden"), "answer": answer}
    box = {"top": 40.0 + track + frame % 500, "left": 30.5 + frame % 900, "height": 114.25, "width": 39.125}
    named = {**v1_feature(100 + track, "Vehicle"), "color": "#1CE6FF", "keyframe": True}
    return {**named, "bbox": box, "classifications": [question]}


def ring(points: int, number: int) -> list[dict[str, float]]:
    turn, middle = 2 * math.pi / points, 500 + number % 400
    return [
        {"x": round(middle + 300 * math.cos(turn * place), 3), "y": round(middle + 200 * math.sin(turn * place), 3)}
        for place in range(points)
    ]


def v1_polygons(size: int, points: int) -> Iterator[bytes]:
    """v1 labels of one polygon each."""
    written = 0
    for number in range(sys.maxsize):
        polygon = {**v1_feature(1_000_000 + number, "Lake"), "color": "#1CE6FF", "polygon": ring(points, number)}
        label = {"ID": identifier(number), "DataRow ID": identifier(2_000_000 + number)}
        label |= {"Labeled Data": f"https://storage.example.com/{number}.jpg", "Project Name": "Lakes"}
        record = dump({**label, "Label": {"objects": [polygon], "classifications": [], "relationships": []}})
        yield (b"," if number else b"[") + record
        written += len(record)
        if written >= size:
            break
    yield b"]"


def v2_polygons(size: int, points: int) -> Iterator[bytes]:
    """v2 lines of one polygon each."""
    written = 0
    for number in range(sys.maxsize):
        polygon = {**feature(1_000_000 + number, "Lake"), "annotation_kind": "ImagePolygon"}
        annotations = {"objects": [{**polygon, "polygon": ring(points, number)}], "classifications": []}
        label = {"label_kind": "Default", "id": identifier(number), "annotations": annotations}
        row = {"id": identifier(2_000_000 + number), "row_data": f"https://storage.example.com/{number}.jpg"}
        record = dump({"data_row": row, "projects": {identifier(2): {"name": "Lakes", "labels": [label]}}})
        yield record + b"\n"
        written += len(record)
        if written >= size:
            return


def told_again(number: int, name: str = "Car") -> dict[str, Any]:
    point = {**feature(1_000_000 + number, name), "annotation_kind": "ImagePoint", "point": {"x": 1.5, "y": 2.5}}
    return {"label_kind": "Default", "id": identifier(number), "annotations": {"objects": [point]}}


def one_row(*labels: dict[str, Any]) -> bytes:
    return dump({"data_row": {"id": identifier(9)}, "projects": {identifier(2): {"name": "Roads", "labels": labels}}})


AGAIN: dict[str, Callable[[int], list[list[bytes]]]] = {
    "a new label of one data row on each line": lambda size: [[one_row(told_again(n)) for n in range(size)]],
    "one label on each line, v2": lambda size: [[one_row(told_again(0, f"Car {n}")) for n in range(size)]],
    "one label on each line, v1": lambda size: [
        [dump({"ID": identifier(0), "DataRow ID": identifier(9), "Agreement": n, "Label": {}}) for n in range(size)]
    ],
    "a line of labels, then each alone": lambda size: [
        [one_row(*map(told_again, range(size))), *(one_row(told_again(n, "Bus")) for n in range(size))]
    ],
    "a line of labels, all changed": lambda size: [
        [one_row(*(told_again(n, name) for n in range(size)))] for name in ("Car", "Bus")
    ],
}
"""What is told again → by size the files, loaded one after another."""


def measure_again(folder: Path, lines: int, rounds: int) -> list[Row]:
    rows = []
    for engine, name in STORES.items():
        store = folder / name
        for what, files in AGAIN.items():
            taken = []
            for size in (lines, 2 * lines, 4 * lines):
                paths = [folder / f"again-{number}.ndjson" for number in range(2)]
                exports = [path for path, _ in zip(paths, files(size), strict=False)]
                for path, records in zip(exports, files(size), strict=True):
                    path.write_bytes(b"\n".join(records))
                done = []
                for _ in range(rounds):
                    remove(store)
                    done.append(sum(run(*LABELSTORE, "load", store, export).seconds for export in exports))
                taken.append(median(done))
            result = ", ".join(f"{seconds:.1f} s" for seconds in taken)
            rows.append(Row(f"load, {engine}, {what}", result, None, "4 × size ≤ 6 × time", taken[2] <= 6 * taken[0]))
            print(*rows[-1], file=sys.stderr)
        remove(store)
    return rows


def dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def made(path: Path, chunks: Iterator[bytes]) -> Path:
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.writelines(chain(chunks))
        part.rename(path)
    return path


def measure(folder: Path, megabytes: int, frames: int, points: int, rounds: int) -> list[Row]:
    size = megabytes * 1_000_000
    exports = {
        "image labels, v1": sample(folder, "v1", megabytes),
        "image labels, v2": sample(folder, "v2", megabytes),
        "video labels, v2": sample(folder, "v2", megabytes, "video"),
        f"one label of {frames:,} frames, v1": made(folder / f"v1-frames-{frames}.json", video_frames(frames)),
        f"one label of {frames:,} frames, v2": made(folder / f"v2-frames-{frames}.ndjson", video_line(frames)),
        f"polygons of {points:,} points, v1": made(folder / f"v1-points-{points}.json", v1_polygons(size, points)),
        f"polygons of {points:,} points, v2": made(folder / f"v2-points-{points}.ndjson", v2_polygons(size, points)),
    }
    rows = []
    peer = environment(folder, READER, PEERS[READER].packages)
    for what, export in exports.items():
        megabyte, place = export.stat().st_size / 1e6, folder / "extremes.duckdb"
        if peer is None:
            break
        remove(place)
        try:
            done = run(*PEERS[READER].load(peer, place, export), patience=PATIENCE)
            rows.append(Row(f"{READER}, {what}", _speed("load", megabyte, done.seconds), done.peak_mib, "", None))
        except SystemExit:  # with ids as keys it makes a column of each
            rows.append(Row(f"{READER}, {what}", f"no result within {PATIENCE} s", None, "", None))
        remove(place)
    for engine, name in STORES.items():
        store, out = folder / name, folder / "extremes-out"
        usual: dict[str, float] = {}
        for what, export in exports.items():
            megabyte, generation = export.stat().st_size / 1e6, what[-2:]
            commands = {
                "load": ("load", store, export),
                "verify": ("verify", store, export),
                "export": ("export", store, f"labelbox-{generation}", out),
                **{question: ("query", store, question) for question in ASKED},
            }
            runs: dict[str, list[Run]] = {}
            for _ in range(rounds):
                remove(store)
                remove(out)
                for command, words in commands.items():
                    runs.setdefault(command, []).append(run(*LABELSTORE, *words))
            seconds = {command: median(each.seconds for each in done) for command, done in runs.items()}
            usual.setdefault(generation, seconds["load"] / megabyte)
            told = [_speed(command, megabyte, seconds[command]) for command in ("load", "verify", "export")]
            told += [f"`{question}` {seconds[question]:.2f} s" for question in ASKED]
            is_extreme = not what.startswith("image")
            met = seconds["load"] / megabyte <= WITHIN * usual[generation] if is_extreme else None
            limit = f"load ≥ {1 / usual[generation] / WITHIN:.1f} MB/s" if is_extreme else ""
            peak = max(each.peak_mib for done in runs.values() for each in done)
            rows.append(Row(f"{engine}, {what}", f"{megabyte:,.0f} MB: {', '.join(told)}", peak, limit, met))
            print(*rows[-1], file=sys.stderr)
        remove(store)
        remove(out)
    return rows


def _speed(command: str, megabytes: float, seconds: float) -> str:
    return f"{command} {megabytes / seconds:.1f} MB/s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100, help="size of the exports of images and polygons")
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=5_000)
    parser.add_argument(
        "--lines", type=int, default=1_000, help="of files that tell about the same again, once to 4 times"
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = measure(options.dir, options.megabytes, options.frames, options.points, options.rounds)
    text = (
        f"The one label has {TRACKS} boxes in every frame, each with an answer. Whole commands;"
        f" {medians(options.rounds)}; the memory of the largest command."
    )
    failed = report("Other shapes", text, rows, options.write)
    rows = measure_again(options.dir, options.lines, options.rounds)
    sizes = ", ".join(f"{times * options.lines:,}" for times in (1, 2, 4))
    text = f"Files of {sizes} lines, or of as many labels in one, the start of Python included."
    return report("Told again and again", text, rows, options.write) or failed


if __name__ == "__main__":
    sys.exit(main())
