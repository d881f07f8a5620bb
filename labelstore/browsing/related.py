"""Links from a label and a data row to what can be compared with them: other labels, predictions, earlier versions."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from labelstore.browsing import page_queries
from labelstore.browsing.comparing import MOST_LABELS
from labelstore.browsing.paths import Paths
from labelstore.figures import figure
from labelstore.json.truncate import truncated
from labelstore.scenes import Source
from labelstore.scenes.scene import Scene

Row = dict[str, Any]

_MOST_RUNS = 5
_VERSIONS = "select count(*) as number from versions where label_id = $label_id"


class Link(NamedTuple):
    """A link and its words."""

    words: str
    href: str


def comparisons(labels: Sequence[Row], paths: Paths) -> list[Link]:
    """The labels of a data row compared with each other, and with what each model run has of it.

    `labels` are rows of `page_queries.labels_of`.
    """
    own = [row["label_id"] for row in labels if row["model_run_id"] is None]
    runs: dict[str, list[str]] = {}
    for row in labels:
        if row["model_run_id"] is not None:
            runs.setdefault(row["model_run_id"], []).append(row["label_id"])
    found = []
    if len(own) > 1:
        words = (
            f"Compare the {len(own)} labels" if len(own) <= MOST_LABELS else f"Compare the first {MOST_LABELS} labels"
        )
        found.append(Link(words, paths.compare(own[:MOST_LABELS])))
    for run, theirs in list(runs.items())[:_MOST_RUNS]:
        beside = own[: max(MOST_LABELS - len(theirs), 1)] if own else []
        ids = [*beside, *theirs][:MOST_LABELS]
        if len(ids) > 1:
            found.append(Link(f"Compare with model run {truncated(run, 40)}", paths.compare(ids)))
    return found


def related_links(source: Source, scene: Scene, paths: Paths) -> list[Link]:
    """What a label can be compared with, this label first, and its history; nothing where there is neither."""
    data_row_id = scene.asset.data_row_id
    labels = [] if data_row_id is None else page_queries.labels_of(source, data_row_id)
    own = [row for row in labels if row["label_id"] == scene.label_id]
    others = [row for row in labels if row["label_id"] != scene.label_id]
    found = comparisons([*own, *others], paths) if others else []
    earlier = next(iter(source.query(_VERSIONS, {"label_id": scene.label_id})))["number"]
    if earlier:
        found.append(Link(f"History: {figure(earlier + 1)} versions", paths.history(scene.label_id)))
    return found
