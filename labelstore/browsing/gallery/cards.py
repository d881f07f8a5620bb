"""The cards of a page of the gallery: what is said below each thumbnail."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.browsing.cells import Budget, data_row_thumbnail, label_thumbnail
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings
from labelstore.engines.reading import Reading
from labelstore.figures import figure, moment
from labelstore.json.truncate import truncated
from labelstore.query.filters.registry import LAST_SCORE
from labelstore.scenes.scene import Scene

_LONGEST = 80
_ANSWERS = 4
_LABELS = f"""
select l.node_id as key, l.label_id, l.data_row_id, d.external_id, d.global_key, l.created_by, l.objects_total,
    coalesce(l.created_at, l.updated_at) as made, l.skipped, l.model_run_id, l.is_prediction, {LAST_SCORE} as score,
    d.asset_type
from labels as l
left join data_rows as d on d.data_row_id = l.data_row_id
where l.node_id in ({{marks}})
"""
_DATA_ROWS = """
select d.data_row_id as key, d.data_row_id, d.external_id, d.global_key, d.asset_type,
    (select count(*) from labels as l where l.data_row_id = d.data_row_id and l.model_run_id is null) as labels
from data_rows as d
where d.data_row_id in ({marks})
"""


class Card(NamedTuple):
    """A label or data row of the gallery. `picture` is None where there is nothing to draw, or no time left."""

    title: str
    href: str
    picture: Markup | None
    facts: tuple[str, ...]
    state: str
    """`approved`, `rejected`, `skipped` or empty."""
    said: tuple[str, ...] = ()
    """What is answered, or why there is no picture; where there is one, nobody needs it."""


def label_cards(reading: Reading, nodes: Sequence[int], settings: Settings, paths: Paths, budget: Budget) -> list[Card]:
    """The cards of labels, in the order of their nodes; `paths` keeps the filter."""
    cards = []
    for row in _rows(reading, _LABELS, nodes):
        label_id = row["label_id"]
        picture = label_thumbnail(reading, label_id, settings, paths, budget)
        said = () if picture else tuple(_said(budget.known(label_id))) or _without(budget)
        cards.append(Card(_title(row, label_id), paths.label(label_id), picture, tuple(_facts(row)), _state(row), said))
    return cards


def data_row_cards(
    reading: Reading, ids: Sequence[str], settings: Settings, paths: Paths, budget: Budget
) -> list[Card]:
    """The cards of data rows, in the order of their ids."""
    return [
        Card(
            _title(row, row["data_row_id"]),
            paths.data_row(row["data_row_id"]),
            data_row_thumbnail(reading, row["data_row_id"], settings, paths, budget),
            (str(row["asset_type"] or "unknown"), _number(row["labels"], "label")),
            "",
            _without(budget),
        )
        for row in _rows(reading, _DATA_ROWS, ids)
    ]


def _rows(reading: Reading, sql: str, keys: Sequence[Any]) -> list[dict[str, Any]]:
    values = {f"key_{number}": key for number, key in enumerate(keys)}
    if not values:
        return []
    rows = reading.query(sql.format(marks=", ".join(f"${name}" for name in values)), values)
    found = {row["key"]: row for row in rows}
    return [found[key] for key in keys if key in found]


def _without(budget: Budget) -> tuple[str]:
    """Why there is no picture."""
    return ("not drawn: this took too long",) if budget.is_spent else ("nothing to draw",)


def _said(scene: Scene | None) -> Iterator[str]:
    """The first answers of a label."""
    for question in scene.questions[:_ANSWERS] if scene is not None else ():
        answers = ", ".join(answer.text for answer in question.answers[:_ANSWERS])
        yield truncated(f"{question.name}: {answers}", _LONGEST)


def _title(row: dict[str, Any], otherwise: str) -> str:
    return truncated(str(row["external_id"] or row["global_key"] or otherwise), _LONGEST)


def _facts(row: dict[str, Any]) -> list[str]:
    if row["model_run_id"] is not None:
        who = "prediction" if row["is_prediction"] else "model run"
    else:
        who = truncated(str(row["created_by"] or "no labeler"), _LONGEST)
    made = [moment(row["made"])[:10]] if row["made"] else []
    return [who, _number(row["objects_total"] or 0, "object"), *made]


def _state(row: dict[str, Any]) -> str:
    if row["skipped"]:
        return "skipped"
    if row["score"]:
        return "approved" if row["score"] > 0 else "rejected"
    return ""


def _number(count: int, noun: str) -> str:
    return f"{figure(count)} {noun}{'' if count == 1 else 's'}"
