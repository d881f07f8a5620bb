"""Exports as a team gets them a week later: a label in a hundred changed, or new tokens in all URLs."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

_TOKEN = re.compile(rb"(https://storage[^\"?]*)(?:\?[^\"]*)?")
_NAME = re.compile(rb'("(?:title|name)":")Car"')


def one_percent_changed(export: Path) -> Path:
    """The export with another class name in every hundredth record, as far as those have a car."""

    def changed(raw: bytes, number: int) -> bytes:
        return _renamed(raw) if number % 100 == 7 else raw

    return _made(export, "changed", changed)


def all_changed(export: Path) -> Path:
    """The export with another class name in every record that has a car."""
    return _made(export, "all-changed", lambda raw, _: _renamed(raw))


def signed(export: Path, which: int) -> Path:
    """The export with tokens in its URLs; others for another number."""
    tokens = rb"\g<1>?Expires=17%08d&Signature=AbC%d" % (which, which)
    return _made(export, f"signed-{which}", lambda raw, _: _TOKEN.sub(tokens, raw))


def _made(export: Path, what: str, change: Callable[[bytes, int], bytes]) -> Path:
    """The export with each record changed by `change`, beside it; made when it is not there yet."""
    path = export.with_stem(f"{export.stem}-{what}")
    if not path.exists():
        is_array = export.suffix == ".json"
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            before = b"[" if is_array else b""
            for number, raw in enumerate(_records(export, is_array)):
                file.write(before + change(raw, number))
                before = b",\n" if is_array else b"\n"
            file.write(b"]\n" if is_array else b"\n")
        part.rename(path)
    return path


def _records(export: Path, is_array: bool) -> Iterator[bytes]:
    """The records of a sample file, which has one on each line."""
    with export.open("rb") as file:
        for line in file:
            record = line.strip()
            yield record.removeprefix(b"[").rstrip(b",]").strip() if is_array else record


def _renamed(raw: bytes) -> bytes:
    return _NAME.sub(rb'\1Motor car"', raw, count=1)
