"""What there is to fetch: the URLs of a store, each once, in the form that the newest record signs."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, NamedTuple

from labelstore.assets.folder import is_address
from labelstore.connected.fetching.contents import FRAMES, MASK
from labelstore.connected.fetching.expiry import expires_at
from labelstore.connected.fetching.results import Wanted
from labelstore.engines.database import Database
from labelstore.formats.signed_urls import without_tokens
from labelstore.query.filters import Chosen, data_rows, labels

ROLES: Final = ("assets", "masks", "frames")
_WEB: Final = ("http://", "https://")
_LONGEST: Final = 32_768
_ASSETS: Final = """
select d.data_row_id, d.row_data, d.asset_type, d.dataset_id,
    (select max(l.project_id) from labels as l where l.data_row_id = d.data_row_id)
from data_rows as d
where d.row_data like '%://%'
order by d.record_id, d.data_row_id
"""
_COMPOSITES: Final = """
select l.node_id, m.composite_url, l.project_id
from masks as m
join objects as o on o.object_id = m.object_id
join labels as l on l.label_id = o.label_id
where m.composite_url is not null
order by m.object_id
"""
_MASKS: Final = """
select l.node_id, m.url, l.project_id, m.composite_url
from masks as m
join objects as o on o.object_id = m.object_id
join labels as l on l.label_id = o.label_id
where m.url is not null
order by m.object_id
"""
_FRAMES: Final = """
select l.node_id, l.frames_url, l.project_id from labels as l where l.frames_url is not null order by l.node_id
"""


class Selection(NamedTuple):
    """Which of them: kinds of `ROLES`, and of which labels."""

    kinds: Collection[str] = ROLES
    chosen: Chosen = Chosen()


class Found(NamedTuple):
    """The URLs by what they are without tokens, and how many addresses are of no web server, by their scheme."""

    wanted: dict[str, Wanted]
    elsewhere: Counter[str]


def find_wanted(database: Database, selection: Selection, is_lost: Callable[[str], bool]) -> Found:
    """Everything that a selection names.

    `is_lost` tells of a URL without tokens that it was asked for in vain: where a composite picture is lost, the
    pictures of its single masks are wanted, which else are in it.
    """
    found = Found({}, Counter())
    nodes = frozenset(labels(database, selection.chosen)) if selection.chosen.filters else None
    if "assets" in selection.kinds:
        _add_assets(found, database, selection.chosen)
    if "masks" in selection.kinds:
        _add_of_labels(found, MASK, nodes, database.query(_COMPOSITES).rows)
        masks = database.query(_MASKS).rows
        single = (row[:3] for row in masks if row[3] is None or is_lost(without_tokens(row[3])))
        _add_of_labels(found, MASK, nodes, single)
    if "frames" in selection.kinds:
        _add_of_labels(found, FRAMES, nodes, database.query(_FRAMES).rows)
    return found


def _add_assets(found: Found, database: Database, chosen: Chosen) -> None:
    ids = frozenset(data_rows(database, chosen)) if chosen.filters else None
    for data_row_id, row_data, asset_type, dataset_id, project_id in database.query(_ASSETS).rows:
        if (ids is None or data_row_id in ids) and _is_one(row_data):
            source = ("--project", project_id) if project_id is not None else None
            source = source or (("--dataset", dataset_id) if dataset_id is not None else None)
            _add(found, row_data, "asset", asset_type, source)


def _add_of_labels(found: Found, role: str, nodes: Collection[int] | None, rows: Iterable[tuple[Any, ...]]) -> None:
    for node_id, url, project_id in rows:
        if (nodes is None or node_id in nodes) and _is_one(url):
            _add(found, url, role, role, None if project_id is None else ("--project", project_id))


def _is_one(text: str) -> bool:
    """Whether this is the address of one file: no text, no JSON, no pattern of tiles."""
    return len(text) <= _LONGEST and is_address(text) and not any(mark in text for mark in '{}"<>\n\t')


def _add(found: Found, signed: str, role: str, expected: str | None, source: tuple[str, str] | None) -> None:
    if not signed.lower().startswith(_WEB):
        found.elsewhere[signed.partition("://")[0][:20].lower()] += 1
        return
    url = without_tokens(signed)
    signed = url if signed == url else signed
    new = Wanted(url, signed, role, expected, source, expires_at(signed))
    known = found.wanted.get(url)
    if known is None or (new.expires_at or "") >= (known.expires_at or ""):  # of several, the one that lasts longest
        found.wanted[url] = new if known is None else new._replace(role=known.role, expected=known.expected)
