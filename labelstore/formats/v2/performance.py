"""Scores and times of a v2 label: an export may have each in several places, the label has one column for it."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.lenient_decoding import extra_json
from labelstore.formats.v2.labels import Label, PerformanceDetails, PerformanceDetailsV2

TOLD = ("agreement", "benchmark_agreement", "seconds_to_review", "skipped")
"""What both blocks can have; the form adds 1, 2, 4, 8 for those of the first, 16, 32, 64, 128 for the second."""

_told = attrgetter(*TOLD)
_json_key = DECLARATIONS[PerformanceDetails].json_key


@dataclass(frozen=True, slots=True)
class Performance:
    """The columns of the label, and the members beside the blocks that repeat or contradict them."""

    columns: dict[str, Any]
    beside: dict[str, Any]


def performance_of(label: Label) -> Performance:
    """Scores, time of review and `skipped`; no export seen so far has them beside the blocks."""
    first, second = label.performance_details, label.performance_details_v2
    values: tuple[Any, ...] = (None,) * 4
    form: int | None = None
    differing: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    if second is not None or label.agreement is not None or label.benchmark_agreement is not None:
        values, form, differing, beside = _of_several_places(label)
    elif first is not None:
        values = _told(first)
        form = sum(1 << place for place, value in enumerate(values) if value is not None)
    columns = dict(zip(TOLD, values, strict=True))
    columns["performance_form"] = form
    columns["seconds_to_label"] = _whole_time(first, second)
    columns["performance_details_v2_extra"] = None if second is None else extra_json(second.extra, **differing)
    return Performance(columns, beside)


def _of_several_places(label: Label) -> tuple[tuple[Any, ...], int, dict[str, Any], dict[str, Any]]:
    """The values, the form, and by their keys the other values of the second block and of the label itself."""
    values: list[Any] = []
    form = 0
    differing: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    for place, name in enumerate(TOLD):
        places = (label.performance_details, label.performance_details_v2, label)
        first, second, own = (getattr(told, name, None) for told in places)
        values.append(value := next((value for value in (first, second, own) if value is not None), None))
        if first is not None:
            form += 1 << place
        if second == value and second is not None:
            form += 16 << place
        elif second is not None:
            differing[_json_key(name)] = second
        if own is not None and (first is not None or second is not None):
            beside[_json_key(name)] = own
    return tuple(values), form, differing, beside


def _whole_time(first: PerformanceDetails | None, second: PerformanceDetailsV2 | None) -> float | None:
    """The time that v1 calls "Seconds to Label": all of it, with review and rework."""
    if second is not None and second.seconds_total is not None:
        return second.seconds_total
    if first is not None and first.seconds_to_create is not None:
        return first.seconds_to_create
    if second is None or second.seconds_labeling is None:
        return None
    return float(second.seconds_labeling) + (second.seconds_to_review or 0) + (second.seconds_to_rework or 0)
