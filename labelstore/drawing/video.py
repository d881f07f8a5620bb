"""A video: one frame with its objects, links to the others, and the tracks over all of them."""

import math

from markupsafe import Markup

from labelstore.drawing import image
from labelstore.drawing.film import picture_of_frame, rate_of
from labelstore.drawing.options import DrawOptions, Film
from labelstore.drawing.picker import pick_frame
from labelstore.drawing.svg import element
from labelstore.drawing.timeline import draw_timeline
from labelstore.scenes.scene import Scene

LARGEST_FRAME = 100_000_000
_ROOM_BEHIND = 2
_SHORTEST = 10


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The picker, the frame, the timeline."""
    href = options.frame_href if scene.frame_number is not None or scene.tracks else None
    picker = pick_frame(scene.frames, scene.frame_number, href)
    return picker + draw_frame(scene, options) + draw_tracks(scene, options)


def draw_frame(scene: Scene, options: DrawOptions) -> Markup:
    """The frame: the picture of the video, where there is a file of it, with the objects on it."""
    film, scene = options.film, sized(scene, options.film)
    rate = rate_of(scene.asset, film)
    under = picture_of_frame(image.canvas_of(scene), film, scene.frame_number, rate) if film is not None else None
    drawing = image.draw(scene, options, under)
    note = element("p", rate.note, class_="note") if film is not None and rate.note else ""
    return element(
        "div", drawing, note, class_="frame-drawing", data_frame=scene.frame_number, data_rate=rate.per_second
    )


def sized(scene: Scene, film: Film | None) -> Scene:
    """The scene with the size of the file, where the export tells none."""
    if film is None or not film.width or not film.height or image.size_of(scene.asset) is not None:
        return scene
    return scene._replace(asset=scene.asset._replace(width=film.width, height=film.height))


def draw_tracks(scene: Scene, options: DrawOptions) -> Markup:
    """The timeline of the tracks, from the first frame to the last that is known."""
    if not scene.tracks:
        return Markup()
    first, last = span(scene)
    return draw_timeline(
        scene.tracks,
        first=first,
        last=last,
        unit="frames",
        at=scene.frame_number,
        href=options.frame_href,
        count=scene.track_count,
        labelled=scene.frames,
    )


def span(scene: Scene) -> tuple[int, int]:
    """First and last frame to show: of the video if the export tells its length, else of what is labelled.

    What is labelled takes a good part of the line: of a long video only its beginning is shown.
    """
    starts = [*scene.frames[:1], *(start for track in scene.tracks for start, _ in track.runs[:1])]
    ends = [*scene.frames[-1:], *(end for track in scene.tracks for _, end in track.runs[-1:])]
    known = scene.asset.frame_count
    if known is not None and math.isfinite(known) and 1 <= known <= LARGEST_FRAME:
        labelled = max(ends, default=1)
        ends = [*scene.frames[-1:], min(int(known), max(labelled, _SHORTEST) * _ROOM_BEHIND)]
    first = max(min([1, *starts]), -LARGEST_FRAME)
    return first, min(max([first, *ends]), LARGEST_FRAME)
