"""The labels and data rows that match a choice, in an order: ids alone, so that pages are slices of them."""

from array import array
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final, NamedTuple

from labelstore.engines.reading import Reading
from labelstore.errors import UsageError
from labelstore.query.filters.chosen import Chosen
from labelstore.query.filters.forms import Condition, Names
from labelstore.query.filters.registry import ANSWERED, FILTERS, OF_LABELERS
from labelstore.query.filters.words import nodes_holding
from labelstore.schema.suggestions import did_you_mean

_SORTS: Final[Mapping[str, str]] = {
    "created": "coalesce(l.created_at, l.updated_at)",
    "objects": "coalesce(l.objects_total, 0)",
    "agreement": "case when l.agreement <> -1 then l.agreement end",
    "seconds": "l.seconds_to_label",
}
SORTS = tuple(sign + name for name in _SORTS for sign in ("-", ""))
"""The orders: by that of labels, upwards or (with a minus) downwards; those without a value come last."""


class Order(NamedTuple):
    """An order in SQL; `direction` is `asc` or `desc`."""

    key: str
    direction: str


def order_of(sort: str | None) -> Order | None:
    """What the name of an order means, None for that of the store. Raises `UsageError` for another name."""
    if not sort:
        return None
    name = sort.removeprefix("-")
    if name not in _SORTS:
        raise UsageError(f"sort: {sort!r} is no order; {did_you_mean(sort, SORTS) or 'use ' + ', '.join(SORTS)}")
    return Order(_SORTS[name], "desc" if sort.startswith("-") else "asc")


def condition_of(chosen: Chosen, *, model_runs: bool = False) -> Condition:
    """What SQL says of the labels of a choice. Labels in model runs match where one is chosen, or with `model_runs`."""
    conditions = [] if chosen.of("model_run") or model_runs else [Condition(OF_LABELERS, {})]
    conditions += (
        FILTERS[name].form.condition(name, values)
        for name, values in chosen.filters
        if name != "answer" and not (name == "question" and chosen.of("answer"))
    )
    if chosen.of("answer"):
        conditions.append(_answered(chosen))
    parameters: dict[str, Any] = {}
    for one in conditions:
        parameters |= one.parameters
    return Condition("\n    and ".join(f"({one.sql})" for one in conditions) or "true", parameters)


def _answered(chosen: Chosen) -> Condition:
    """The answers, to the questions where some are chosen."""
    answers, questions = chosen.of("answer"), chosen.of("question")
    if not questions:
        return FILTERS["answer"].form.condition("answer", answers)
    asked = {f"question_{number}": value for number, value in enumerate(questions)}
    marks = ", ".join(f"${key}" for key in asked)
    found = Names(ANSWERED.replace("{questions}", marks)).condition("answer", answers)
    return Condition(found.sql, {**found.parameters, **asked})


def labels(
    reading: Reading,
    chosen: Chosen,
    sort: str | None = None,
    *,
    within: Container[int] | None = None,
    model_runs: bool = False,
) -> "array[int]":
    """The nodes of the labels that match, in the order `sort`, else in that of the store.

    With `within` only of these; with `model_runs` those in model runs too.
    """
    matching = rows_of(reading, chosen, sort, "l.node_id", within=within, model_runs=model_runs)
    return array("q", (node for (node,) in matching))


def data_rows(reading: Reading, chosen: Chosen, sort: str | None = None) -> list[str]:
    """The ids of the data rows with a label that matches, in the order of the first of these; without a filter all."""
    if chosen.filters or sort:
        rows = rows_of(reading, chosen, sort, "l.node_id, l.data_row_id")
        found = dict.fromkeys(data_row_id for _, data_row_id in rows if data_row_id is not None)
        if chosen.filters:
            return list(found)
    else:
        found = {}
    sql = "select data_row_id from data_rows order by record_id, data_row_id"
    found |= dict.fromkeys(data_row_id for (data_row_id,) in _rows(reading, sql, {}))
    return list(found)


def rows_of(
    reading: Reading,
    chosen: Chosen,
    sort: str | None,
    columns: str,
    *,
    joins: str = "",
    parameters: Mapping[str, Any] | None = None,
    within: Container[int] | None = None,
    model_runs: bool = False,
) -> Iterator[tuple[Any, ...]]:
    """Columns of the labels that match, the first of them the node, in their order."""
    order = order_of(sort)
    condition = condition_of(chosen, model_runs=model_runs)
    by = f"{order.key} is null, {order.key} {order.direction}, l.node_id {order.direction}" if order else "l.node_id"
    held = nodes_holding(reading, chosen.of("words"))
    sql = f"select {columns} from labels as l {joins} where {condition.sql} order by {by}"
    rows = _rows(reading, sql, {**condition.parameters, **(parameters or {})})
    for nodes in (held, within):
        if nodes is not None:
            rows = _among(rows, nodes)
    return rows


def _among(rows: Iterator[tuple[Any, ...]], nodes: Container[int]) -> Iterator[tuple[Any, ...]]:
    return (row for row in rows if row[0] in nodes)


def _rows(reading: Reading, sql: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    return reading.query(reading.dialect.translate(sql), parameters).rows
