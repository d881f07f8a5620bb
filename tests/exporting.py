"""Exports of small stores, for tests of what a format holds."""

import json
from pathlib import Path
from typing import Any

from labelstore.export.exporter import Written
from labelstore.export.writing import export, report


def exported(store: Path, format: str, name: str, /, **choices: Any) -> tuple[Path, Written]:
    """Where an export went beside the store, and what it came to; its report is what was returned."""
    out = store.with_name(name)
    done = export(store, format, out, overwrite=True, **choices)
    assert json.loads(out.with_name(f"{out.name}.losses.json").read_text()) == json.loads(json.dumps(report(done)))
    for construct, selected in done.selected.items():
        assert selected == done.written.get(construct, 0) + done.left_out.get(construct, 0)
    return out, done


def reasons(done: Written) -> dict[tuple[str, str, str], int]:
    """(construct, action, reason) → how many."""
    return {(loss.construct, loss.action, loss.reason): loss.count for loss in done.losses}


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
