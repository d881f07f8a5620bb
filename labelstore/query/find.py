"""Data rows and labels by the names that people know them by: external ids and global keys."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labelstore.engines.database import Database
from labelstore.errors import AmbiguousError, NotFoundError
from labelstore.figures import figure

_SHOWN = 20
_IS_DATA_ROW = "select 1 from data_rows where data_row_id = ? union all select 1 from labels where data_row_id = ?"


class Thing(NamedTuple):
    """A label, or a data row, and its id."""

    is_label: bool
    id: str


def json_of(database: Database, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(id, JSON) of labels and data rows, in the order asked for.

    A label comes as its v1 element or its v2 label object; a data row as each v2 line about it, or where only v1
    has it as each of its labels. A data row may be named by its external id or global key. Raises `NotFoundError` at
    an id that the store does not hold.
    """
    for wanted in ids:
        found = database.label_json(wanted) or database.data_row_json(wanted)
        if not found and (data_row_id := data_row_of(database, wanted)):
            found = database.data_row_json(data_row_id)
        if not found:
            raise _not_found(database, wanted)
        yield from ((wanted, text) for text in found)


def _not_found(database: Database, name: str) -> NotFoundError:
    return NotFoundError(
        f"{name}: no label or data row of {database.name} has this id, external id or global key; {database.way_to_ids}"
    )


def thing_of(database: Database, name: str) -> Thing:
    """The label with this id, or else the data row with this id, external id or global key.

    Raises `NotFoundError` for none, and `AmbiguousError` for several data rows.
    """
    if database.value("select 1 from labels where label_id = ?", (name,)):
        return Thing(True, name)
    if database.value(_IS_DATA_ROW, (name, name)):
        return Thing(False, name)
    data_row_id = data_row_of(database, name)
    if data_row_id is None:
        raise _not_found(database, name)
    return Thing(False, data_row_id)


def data_row_of(database: Database, name: str) -> str | None:
    """The id of the data row with this external id or global key. Raises `AmbiguousError` for several."""
    return _only(database, name, "data rows", _data_rows(database, name))


def label_of(database: Database, name: str) -> str | None:
    """The id of the label that is about the data row with this id, external id or global key.

    Labels of model runs do not count. Raises `AmbiguousError` for several.
    """
    found: list[str] = []
    for data_row_id in dict.fromkeys([name, *_data_rows(database, name)]):
        sql = "select label_id from labels where data_row_id = ? and model_run_id is null order by label_id"
        found += [row[0] for row in database.query(sql, (data_row_id,)).rows]
    return _only(database, name, "labels", list(dict.fromkeys(found)))


def _data_rows(database: Database, name: str) -> list[str]:
    sql = "select distinct data_row_id from data_rows where external_id = ? or global_key = ? order by 1"
    return [row[0] for row in database.query(sql, (name, name)).rows]


def _only(database: Database, name: str, noun: str, found: Sequence[str]) -> str | None:
    if len(found) > 1:
        more = f" and {figure(len(found) - _SHOWN)} more" if len(found) > _SHOWN else ""
        ids = ", ".join(found[:_SHOWN])
        raise AmbiguousError(
            f"{name}: {figure(len(found))} {noun} of {database.name} go by this: {ids}{more}; name one of them"
        )
    return found[0] if found else None
