"""The place of a label among those of a filter: which come before and after it, and where the gallery shows it."""

from typing import NamedTuple

from labelstore.browsing.gallery.matches import Matches, matches
from labelstore.browsing.gallery.view import LABELS, PAGE, View
from labelstore.browsing.paths import Paths
from labelstore.errors import QueryError
from labelstore.query.filters import choose
from labelstore.scenes import ConnectionSource

_NODE = "select node_id, model_run_id from labels where label_id = $label_id"
_LABEL = "select label_id from labels where node_id = $node_id"


class Place(NamedTuple):
    """The labels before and after one, its number from 1 (None: the filter leaves it out), and the way back."""

    before: str | None
    after: str | None
    number: int | None
    total: int
    gallery: str
    is_filtered: bool


def place_of(source: ConnectionSource, view: View, label_id: str, paths: Paths) -> Place:
    """Where a label stands in a view. Without a filter, labels of a model run stand among those of that run."""
    row = next(source.query(_NODE, {"label_id": label_id}).rows, None)
    node, model_run = row if row is not None else (None, None)
    view = view._replace(show=LABELS)
    is_filtered = bool(view.chosen.filters or view.asked)
    if model_run is not None and not is_filtered:
        view = view._replace(chosen=choose([("model_run", model_run)]))
    try:
        found = matches(source, view)
    except QueryError:  # the gallery says why
        found = Matches(LABELS, ())
    keys = found.keys
    index = keys.index(node) if node is not None and found.show == LABELS and node in keys else None
    if index is None:
        return Place(None, None, None, len(keys), paths.gallery(view.first_page().arguments()), is_filtered)
    beside = [keys[index - 1] if index else None, keys[index + 1] if index + 1 < len(keys) else None]
    before, after = (None if one is None else source.value(_LABEL, {"node_id": one}) for one in beside)
    back = paths.gallery(view._replace(page=index // PAGE + 1).arguments())
    return Place(before, after, index + 1, len(keys), back, is_filtered)
