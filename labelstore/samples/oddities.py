"""What a future vendor might add: unknown keys, an unknown kind with unknown geometry, an unknown container.

About one record in a hundred gets one, in turn, so that every oddity occurs in a file of 500 records.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Json = dict[str, Any]
Oddity = Callable[[Json], None]
PERIOD, PHASE = 97, 41


def sprinkled(records: Iterable[Json], oddities: tuple[Oddity, ...]) -> Iterator[Json]:
    """The records, every 97th of them changed by the next oddity."""
    for number, record in enumerate(records):
        turn, place = divmod(number, PERIOD)
        if place == PHASE:
            oddities[turn % len(oddities)](record)
        yield record


def _v1_objects(label: Json) -> list[Json]:
    content = label["Label"]
    lines = content if isinstance(content, list) else [content]
    return [item for line in lines if isinstance(line, dict) for item in line.get("objects", ())]


def v1_top_key(label: Json) -> None:
    """An unknown key of the element."""
    label["Review Cost"] = {"currency": "EUR", "amount": 0.1, "parts": [1, None, "two"]}


def v1_object_key(label: Json) -> None:
    """An unknown key of an object, or of the element when it has no object."""
    found = _v1_objects(label)
    (found[0] if found else label)["occlusion"] = {"ratio": 0.25, "by": []}


def v1_kind(label: Json) -> None:
    """A cuboid, whose real body nobody has shown; or an unknown key of the element."""
    found = _v1_objects(label)
    if not found:
        return v1_top_key(label)
    known = ("bbox", "polygon", "line", "point", "data", "geometry", "type", "format", "instanceURI")
    for key in known:
        found[0].pop(key, None)
    found[0]["cuboid"] = {"center": {"x": 1.5, "y": 2, "z": -3}, "rotation": [0, 0, 0.7071067811865476]}
    return None


def v1_container(label: Json) -> None:
    """An unknown container beside `objects`."""
    if isinstance(label["Label"], dict) and label["Label"]:
        label["Label"]["meshes"] = [{"id": 1, "vertices": [[0.0, 1.0, 2.5]]}]
    else:
        v1_top_key(label)


def _v2_labels(row: Json) -> list[Json]:
    return [label for project in row.get("projects", {}).values() for label in project["labels"]]


def v2_top_key(row: Json) -> None:
    """An unknown block of the data row."""
    row["lineage"] = {"parents": [], "depth": 0}


def v2_media_key(row: Json) -> None:
    """An unknown media attribute."""
    row["media_attributes"]["color_space"] = None


def v2_label_key(row: Json) -> None:
    """An unknown key of a label and of its first object."""
    for label in _v2_labels(row)[:1]:
        label["review_cost"] = 0.1
        for item in label["annotations"].get("objects", ())[:1]:
            item["occlusion"] = [True, {"by": "tree"}]


def v2_kind(row: Json) -> None:
    """A cuboid, whose real body nobody has shown; an unknown container where there are no objects."""
    for label in _v2_labels(row)[:1]:
        found = label["annotations"].get("objects")
        if not found:
            return v2_container(row)
        identity = {key: found[0][key] for key in ("feature_id", "feature_schema_id", "name") if key in found[0]}
        geometry = {"center": {"x": 1.0, "y": 2.0, "z": -3.0}, "rotation": [0.0, 0.0, 0.7071067811865476]}
        found[0] = {**identity, "annotation_kind": "Cuboid", "classifications": [], "cuboid": geometry}
    return None


def v2_container(row: Json) -> None:
    """An unknown container of annotations."""
    for label in _v2_labels(row)[:1]:
        label["annotations"]["meshes"] = {"0": {"vertices": [[0.0, 1.0, 2.5]]}}


V1 = (v1_kind, v1_top_key, v1_object_key, v1_container)
V2 = (v2_kind, v2_label_key, v2_container, v2_media_key, v2_top_key)
