"""Text entities with their text, from the export or from the assets, and the spans that do not fit it."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from labelstore.engines.database import Database
from labelstore.errors import InputError
from labelstore.files.asset_folder import AssetFolder, is_address, names_of
from labelstore.formats.messages import messages_of
from labelstore.formats.spans import Claim, Offsets, Unit, span_problem, unit_of


class Entity(NamedTuple):
    """One entity; `source` says where its text is from, `problem` why its span cannot be right."""

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
_MESSAGES = "select message_id, text from messages where record_id = $record_id"
_RECORD = "select asset_type, row_data, external_id, global_key, data_row_id from records where record_id = $record_id"


def entities(
    database: Database, assets: AssetFolder | None = None, otherwise: Unit = Unit.CODE_POINTS
) -> Iterator[Entity]:
    """The entities of labels that have a span, in the order of the records; those of model runs are left out.

    Their text is the token of the export, else it is cut from the text of the asset: from the file in `assets`, or
    where the export holds the text from that. The tokens of a label decide in which unit its spans count, `otherwise`
    is the unit of labels whose tokens leave it open. A message has a text where the export holds the conversation.
    """
    source: _Source | None = None
    for _, rows in groupby(database.query(_ENTITIES).rows, key=itemgetter(0)):
        label = list(rows)
        record_id = label[0][-1]
        if source is None or source.record_id != record_id:
            source = _source(database, assets, record_id)
        claims = [Claim(text, *row[5:8]) for row in label if (text := source.texts.get(row[4])) is not None]
        unit = unit_of(claims, otherwise)
        offsets = {key: Offsets(source.texts[key], unit) for key in {row[4] for row in label} & source.texts.keys()}
        for row in label:
            yield _entity(row, source, offsets.get(row[4]))


def _entity(row: tuple[Any, ...], source: "_Source", offsets: Offsets | None) -> Entity:
    label_id, data_row_id, object_id, name, message_id, start, end, token, _ = row
    problem = span_problem(start, end, token=token, offsets=offsets)
    if problem is None and offsets is None and message_id is None:
        problem = source.problem
    text, origin = token or None, None if token is None else "token"
    if token is None and problem is None and offsets is not None:
        text, origin = offsets.cut(start, end), source.origin
    return Entity(label_id, data_row_id, object_id, name, message_id, start, end, text, origin, problem)


class _Source(NamedTuple):
    """The text of the asset of a record, or of its messages by their ids; where it is from, and why there is none."""

    record_id: int
    texts: dict[str | None, str]
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
            return _Source(record_id, {}, None, f"the file of the asset {error.reason}")
        if found is not None:
            return _Source(record_id, {**_messages(found), None: found}, "assets", None)
    if asset_type == "text" and row_data is not None and not is_address(row_data):
        return _Source(record_id, {None: row_data}, "row_data", None)
    messages = dict(database.query(_MESSAGES, {"record_id": record_id}).rows)
    return _Source(record_id, messages, "row_data" if messages else None, None)


def _messages(text: str) -> dict[str | None, str]:
    """The messages in the file of a conversation; of each id the first, as in the table `messages`."""
    return {message.message_id: message.text for message in reversed(messages_of(text))}
