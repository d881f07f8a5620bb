"""A recording: its player, its answers on a timeline, and beside it as a transcript."""

from collections.abc import Sequence

from markupsafe import Markup

from labelstore.drawing.answers import MAX_ANSWER, draw_questions
from labelstore.drawing.captions import clock, left_out, shortened
from labelstore.drawing.options import DrawOptions
from labelstore.drawing.svg import element, joined
from labelstore.drawing.text import unplaced_list
from labelstore.drawing.timeline import draw_timeline
from labelstore.scenes.scene import Answer, Question, Scene

MAX_LINES = 1000
"""Lines of a transcript."""


def draw(scene: Scene, options: DrawOptions) -> Markup:
    """The player where the file is available, the timeline in milliseconds, what was said when, and other answers."""
    times = [edge for track in scene.tracks for run in track.runs for edge in run]
    times += [at for track in scene.tracks for at in track.key_frames]
    duration = scene.asset.duration
    if duration is not None and 0 < duration < 1e9:
        times.append(round(duration * 1000))
    href = options.asset_href
    line = draw_timeline(
        scene.tracks,
        first=min([0, *times]),
        last=max([0, *times]),
        unit="ms",
        at=None if href is None else 0,
        href=None if href is None else f"{href}#t={{}}",
        count=scene.track_count,
    )
    timed = [question for question in scene.questions if question.frame_number is not None]
    player = element("audio", controls="", preload="metadata", src=href) if href else ""
    return element(
        "div",
        player,
        element("div", line or element("p", "No answer has a time.", class_="note"), _transcript(timed, href)),
        draw_questions([question for question in scene.questions if question.frame_number is None], unit="ms"),
        unplaced_list([(shape, "objects of audio are not drawn") for shape in scene.shapes[: options.limit]]),
        class_="words audio",
    )


def _transcript(timed: Sequence[Question], href: str | None) -> Markup:
    """What was answered about each moment, in the order of time."""
    if not timed:
        return Markup()
    ordered = sorted(timed, key=lambda question: question.frame_number or 0)[:MAX_LINES]
    note = left_out(len(ordered), len(timed), "lines", verb="shown")
    lines = element("ol", joined(_line(question, href) for question in ordered), class_="transcript", tabindex=0)
    return element("div", lines, note)


def _line(question: Question, href: str | None) -> Markup:
    start = question.frame_number or 0
    end = question.end_frame if question.end_frame is not None and question.end_frame > start else start
    text = f"at {clock(start)}" + (f"–{clock(end)}" if end > start else "")
    time = element("a" if href else "span", text, class_="time", href=f"{href}#t={seconds(start)}" if href else None)
    answers = joined(_answer(answer) for answer in question.answers) or element("span", "no answer", class_="none")
    name = element("span", shortened(question.name, 200), class_="speaker")
    return element("li", time, " ", name, " ", answers, data_start=start, data_end=end)


def _answer(answer: Answer) -> Markup:
    text = element("span", shortened(answer.text, MAX_ANSWER) or "empty", class_="answer", dir="auto")
    return text + " " + draw_questions(answer.questions, unit="ms")


def seconds(milliseconds: int) -> str:
    """As a media fragment has them."""
    return f"{max(milliseconds, 0) / 1000:.3f}"
