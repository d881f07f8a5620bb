"""Masks in the files of the vault: in which picture each is, and each picture read once for all of its masks."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from labelstore.assets.mask_pixels import Color, MaskPixels, pixels_in
from labelstore.assets.run_lengths import coco_masks
from labelstore.formats.signed_urls import without_tokens

NOT_FETCHED: Final = "its picture is not fetched"
GONE: Final = "its picture is not in the vault"
NO_COLOR: Final = "the export does not tell its color in the picture of several"


class MaskRow(NamedTuple):
    """A mask: the URLs of pictures that have it, without tokens, the best first, and its color in each.

    None is all that the picture shows: a picture of this mask alone, or of 2018 to 2020 of all of its class.
    """

    object_id: int
    pictures: tuple[tuple[str, Color | None], ...]
    lacks_color: bool = False

    @classmethod
    def of(cls, object_id: int, url: str | None, composite_url: str | None, color_rgb: str | None) -> "MaskRow":
        """Of a row of `masks`."""
        color = _color(color_rgb)
        own: tuple[tuple[str, Color | None], ...] = () if url is None else ((without_tokens(url), None),)
        if composite_url is None:
            return cls(object_id, own)
        if color is None:
            return cls(object_id, own, lacks_color=True)
        return cls(object_id, (*own, (without_tokens(composite_url), color)))


class Picture(NamedTuple):
    """A fetched picture; without `path` it is gone, and one with a `reason` cannot be read."""

    sha256: str
    path: Path | None
    reason: str | None


Found = tuple[str, MaskPixels]
"""The picture that a mask was found in, and its pixels."""


def _color(text: str | None) -> Color | None:
    try:
        return msgspec.json.decode(text, type=Color) if text is not None else None
    except msgspec.DecodeError:
        return None


def read_masks(
    masks: Sequence[MaskRow], pictures: Mapping[str, Picture], reasons: MutableMapping[str, str]
) -> Iterator[tuple[MaskRow, Found | str]]:
    """Each mask with its pixels, or with the reason why there are none. `pictures` are by their URLs.

    Adds to `reasons` the URLs of pictures that cannot be read, with the reason. Raises `UsageError` without
    pycocotools.
    """
    failed: dict[int, str] = {}
    left = list(masks)
    for turn in range(max((len(mask.pictures) for mask in masks), default=0)):
        groups: dict[str, list[tuple[MaskRow, str, Color | None]]] = {}
        for mask in left:
            if turn < len(mask.pictures) and mask.pictures[turn][0] in pictures:
                url, color = mask.pictures[turn]
                groups.setdefault(pictures[url].sha256, []).append((mask, url, color))
        done: set[int] = set()
        for sha256, group in groups.items():
            found = _read(pictures[group[0][1]], [color for _, _, color in group])
            if isinstance(found, str):
                failed |= {mask.object_id: found for mask, _, _ in group}
                if found != GONE:
                    reasons.update({url: found for _, url, _ in group})
                continue
            for (mask, _, _), pixels in zip(group, found, strict=True):
                done.add(mask.object_id)
                yield mask, (sha256, pixels)
        left = [mask for mask in left if mask.object_id not in done]
    for mask in left:
        yield mask, failed.get(mask.object_id) or (NO_COLOR if mask.lacks_color else NOT_FETCHED)


def _read(picture: Picture, colors: Sequence[Color | None]) -> list[MaskPixels] | str:
    if picture.reason is not None:
        return picture.reason
    if picture.path is None:
        return GONE
    coco_masks()
    try:
        return pixels_in(picture.path.read_bytes(), colors)
    except OSError as error:
        return f"its picture cannot be read ({error.strerror})"
    except ValueError as error:
        return f"its picture cannot be read ({error})"
