"""Scores and times of a v2 label, which several of its places tell: each has one column."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.lenient_decoding import extra_json
from labelstore.formats.v2.labels import Label, PerformanceDetails, PerformanceDetailsV2

_TOLD = ("agreement", "benchmark_agreement", "seconds_to_review", "skipped")
"""What both blocks can tell; the form counts 1, 2, 4, 8 for those told in the first, 16, 32, 64, 128 in the second."""

_told = attrgetter(*_TOLD)
_json_key = DECLARATIONS[PerformanceDetails].json_key


@dataclass(frozen=True, slots=True)
class Performance:
    """The columns of the label, and what stands beside the blocks and says something else."""

    columns: dict[str, Any]
    beside: dict[str, Any]


def performance_of(label: Label) -> Performance:
    """Scores, time of review and skipping; exports seen have none of them beside their blocks."""
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
    columns = dict(zip(_TOLD, values, strict=True))
    columns["performance_form"] = form
    columns["seconds_to_label"] = _whole_time(first, second)
    columns["performance_details_v2_extra"] = None if second is None else extra_json(second.extra, **differing)
    return Performance(columns, beside)


def _of_several_places(label: Label) -> tuple[tuple[Any, ...], int, dict[str, Any], dict[str, Any]]:
    """The values, the form, and by their keys what the second block and the label itself say besides."""
    values: list[Any] = []
    form = 0
    differing: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    for place, name in enumerate(_TOLD):
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
    """What v1 calls "Seconds to Label": the whole time, review and rework included."""
    if second is not None and second.seconds_total is not None:
        return second.seconds_total
    if first is not None and first.seconds_to_create is not None:
        return first.seconds_to_create
    if second is None or second.seconds_labeling is None:
        return None
    return second.seconds_labeling + (second.seconds_to_review or 0) + (second.seconds_to_rework or 0)
