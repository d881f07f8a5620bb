"""Pictures of masks cut out and tinted, and what is refused."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from labelstore.drawing.masks import mask_png

COLOR = "#ff8000"
OFF, ON = (255, 128, 0, 0), (255, 128, 0, 255)


def png(mode: str, *pixels: Any) -> bytes:
    """A picture one pixel high."""
    image = Image.new(mode, (len(pixels), 1))
    for x, pixel in enumerate(pixels):
        image.putpixel((x, 0), pixel)
    return written(image)


def written(image: Image.Image) -> bytes:
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def pixels(data: bytes) -> list[Any]:
    image = Image.open(BytesIO(data))
    assert image.mode == "RGBA"
    return [image.getpixel((x, 0)) for x in range(image.width)]


def claiming(width: int, height: int) -> bytes:
    """A small file that says it is as large as that."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("mode", "given", "expected"),
    [
        ("1", [0, 1], [OFF, ON]),
        ("L", [0, 255, 40], [OFF, ON, ON]),
        ("I;16", [0, 65535, 3], [OFF, ON, ON]),
        ("LA", [(0, 255), (255, 255), (255, 0)], [OFF, ON, OFF]),
        ("RGB", [(0, 0, 0), (255, 255, 255), (7, 1, 0)], [OFF, ON, ON]),
        ("RGBA", [(0, 0, 0, 255), (9, 9, 9, 255), (255, 255, 255, 0)], [OFF, ON, OFF]),
        ("RGBA", [(0, 0, 0, 255), (0, 0, 0, 0)], [ON, OFF]),
    ],
)
def test_what_is_neither_black_nor_transparent_is_the_mask(mode: str, given: list[Any], expected: list[Any]) -> None:
    assert pixels(mask_png(png(mode, *given), None, COLOR)) == expected


def test_a_palette_is_looked_up() -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([0, 0, 0, 200, 30, 30, 0, 0, 0])
    for x in range(3):
        image.putpixel((x, 0), x)
    assert pixels(mask_png(written(image), None, COLOR)) == [OFF, ON, OFF]


def test_of_a_composite_only_the_exact_color_is_the_mask() -> None:
    data = png("RGB", (7, 144, 186), (7, 144, 187), (0, 0, 0), (7, 144, 186))
    assert pixels(mask_png(data, (7, 144, 186), COLOR)) == [ON, OFF, OFF, ON]
    assert pixels(mask_png(data, (0, 0, 0), COLOR)) == [OFF, OFF, ON, OFF]


@pytest.mark.parametrize("channel", [-1, 256])
def test_a_color_that_no_pixel_can_have_is_nowhere(channel: int) -> None:
    assert pixels(mask_png(png("RGB", (0, 0, 0), (255, 255, 255)), (channel, 0, 0), COLOR)) == [OFF, OFF]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PNG"),
        (b"GIF89a" + bytes(20), "no PNG"),
        (b"<svg onload='alert(1)'/>", "no PNG"),
        (claiming(9000, 9000), "more than 64000000"),
        (claiming(20_000, 20_000), "pixels"),
        (claiming(2**31 - 1, 2**31 - 1), "pixels"),
        (claiming(300, 300), "cannot be read"),
        (written(Image.new("L", (300, 300), 255))[:60], "cannot be read"),
    ],
)
def test_what_is_no_sound_picture_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        mask_png(data, None, COLOR)
