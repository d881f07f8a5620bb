"""Environments of the judges: the usual readers of the formats that are exported, each in one of its own.

python -m tools.judges                 makes those that are small, in .judges/
python -m tools.judges all             makes all of them: some gigabytes
python -m tools.judges spacy fiftyone  makes these

`python -m pytest -m judge` then asks them; those that are not there are skipped.
"""

import subprocess
import sys
import venv
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).resolve().parent.parent / ".judges"


class Judge(NamedTuple):
    """What is installed for a judge, and whether that is small enough for every test run."""

    packages: tuple[str, ...]
    small: bool = False


JUDGES: Final = {
    "datasets": Judge(("datasets", "pillow")),
    "datumaro": Judge(("datumaro",)),
    "fiftyone": Judge(("fiftyone",)),
    "label-studio": Judge(("label-studio-sdk",)),
    "labelbox": Judge(("labelbox[data]>=7.17,<8",)),
    "labelformat": Judge(("labelformat",), small=True),
    "pyright": Judge(("pyright[nodejs]", "pandas-stubs"), small=True),
    "spacy": Judge(("spacy",)),
    "speech": Judge(("elan-data", "praat-textgrids")),
    "supervision": Judge(("supervision", "pycocotools", "faster-coco-eval")),
    "ultralytics": Judge(("torch", "ultralytics")),
    "webdataset": Judge(("webdataset", "pillow")),
}
"""The judges by the names of their environments."""


def python_of(name: str) -> Path:
    """The interpreter of a judge's environment, which may not be there."""
    return FOLDER / name / "bin" / "python"


def make(name: str) -> None:
    """Make the environment of a judge anew."""
    venv.create(FOLDER / name, with_pip=True, clear=True)
    subprocess.run([python_of(name), "-m", "pip", "install", "-q", *JUDGES[name].packages], check=True)


def main(arguments: list[str]) -> None:
    """Make the environments that are named."""
    names = arguments or [name for name, judge in JUDGES.items() if judge.small]
    for name in JUDGES if arguments == ["all"] else names:
        if name not in JUDGES:
            sys.exit(f"{name}: no judge; known are {', '.join(JUDGES)}")
        print(f"{name}: {' '.join(JUDGES[name].packages)}", flush=True)
        make(name)


if __name__ == "__main__":
    main(sys.argv[1:])
