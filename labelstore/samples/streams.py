"""Streams of sample records, one function per kind of file."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from labelstore.errors import UsageError
from labelstore.samples import legacy, oddities, v1, v1_frames, v2
from labelstore.samples.dice import Dice
from labelstore.samples.ontology import project

Json = dict[str, Any]

GENERATIONS = ("v1", "v2")
_COMMON = ("image", "video", "text", "geospatial", "audio", "document", "conversation", "dicom", "html")
ASSET_TYPES: dict[str, tuple[str, ...]] = {"v1": _COMMON, "v2": (*_COMMON, "llm")}


def v1_labels(asset_type: str, count: int, seed: int = 0) -> Iterator[Json]:
    """`count` elements of a legacy export, made as they are asked for."""
    known(asset_type, ASSET_TYPES["v1"], "asset type")
    return islice(oddities.sprinkled(v1.elements(asset_type, seed), oddities.V1), count)


def v2_data_rows(asset_type: str, count: int, seed: int = 0) -> Iterator[Json]:
    """`count` lines of a current export, made as they are asked for."""
    known(asset_type, ASSET_TYPES["v2"], "asset type")
    return islice(oddities.sprinkled(v2.data_rows(asset_type, seed), oddities.V2), count)


def legacy_labels(sub_generation: str, count: int, seed: int = 0) -> Iterator[Json]:
    """`count` elements in the shapes of 2018 and 2019: "L0", "L1" or "L2"."""
    known(sub_generation, legacy.SUB_GENERATIONS, "sub-generation")
    return islice(legacy.elements(sub_generation, seed), count)


def frame_lines(label: Json, seed: int = 0) -> Iterator[Json]:
    """The lines of the frames file of a v1 video or DICOM label; none when its `Label` names no such file."""
    if not has_frames_file(label):
        return iter(())
    return v1_frames.lines(Dice("frames", seed, label["ID"]), label["ID"], project(label["Project Name"]))


def has_frames_file(label: Json) -> bool:
    """Whether the frames of a v1 label lie in a file of their own."""
    return isinstance(label["Label"], dict) and "frames" in label["Label"]


def known(name: str, names: tuple[str, ...], noun: str) -> None:
    """Refuse a name that is none of the names."""
    if name not in names:
        raise UsageError(f"no {noun} is called {name!r}; there are {', '.join(names)}")
