"""A recording: its answers on a timeline."""

from markupsafe import Markup

from labelstore.drawing.answers import draw_questions
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.svg import element
from labelstore.drawing.text import unplaced_list
from labelstore.drawing.timeline import draw_timeline
from labelstore.scenes.scene import Scene


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The timeline in milliseconds, the answers with their times, and a player where the file is available."""
    times = [edge for track in scene.tracks for run in track.runs for edge in run]
    times += [at for track in scene.tracks for at in track.key_frames]
    duration = scene.asset.duration
    if duration is not None and 0 < duration < 1e9:
        times.append(round(duration * 1000))
    line = draw_timeline(
        scene.tracks, first=min([0, *times]), last=max([0, *times]), unit="ms", count=scene.track_count
    )
    player = element("audio", controls="", preload="none", src=options.asset_href) if options.asset_href else ""
    return element(
        "div",
        player,
        line or element("p", "No answer has a time.", class_="note"),
        draw_questions(scene.questions, unit="ms"),
        unplaced_list([(shape, "objects of audio are not drawn") for shape in scene.shapes[: options.limit]]),
        class_="words audio",
    )
