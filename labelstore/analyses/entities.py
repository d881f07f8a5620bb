"""Text entities with their text, from the export or from the assets, and the spans that do not fit it."""

from collections.abc import Iterator
from typing import NamedTuple

from labelstore.assets import AssetFolder, is_address, names_of
from labelstore.errors import InputError
from labelstore.spans import BEYOND_CODE_POINTS, Unit, cut, span_problem
from labelstore.stores.database import Database


class Entity(NamedTuple):
    """One entity; `source` tells where its text is from, `problem` why its span cannot be right."""

    label_id: str
    data_row_id: str | None
    object_id: int
    name: str | None
    message_id: str | None
    start: int | None
    end: int | None
    text: str | None
    source: str | None
    problem: str | None


_ENTITIES = """
select o.label_id, l.data_row_id, o.object_id, o.name, t.message_id, t.start, t."end", t.token, l.record_id
from text_entities as t
join objects as o on o.object_id = t.object_id
join labels as l on l.label_id = o.label_id
where l.model_run_id is null and t.location is null
order by o.object_id
"""
_RECORD = "select asset_type, row_data, external_id, global_key, data_row_id from records where record_id = $record_id"


def entities(database: Database, assets: AssetFolder | None = None, unit: Unit = Unit.CODE_POINTS) -> Iterator[Entity]:
    """The entities of labels that have a span, in the order of the records; those of model runs are left out.

    Their text is the token of the export, else it is cut from the text of the asset by `unit`: from the file in
    `assets`, or where the export holds the text from that. Nothing tells the text of a message.
    """
    source: _Source | None = None
    for label_id, data_row_id, object_id, name, message_id, start, end, token, record_id in database.query(
        _ENTITIES
    ).rows:
        if source is None or source.record_id != record_id:
            source = _source(database, assets, record_id)
        whole = source.text if message_id is None else None
        problem = span_problem(start, end, token=token, text=whole)
        if problem is None and whole is None and message_id is None:
            problem = source.problem
        text, origin = token, "token" if token is not None else None
        if token is None and whole is not None and problem in (None, BEYOND_CODE_POINTS):
            text, origin = cut(whole, start, end, unit), source.origin
        yield Entity(label_id, data_row_id, object_id, name, message_id, start, end, text or None, origin, problem)


class _Source(NamedTuple):
    """The text of the asset of a record, where it is from, and why there is none."""

    record_id: int
    text: str | None
    origin: str | None
    problem: str | None


def _source(database: Database, assets: AssetFolder | None, record_id: int) -> _Source:
    asset_type, row_data, *ids = next(iter(database.query(_RECORD, {"record_id": record_id}).rows))
    if assets is not None:
        external_id, global_key, data_row_id = ids
        names = names_of(external_id=external_id, global_key=global_key, data_row_id=data_row_id, row_data=row_data)
        try:
            found = assets.text(names)
        except InputError as error:
            return _Source(record_id, None, None, f"the file of the asset {error.reason}")
        if found is not None:
            return _Source(record_id, found, "assets", None)
    if asset_type == "text" and row_data is not None and not is_address(row_data):
        return _Source(record_id, row_data, "row_data", None)
    return _Source(record_id, None, None, None)
