"""A DICOM series: one slice of a group (axis) with its objects, links to the others, and the tracks over the group."""

from markupsafe import Markup

from labelstore.drawing.options import DrawOptions
from labelstore.drawing.picker import pick_frame, pick_group
from labelstore.drawing.svg import element
from labelstore.drawing.video import draw_frame, draw_tracks
from labelstore.scenes.scene import Scene

_NO_PICTURE = "Browsers show no DICOM files: the shapes are on an empty canvas."


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The groups, the picker of slices, the slice, the timeline of the group."""
    return (
        pick_group(scene.groups, scene.group_name, options.group_href)
        + pick_frame(scene.frames, scene.frame_number, options.frame_href, thing="Slice")
        + draw_frame(scene, options)
        + element("p", _NO_PICTURE, class_="note")
        + draw_tracks(scene, options)
    )
