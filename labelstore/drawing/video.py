"""A video: one frame with its objects, links to the others, and the tracks over all of them."""

import math

from markupsafe import Markup

from labelstore.drawing import image
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.picker import pick_frame
from labelstore.drawing.timeline import draw_timeline
from labelstore.scenes.scene import Scene

LARGEST_FRAME = 100_000_000
_ROOM_BEHIND = 2
_SHORTEST = 10


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The picker, the frame, the timeline."""
    if scene.frame_number is None and not scene.tracks:
        return pick_frame(scene.frames, None, None) + image.draw(scene, options)
    picker = pick_frame(scene.frames, scene.frame_number, options.frame_href)
    return picker + image.draw(scene, options) + draw_tracks(scene, options)


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
