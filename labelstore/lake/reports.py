"""Reports of a load as JSON, from task to task, and those of its parts put together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from labelstore.loading.report import FIRST_REJECTS, FileReport, Report

_SUMS = ("records", "added", "changed", "unchanged", "repeated", "stale", "rejected", "unheard")
"""Counts of a file that are those of its parts together."""
_COUNTS = (
    "labels",
    "objects",
    "classifications",
    "frames",
    "model_run_labels",
    "predictions",
    "unread",
    "frames_missing",
)
"""Counts of a load that are those of its parts together."""
_COUNTERS = ("asset_types", "projects", "classes", "questions")


def report_json(report: Report) -> dict[str, Any]:
    """All of a report in the types of JSON."""
    return {**asdict(report), **{name: dict(getattr(report, name)) for name in _COUNTERS}}


def report_of(told: Mapping[str, Any]) -> Report:
    """The report that `report_json` gave."""
    counters = {name: Counter(told[name]) for name in _COUNTERS}
    return Report(**{**told, **counters, "files": [FileReport(**file) for file in told["files"]]})


def add_counts(report: Report, part: Mapping[str, Any]) -> None:
    """Add the counts of a part of the load, as `report_json` gives its report."""
    for count in _COUNTS:
        setattr(report, count, getattr(report, count) + part[count])
    for name in _COUNTERS:
        setattr(report, name, getattr(report, name) + Counter(part[name]))
    report.project_names |= part["project_names"]


def joined(parts: Sequence[FileReport]) -> FileReport:
    """The report of a file by those of its parts, in their order."""
    total = replace(parts[-1], first_rejects=[])
    for other in parts[:-1]:
        for count in _SUMS:
            setattr(total, count, getattr(total, count) + getattr(other, count))
        for said in ("generation", "framing", "table_form", "foreign"):
            setattr(total, said, getattr(total, said) or getattr(other, said))
        total.bytes = max(total.bytes, other.bytes)
    found = [reject for part in parts for reject in part.first_rejects]
    total.first_rejects = sorted(found, key=lambda reject: int(reject["position"]))[:FIRST_REJECTS]
    return total
