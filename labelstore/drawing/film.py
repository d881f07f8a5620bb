"""The picture of a frame of a video, by the browser's own player under the shapes."""

from typing import NamedTuple

from markupsafe import Markup

from labelstore.drawing.options import Film
from labelstore.drawing.shapes import Canvas
from labelstore.drawing.svg import element, number
from labelstore.figures import figure
from labelstore.scenes.scene import Asset

USUAL_RATE = 30.0
"""Frames per second where neither the export nor the file tells."""


class FrameRate(NamedTuple):
    """Frames per second, and what is to be said about where they are from."""

    per_second: float
    note: str = ""


def rate_of(asset: Asset, film: Film | None) -> FrameRate:
    """The frame rate that the export tells, else that of the file, else the usual one."""
    if asset.frame_rate is not None and 0 < asset.frame_rate <= 1000:
        return FrameRate(asset.frame_rate)
    if film is not None and film.frame_rate:
        told = f"The export tells no frame rate; the file has {number(film.frame_rate)} frames a second."
        return FrameRate(film.frame_rate, told)
    assumed = f"Neither the export nor the file tells the frame rate: {number(USUAL_RATE)} a second are assumed"
    return FrameRate(USUAL_RATE, f"{assumed}, so the picture may be that of another frame.")


def moment_of(frame: int, per_second: float) -> float:
    """Seconds from the start to the middle of a frame; frames count from 1."""
    return max(frame - 0.5, 0.5) / per_second


def picture_of_frame(canvas: Canvas, film: Film, frame: int | None, rate: FrameRate) -> Markup:
    """The video on the whole canvas, stopped at the frame; it moves and scales as the shapes on it do."""
    at = 1 if frame is None else frame
    video = element(
        "video",
        src=f"{film.href}#t={moment_of(at, rate.per_second):.4f}",
        class_="film",
        preload="auto",
        muted="",
        playsinline="",
        disablepictureinpicture="",
        aria_label=f"Frame {figure(at)} of the video",
    )
    sides = {"x": canvas.left, "y": canvas.top, "width": canvas.width, "height": canvas.height}
    return element("foreignObject", video, class_="film-frame", **sides)
