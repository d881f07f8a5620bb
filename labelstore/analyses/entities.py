"""Text entities with their text, from the export or from the assets, and the spans that do not fit it."""

from collections.abc import Collection, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from labelstore.assets.at_hand import NEWEST_FILE, AssetsAtHand
from labelstore.engines.database import MARKS, Database
from labelstore.export.texts import Texts, texts_of
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
_RECORDS = f"""
select r.record_id, r.asset_type, r.row_data, r.external_id, r.global_key, r.data_row_id, f.sha256, f.media_type
from records as r
{NEWEST_FILE.format("r")}
where r.record_id in ({MARKS})
"""
_MESSAGES = f"select record_id, message_id, text from messages where record_id in ({MARKS}) order by node_id"
_LABELS = 200
"""So many labels are read together with the texts of their assets."""


class _Record(NamedTuple):
    record_id: int
    asset_type: str | None
    row_data: str | None
    external_id: str | None
    global_key: str | None
    data_row_id: str | None
    file_sha256: str | None
    file_type: str | None


def entities(
    database: Database, assets: AssetsAtHand | None = None, otherwise: Unit = Unit.CODE_POINTS
) -> Iterator[Entity]:
    """The entities of labels that have a span, in the order of the records; those of model runs are left out.

    Their text is the token of the export, else it is cut from the text of the asset: from its file in `assets`,
    or where the export holds the text from that. The tokens of a label decide in which unit its spans count,
    `otherwise` is the unit of labels whose tokens leave it open. A message has a text where the export holds the
    conversation.
    """
    labels = (list(rows) for _, rows in groupby(database.query(_ENTITIES).rows, key=itemgetter(0)))
    while some := list(islice(labels, _LABELS)):
        sources = _sources(database, assets, {rows[0][-1] for rows in some})
        for rows in some:
            yield from _of_label(rows, sources[rows[0][-1]], otherwise)


def _of_label(rows: list[tuple[Any, ...]], source: Texts, otherwise: Unit) -> Iterator[Entity]:
    claims = [Claim(text, *row[5:8]) for row in rows if (text := source.texts.get(row[4])) is not None]
    unit = unit_of(claims, otherwise)
    offsets = {key: Offsets(source.texts[key], unit) for key in {row[4] for row in rows} & source.texts.keys()}
    for row in rows:
        yield _entity(row, source, offsets.get(row[4]))


def _entity(row: tuple[Any, ...], source: Texts, offsets: Offsets | None) -> Entity:
    label_id, data_row_id, object_id, name, message_id, start, end, token, _ = row
    problem = span_problem(start, end, token=token, offsets=offsets)
    if problem is None and offsets is None and message_id is None:
        problem = source.problem
    text, origin = token or None, None if token is None else "token"
    if token is None and problem is None and offsets is not None:
        text, origin = offsets.cut(start, end), source.origin
    return Entity(label_id, data_row_id, object_id, name, message_id, start, end, text, origin, problem)


def _sources(database: Database, assets: AssetsAtHand | None, record_ids: Collection[int]) -> dict[int, Texts]:
    messages: dict[int, dict[str | None, str]] = {}
    for record_id, message_id, text in database.select_in(_MESSAGES, list(record_ids)):
        messages.setdefault(record_id, {})[message_id] = text
    records = (_Record(*row) for row in database.select_in(_RECORDS, list(record_ids)))
    return {
        record.record_id: texts_of(assets, messages.get(record.record_id, {}), record, record.asset_type)
        for record in records
    }
