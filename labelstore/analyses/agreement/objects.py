"""Agreement about objects, for each data row and class: boxes, polygons and masks matched between every two labels."""

from collections import Counter
from collections.abc import Iterable
from itertools import combinations, groupby
from typing import Any, NamedTuple

import msgspec

from labelstore.analyses.agreement.matching import EXACTNESS, Shape, matches, shape_of, shape_of_mask
from labelstore.assets.run_lengths import RunLengths
from labelstore.geometry import Overlap, Place, place_of


class ObjectAgreement(NamedTuple):
    """The objects of one class in a data row, over every two of its labels.

    `matched` counts pairs of objects, `unmatched` objects without a partner, both added up over the pairs of labels;
    `f1` is 2 matched / (2 matched + unmatched). `mean_iou` is that of the matched pairs, None without any. `measured`
    says of what: boxes, the pixels of masks, polygons, or only the bounds of some; None where nothing matched.
    """

    project: str | None
    data_row_id: str | None
    name: str | None
    labels: int
    matched: int
    unmatched: int
    mean_iou: float | None
    f1: float
    measured: str | None
    project_id: str | None


class Compared(NamedTuple):
    """The data rows of a project that have several labels, and these labels."""

    project_id: str | None
    project: str | None
    data_rows: int
    labels: int


_Bucket = tuple[Any, ...]
"""Class, group and frame: only in the same one can objects match."""


def object_agreement(
    rows: Iterable[dict[str, Any]], iou: float
) -> tuple[list[ObjectAgreement], Counter[str], list[Compared]]:
    """The agreement of rows of `sql/analyses/agreement_objects.sql`, the objects left out by kind, and the projects.

    The lowest `f1` comes first, and of the projects that with the most data rows.
    """
    found, skipped = [], Counter[str]()
    compared: dict[str | None, Compared] = {}
    for _, group in groupby(rows, key=lambda row: (row["project_id"], row["data_row_id"])):
        labels: dict[str, dict[_Bucket, list[Shape]]] = {}
        head: dict[str, Any] = {}
        for row in group:
            head = row
            buckets = labels.setdefault(row["label_id"], {})
            if row["object_id"] is None:
                continue
            shape = _shape(row)
            if shape is None:
                skipped[row["kind"] or "unknown"] += 1
            else:
                buckets.setdefault((row["name"], row["group_name"], row["frame_number"]), []).append(shape)
        found += _by_class(head, list(labels.values()), iou)
        before = compared.get(head["project_id"], Compared(head["project_id"], head["project"], 0, 0))
        compared[head["project_id"]] = before._replace(
            data_rows=before.data_rows + 1, labels=before.labels + len(labels)
        )
    found.sort(key=lambda row: (row.f1, row.project or "", row.data_row_id or "", row.name or ""))
    return found, skipped, sorted(compared.values(), key=lambda one: (-one.data_rows, one.project or ""))


def _by_class(head: dict[str, Any], labels: list[dict[_Bucket, list[Shape]]], iou: float) -> list[ObjectAgreement]:
    matched: dict[str | None, list[Overlap]] = {}
    objects = Counter[str | None]()
    for one, other in combinations(labels, 2):
        for bucket in dict.fromkeys([*one, *other]):
            ours, theirs = one.get(bucket, []), other.get(bucket, [])
            matched.setdefault(bucket[0], []).extend(matches(ours, theirs, iou))
            objects[bucket[0]] += len(ours) + len(theirs)
    return [_result(head, name, objects[name], overlaps) for name, overlaps in matched.items()]


def _result(head: dict[str, Any], name: str | None, objects: int, overlaps: list[Overlap]) -> ObjectAgreement:
    count = len(overlaps)
    return ObjectAgreement(
        head["project"],
        head["data_row_id"],
        name,
        head["labels"],
        count,
        objects - 2 * count,
        round(sum(overlap.iou for overlap in overlaps) / count, 4) if count else None,
        round(2 * count / objects, 4),
        max((overlap.of for overlap in overlaps), key=EXACTNESS.index, default=None),
        head["project_id"],
    )


def _shape(row: dict[str, Any]) -> Shape | None:
    """The box, polygon or mask of a row; None for what is none of these, or has no place."""
    if row["kind"] == "mask" and row["min_x"] is not None:
        pixels = RunLengths(row["picture_width"], row["picture_height"], row["rle"])
        bounds = (row["min_x"], row["min_y"], row["max_x"], row["max_y"])
        return shape_of_mask(pixels, bounds, row["page"])
    place = _place(row)
    return None if place is None else shape_of(place)


def _place(row: dict[str, Any]) -> Place | None:
    kind = row["kind"]
    if kind == "bounding_box" and row["coordinates"] is None:
        box = {name: row[name] for name in ("left", "top", "width", "height")}
        return place_of("bbox", kind, box, row["page"])
    if kind not in ("bounding_box", "polygon") or row["coordinates"] is None:
        return None
    points = msgspec.json.decode(row["coordinates"])
    if isinstance(points, list) and points and isinstance(points[0], dict):
        return place_of("polygon", kind, points, row["page"])
    return place_of("geojson", kind, {"coordinates": points}, row["page"])
