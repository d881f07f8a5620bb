"""The search queries that `labelbox.schema.export_filters.build_filters` writes, asked of a data row."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from tests.labelbox_service.graphql import QueryError
from tests.labelbox_service.workspace import Json, Row

FORMS = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
STATUSES = {"InReview": "IN_REVIEW", "InRework": "IN_REWORK", "Done": "DONE"}

Test = Callable[[Row], bool]


def test_of(query: Json, project: str | None) -> Test:
    """Whether a data row passes this one filter; `project` is the one that is exported, if one is.

    QueryError as MALFORMED_REQUEST for a filter that the SDK does not write.
    """
    kind = query.get("type")
    if kind == "data_row_last_activity_at":
        span = _span(query["value"])
        return lambda row: span(row.last_activity_at)
    if kind == "labeled_at":
        span = _span(query["value"])
        return lambda row: any(span(moment) for moment in _labeled_at(row, project))
    if kind in ("data_row_id", "global_key", "dataset", "batch") and query.get("operator") == "is":
        ids = frozenset(query["ids"])
        return lambda row: not ids.isdisjoint(_ids(row, kind))
    if kind == "task_queue_status":
        status = STATUSES[query["status"]]
        return lambda row: status in _statuses(row, project)
    if kind == "task_queue_not_exist":
        return lambda row: "TO_LABEL" in _statuses(row, project)
    raise QueryError("MALFORMED_REQUEST", f"Unknown search query type {kind!r}")


def _span(value: Json) -> Callable[[datetime], bool]:
    """Whether a time is in what was asked for, both ends included."""
    zone = ZoneInfo(value["timezone"])
    operator, bound = value["operator"], value["value"]
    if operator == "BETWEEN":
        first, last = _moment(bound["min"], zone), _moment(bound["max"], zone)
        return lambda moment: first <= moment <= last
    limit = _moment(bound, zone)
    if operator == "GREATER_THAN_OR_EQUAL":
        return lambda moment: moment >= limit
    if operator == "LESS_THAN_OR_EQUAL":
        return lambda moment: moment <= limit
    raise QueryError("MALFORMED_REQUEST", f"Unknown operator {operator!r}")


def _moment(text: str, zone: tzinfo) -> datetime:
    for form in FORMS:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - its zone is beside it
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    raise QueryError("MALFORMED_REQUEST", f"Not a time: {text!r}")


def _labeled_at(row: Row, project: str | None) -> list[datetime]:
    """When the labels were made; those without details when the data row was last active."""
    found = []
    for block in _blocks(row, project):
        for label in block.get("labels", []):
            made = label.get("label_details", {}).get("created_at")
            found.append(datetime.fromisoformat(made) if made else row.last_activity_at)
    return [moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in found]


def _ids(row: Row, kind: str) -> set[Any]:
    if kind == "data_row_id":
        return {row.line["data_row"]["id"]}
    if kind == "global_key":
        return {row.line["data_row"].get("global_key")}
    return {row.dataset} if kind == "dataset" else set(row.batches)


def _statuses(row: Row, project: str | None) -> set[str]:
    """Where the data row is in the workflow; one whose line does not say it is done if it has labels."""
    return {
        block.get("project_details", {}).get("workflow_status") or ("DONE" if block.get("labels") else "TO_LABEL")
        for block in _blocks(row, project)
    }


def _blocks(row: Row, project: str | None) -> list[Json]:
    projects: Json = row.line.get("projects", {})
    return [block for project_id, block in projects.items() if project in (None, project_id)]
