"""A DICOM series: one slice of a group (axis) with its objects, links to the others, and the tracks over the group."""

from markupsafe import Markup

from labelstore.drawing import image
from labelstore.drawing.picker import pick_frame, pick_group
from labelstore.drawing.scene import Look, Scene
from labelstore.drawing.video import draw_tracks


def draw(scene: Scene, look: Look) -> Markup:
    """The groups, the picker of slices, the slice, the timeline of the group."""
    return (
        pick_group(scene.groups, scene.group_name, look.group_href)
        + pick_frame(scene.frames, scene.frame_number, look.frame_href, thing="Slice")
        + image.draw(scene, look)
        + draw_tracks(scene, look)
    )
