"""Records of which a caller chose some labels: v1 records whole, v2 lines without their other labels."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final

import msgspec

from labelstore.engines.database import MARKS, TOGETHER, Database
from labelstore.export.choices import option_of
from labelstore.export.exporter import Export
from labelstore.query.filters import check_known, labels
from labelstore.query.where import nodes_where
from labelstore.schema.generations import generation_in, generation_named
from labelstore.schema.tables import NODE_BITS

_Members = dict[str, msgspec.Raw]
_members: Final = msgspec.json.Decoder(_Members).decode
_elements: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode: Final = msgspec.json.Encoder().encode


def chosen_nodes(export: Export) -> "array[int] | None":
    """The labels that a caller chose, in the order of the store; None where nothing was chosen, and all are written.

    Counts the others as not selected. Raises `NotFoundError` for an unknown name, `QueryError` and `UsageError`.
    """
    choices, database = export.choices, export.database
    chosen = choices.filters if choices.model_run is None else choices.filters.adding("model_run", choices.model_run)
    if not chosen.filters and choices.where is None:
        return None
    check_known(database, chosen)
    within = None if choices.where is None else nodes_where(database, choices.where)
    found = labels(database, chosen, within=within)
    options = [option_of(name) for name in choices.chosen()]
    export.account.not_selected[f"labels not chosen by {', '.join(options)}"] += database.value(
        "select count(*) from labels"
    ) - len(found)
    return found


def divided(nodes: "array[int]", count: int) -> list["array[int]"]:
    """The labels in so many parts of about one size, none of which ends within a record."""
    cuts = [0]
    for number in range(1, count):
        record_id = nodes[len(nodes) * number // count] >> NODE_BITS if nodes else 0
        cuts.append(max(cuts[-1], bisect_left(nodes, record_id << NODE_BITS)))
    return [nodes[first:last] for first, last in zip(cuts, [*cuts[1:], len(nodes)], strict=True)]


def record_texts(database: Database, generation: str, nodes: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """(record id, JSON) of the records of a generation that hold these labels, without the other ones of a v2 line."""
    wanted = generation_named(generation)
    records = ((key, [*some]) for key, some in groupby(nodes, lambda node: node >> NODE_BITS))
    records = ((record_id, some) for record_id, some in records if generation_in(record_id) is wanted)
    while batch := dict(islice(records, TOGETHER)):
        held = {} if wanted.record_is_label else _held(database, [*batch])
        for record_id, text in database.rebuilt([*batch]):
            kept = set(batch[record_id])
            flags = [node in kept for node in held.get(record_id, ())]
            yield record_id, text if all(flags) else without_others(text, flags)


def _held(database: Database, record_ids: Sequence[int]) -> dict[int, list[int]]:
    """Record → the nodes of its labels, in the order of its text."""
    sql = f"select record_id, node_id from labels where record_id in ({MARKS})"
    found: dict[int, list[int]] = {}
    for record_id, node in database.select_in(sql, record_ids):
        found.setdefault(record_id, []).append(node)
    return {record_id: sorted(some) for record_id, some in found.items()}


def without_others(text: bytes, kept: Iterable[bool]) -> bytes:
    """A v2 line with those of its labels that are kept, by their order; what else holds none of them is left out.

    All other bytes stay as they are.
    """
    flags = iter(kept)
    line = _members(text)
    if "projects" in line:
        projects = {key: _of_project(raw, flags) for key, raw in _told(line["projects"]).items()}
        line["projects"] = _raw({key: value for key, value in projects.items() if value is not None})
    if "experiments" in line:
        experiments = {key: _of_experiment(raw, flags) for key, raw in _told(line["experiments"]).items()}
        if found := {key: value for key, value in experiments.items() if value is not None}:
            line["experiments"] = _raw(found)
        else:
            del line["experiments"]
    return _encode(line)


def _of_project(raw: msgspec.Raw, flags: Iterator[bool]) -> msgspec.Raw | None:
    return _with_labels(_told(raw), ("labels",), flags)


def _of_experiment(raw: msgspec.Raw, flags: Iterator[bool]) -> msgspec.Raw | None:
    experiment = _told(raw)
    runs = {
        key: _with_labels(_told(run), ("labels", "predictions"), flags)
        for key, run in _told(experiment.get("runs", _raw({}))).items()
    }
    found = {key: value for key, value in runs.items() if value is not None}
    return _raw({**experiment, "runs": _raw(found)}) if found else None


def _with_labels(members: _Members, keys: Sequence[str], flags: Iterator[bool]) -> msgspec.Raw | None:
    """The same with the labels that are kept; None without any."""
    any_kept = False
    for key in keys:
        if key in members and (all_of_them := _list(members[key])) is not None:
            found = [one for one in all_of_them if bytes(one)[:1] == b"{" and next(flags)]
            members[key] = _raw(found)
            any_kept = any_kept or bool(found)
    return _raw(members) if any_kept else None


def _told(raw: msgspec.Raw) -> _Members:
    """The members of an object; none of what is no object."""
    return _members(raw) if bytes(raw)[:1] == b"{" else {}


def _list(raw: msgspec.Raw) -> list[msgspec.Raw] | None:
    return _elements(raw) if bytes(raw)[:1] == b"[" else None


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(_encode(value))
