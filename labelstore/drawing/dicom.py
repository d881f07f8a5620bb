"""A DICOM series: one slice of a group (axis) with its objects, links to the others, and the tracks over the group."""

from markupsafe import Markup

from labelstore.drawing import image
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.picker import pick_frame, pick_group
from labelstore.drawing.video import draw_tracks
from labelstore.scenes.scene import Scene


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The groups, the picker of slices, the slice, the timeline of the group."""
    return (
        pick_group(scene.groups, scene.group_name, options.group_href)
        + pick_frame(scene.frames, scene.frame_number, options.frame_href, thing="Slice")
        + image.draw(scene, options)
        + draw_tracks(scene, options)
    )
