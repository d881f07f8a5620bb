"""The JSON of a DuckDB store: records side by side by one statement, others by `Lookup`, large ones in parts."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING

from labelstore.engines.database import MARKS, TOGETHER
from labelstore.engines.duckdb_places import Place
from labelstore.engines.pieces import MANY, Joined, unmarked, unmarked_parts, whole
from labelstore.schema.generations import CODE_BITS, generation_in
from labelstore.schema.tables import NODE_BITS, node_range

if TYPE_CHECKING:
    from labelstore.engines.duckdb_lookup import Lookup
    from labelstore.engines.duckdb_session import DuckdbSession

ONE_BY_ONE = 4
"""So many labels are looked up by their places."""
_NEARBY = 4 << CODE_BITS
_FEW = 50
"""Records side by side that are no more are looked up: a join takes 45 ms, and 0.1 ms for each record in its range; a
look-up 25 ms, and 0.5 ms for each record.
"""
_SCATTERED = 1000
"""To scan so many records takes less than to seek one."""
_JOINED_TOGETHER = 100
_LOOKED_UP_TOGETHER = 500
_TOGETHER = 1000
_SORTED_TOGETHER = 100_000


class DuckdbTexts:
    """What the views of a store give, as texts."""

    def __init__(self, database: "DuckdbSession") -> None:
        self._database = database

    @cached_property
    def lookup(self) -> "Lookup":
        """The way to single records."""
        from labelstore.engines.duckdb_lookup import Lookup

        return Lookup(self._database.rows_of)

    def rebuilt(self, record_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """(record_id, JSON) of records, in the order of their ids."""
        return ((record_id, unmarked(pieces)) for record_id, pieces in self._marked(record_ids))

    def joined(self, record_ids: Sequence[int]) -> Iterator[Joined]:
        """The joined pieces of the same."""
        marked = self._marked(record_ids)
        while some := list(islice(marked, _JOINED_TOGETHER)):
            yield Joined([record_id for record_id, _ in some], b"".join(pieces for _, pieces in some))

    def _marked(self, record_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        large = self._large(record_ids)
        small: list[int] = []
        for record_id in sorted(record_ids):
            if (nodes := large.get(record_id)) is None:
                small.append(record_id)
                continue
            yield from self._together(small)
            yield record_id, whole(chain([b","], self.parts(*nodes)))
            small = []
        yield from self._together(small)

    def _together(self, record_ids: list[int]) -> Iterator[tuple[int, bytes]]:
        """Of records that are sorted, and not large."""
        for are_few, groups in groupby(_neighbours(record_ids), lambda group: len(group) < _FEW):
            if not are_few:
                yield from chain.from_iterable(map(self._joined, groups))
                continue
            scattered = chain.from_iterable(groups)
            while some := [Place(*node_range(record_id)) for record_id in islice(scattered, _LOOKED_UP_TOGETHER)]:
                found = self.lookup.texts(some)
                yield from ((place.first >> NODE_BITS, b"," + found[place]) for place in some if place in found)

    def _joined(self, group: list[int]) -> Iterator[tuple[int, bytes]]:
        """Of records that lie close together: what the views give of one range of nodes."""
        wanted = set(group)
        sql = (
            f"select node_id >> {NODE_BITS} as record_id, encode(string_agg(piece, '' order by pos * 4 + rank))"
            " from {pieces} where node_id >= ? and node_id < ? group by 1"
        )
        pieces = sorted({generation_in(record_id).pieces_view for record_id in group})
        text = " union all ".join(sql.format(pieces=name) for name in pieces)
        limits = [group[0] << NODE_BITS, group[-1] + 1 << NODE_BITS] * len(pieces)
        rows = self._database.query(text, limits).rows
        yield from (row for row in sorted(rows) if row[0] in wanted)

    def _large(self, record_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Records too large to be joined by one statement, by their ids: the first and the last node."""
        if not record_ids:
            return {}
        sql = "select record_id, node_id, end_id from records where end_id - node_id >= ? and record_id"
        first, last, wanted = min(record_ids), max(record_ids), set(record_ids)
        if (last - first) >> CODE_BITS > _SCATTERED * len(wanted):
            rows = self._database.select_in(f"{sql} in ({MARKS})", record_ids, MANY)
        else:  # without Arrow, whose import takes longer than a small file
            rows = self._database.query(f"{sql} between ? and ?", [MANY, first, last]).rows
        return {record_id: (node, end) for record_id, node, end in rows if record_id in wanted}

    def parts(self, first: int, last: int) -> Iterator[bytes]:
        """The JSON of a record or label, given by its nodes, in parts."""
        view = generation_in(first >> NODE_BITS).pieces_view
        sql = f"select piece from {view} where node_id between ? and ? and pos between ? and ? order by pos, rank"

        def parts() -> Iterator[bytes]:
            for start in range(first, last + 1, _SORTED_TOGETHER):
                rows = self._database.query(sql, [first, last, start, min(start + _SORTED_TOGETHER - 1, last)]).rows
                while some := [piece or "" for (piece,) in islice(rows, TOGETHER)]:
                    yield "".join(some).encode()

        yield from unmarked_parts(parts())

    def rebuilt_all(self, generation: str, first: int, last: int) -> Iterator[bytes]:
        """JSON of the records of a generation with ids from `first` to `last`, in that order."""
        sql = "select record_id from records where generation = ? and record_id between ? and ? order by 1 limit ?"
        while found := list(self._database.query(sql, [generation, first, last, _TOGETHER]).rows):
            for _, text in self.rebuilt([row[0] for row in found]):
                yield text
            first = found[-1][0] + 1

    def of_labels(self, label_ids: Sequence[str]) -> dict[str, str]:
        """The JSON of labels by their ids, in the order asked for."""
        found = self._database.places_of(label_ids)
        records = {name: first >> NODE_BITS for name, (first, last, _) in found.items() if last - first < MANY}
        texts: dict[int, bytes] = {}
        if len(records) > ONE_BY_ONE:
            texts.update(self.rebuilt([one for one in records.values() if generation_in(one).record_is_label]))
        alone = self.lookup.texts([found[name] for name, one in records.items() if one not in texts])

        def text(name: str) -> str:
            if name not in records:
                return whole(self.parts(*found[name][:2])).decode()
            return (texts.get(records[name]) or alone.get(found[name], b"")).decode()

        return {name: text(name) for name in label_ids if name in found}


def _neighbours(record_ids: list[int]) -> Iterator[list[int]]:
    """Groups of ids that lie close together: each group is one range of nodes."""
    group: list[int] = []
    for record_id in record_ids:
        if group and record_id - group[-1] > _NEARBY:
            yield group
            group = []
        group.append(record_id)
    if group:
        yield group
