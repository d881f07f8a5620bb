"""The very same files again, and nothing changed in between: known by their digests, without reading a record."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from labelstore.lake.commits.snapshot import Lake
from labelstore.lake.tasks.splits import Split
from labelstore.loading.report import FileReport, Report

Digests = Callable[[Iterable[str]], dict[str, str]]
"""The digests of files by the paths or URLs that open them."""


def report_unchanged(lake: Lake, splits: Sequence[Split], digests: Digests) -> Report | None:
    """The report of files that the last load which changed something read in this order; None if it is not so."""
    files = [list(parts) for _, parts in groupby(splits, lambda split: split.file_number)]
    if not files or any(parts[0].member for parts in files):
        return None
    loads = _loads(lake)
    sizes = [sum(part.size for part in parts) for parts in files]
    if not set(sizes) <= {load["bytes"] for load in loads}:
        return None
    found = digests(parts[0].source for parts in files)
    wanted = [found[parts[0].source] for parts in files]
    last = max((load["load_id"] for load in loads if load["added"] + load["changed"] + load["repeated"]), default=0)
    for start in range(len(loads) - len(files), -1, -1):
        some = loads[start : start + len(files)]
        if [load["sha256"] for load in some] == wanted and some[-1]["load_id"] >= last and not _has_left_out(some):
            return _report(lake, files, some)
    return None


def _loads(lake: Lake) -> list[dict[str, Any]]:
    from pyarrow import parquet

    snapshot, place, rows = lake.newest(), lake.place, []
    for path in snapshot.files_of("loads"):
        with place.reading(f"loads/{path}") as file:
            rows += parquet.read_table(file).to_pylist()
    return sorted(rows, key=lambda load: int(load["load_id"]))


def _has_left_out(loads: Sequence[dict[str, Any]]) -> bool:
    return any(load["rejected"] or load["stale"] or load["generation"] not in ("v1", "v2") for load in loads)


def _report(lake: Lake, files: Sequence[Sequence[Split]], loads: Sequence[dict[str, Any]]) -> Report:
    report = Report(lake.place.name, "delta")
    for (split, *_), load in zip(files, loads, strict=True):
        records = load["records"]
        file = FileReport(split.name, load["load_id"], load["sha256"], generation=load["generation"])
        file.bytes, file.records, file.unchanged = load["bytes"], records, records
        report.files.append(file)
        report.bytes += file.bytes
    return report
