"""Exports of images as COCO and YOLO, beside labelformat, which reads the Labelbox export itself and knows boxes only.

python -m benchmarks.exporting --megabytes 100 1000 [--dir FOLDER] [--write docs/explanation/performance.md]
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import LABELSTORE, STORES, Command, Row, remove, report, run, sample
from benchmarks.peers import environment

SECONDS = 90
MIB = 200
"""What an export of 1,000 MB may take."""
FORMATS = {"coco": "out.json", "yolo": "out"}
PACKAGES = ("labelformat",)

_LABELFORMAT = """
import json, sys
from pathlib import Path
from labelformat.formats import COCOObjectDetectionOutput, LabelboxObjectDetectionInput, YOLOv8ObjectDetectionOutput
from labelformat.formats.labelbox import FilenameKeyOption
export, out = Path(sys.argv[2]), Path(sys.argv[3])
names = set()
for line in export.open():
    for project in json.loads(line)["projects"].values():
        names.update(one["name"] for one in project["labels"][0]["annotations"]["objects"])
read = LabelboxObjectDetectionInput(export, ",".join(sorted(names)), FilenameKeyOption.ID)
read.get_images, count = (lambda: map(lambda label: label.image, read.get_labels())), 0
if sys.argv[1] == "coco":
    COCOObjectDetectionOutput(output_file=out).save(label_input=read)
else:
    out.mkdir()
    YOLOv8ObjectDetectionOutput(output_file=out / "data.yaml", output_split="train").save(label_input=read)
"""


def measure(folder: Path, megabytes: int) -> Iterator[Row]:
    export = sample(folder, "v2", megabytes)
    labelformat = environment(folder, "labelformat", PACKAGES)
    for engine, name in STORES.items():
        store = folder / name
        remove(store)
        run(*LABELSTORE, "load", store, export)
        for format, out in FORMATS.items():
            command: Command = (*LABELSTORE, "export", store, format, folder / out, "--missing-size", "skip", "--json")
            yield _timed(f"{megabytes:,} MB, {format}, {engine}", command, folder / out, megabytes)
        remove(store)
    if labelformat is None:
        return
    taken = _with_one_label(export)
    for format, out in FORMATS.items():
        command = str(labelformat), "-W", "ignore", "-c", _LABELFORMAT, format, taken, folder / out
        yield _timed(f"{megabytes:,} MB, {format}, labelformat: rows of one label, boxes", command, folder / out, None)


def _timed(what: str, command: Command, out: Path, megabytes: int | None) -> Row:
    """One export, removed afterwards. `megabytes` is None where nothing is demanded."""
    _remove(out)
    done = run(*command)
    _remove(out)
    written = (
        f", {json.loads(done.output[done.output.index('{') : done.output.rindex('}') + 1])['count']:,} objects"
        if megabytes
        else ""
    )
    result = f"{done.cpu:.1f} s of the processor{written}"
    if megabytes is None:
        return Row(what, result, done.peak_mib, "", None)
    most = SECONDS * megabytes / 1000
    limit = f"< {most:.0f} s, < {MIB} MiB"
    return Row(what, result, done.peak_mib, limit, done.cpu < most and done.peak_mib < MIB)


def _remove(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    for path in (out, out.with_name(f"{out.name}.losses.json")):
        if path.is_file():
            path.unlink()


def _with_one_label(export: Path) -> Path:
    """The rows that labelformat takes: those with one project and one label in it, of a known size."""
    path = export.with_stem(f"{export.stem}-one-label")
    if not path.exists():
        with export.open() as read, path.open("w") as written:
            for line in read:
                row = json.loads(line)
                projects = list(row.get("projects", {}).values())
                if len(projects) == 1 and len(projects[0]["labels"]) == 1 and row["media_attributes"].get("width"):
                    written.write(line)
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 1000], help="sizes of the exports")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = [row for megabytes in options.megabytes for row in measure(options.dir, megabytes)]
    text = (
        "Images of v2 as COCO (boxes and polygons, with their answers) and as YOLO boxes, with the report of losses;"
        " and the same rows by labelformat, as far as it takes them."
    )
    return report("Exports for training", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
