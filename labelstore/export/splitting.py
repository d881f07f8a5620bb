"""Training, validation and test: which data row belongs where, so that it stays there when others come."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from labelstore.engines.database import Database
from labelstore.errors import UsageError
from labelstore.export.choices import Choices, option_of

SPLITS = ("train", "val", "test")
_WORDS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
    "unassigned": None,
}
"""What models and metadata call a split → what we call it."""

_CLASSES = """
select distinct l.node_id, coalesce(o.name, o.value)
from labels as l
join objects as o on o.label_id = l.label_id
"""
_ANSWERS = """
select distinct l.node_id, coalesce(a.name, a.text, a.value)
from labels as l
join classifications as c on c.label_id = l.label_id
join answers as a on a.classification_id = c.classification_id
where c.object_id is null and c.frame_id is null and coalesce(c.name, c.value) = $question
"""

Row = tuple[int, str, str | None]
"""A data row: the node of its first label, its id, and the split that a v1 model run gives it."""


@dataclass
class Splits:
    """The splits of data rows by the nodes of their first labels; without any, no data row has one."""

    given: dict[int, int] = field(default_factory=dict)

    def of(self, node: int) -> str | None:
        """train, val or test; None without splits."""
        return SPLITS[self.given[node]] if self.given else None


def splits_of(database: Database, choices: Choices, rows: Sequence[Row]) -> Splits:
    """The split of each data row. Raises `UsageError` where nothing says it."""
    match choices.split:
        case "none":
            return Splits()
        case "hash":
            return Splits(_by_hash(choices.shares(), rows))
        case "stratified":
            return Splits(_stratified(database, choices, rows))
        case how:
            told = _of_model_run(database, choices, rows) if how == "model-run" else _of_metadata(database, choices)
            return Splits(_as_told(choices, rows, told))


def _by_hash(shares: tuple[float, float, float], rows: Sequence[Row]) -> dict[int, int]:
    """By the hash of the id; a set that would be empty gets the training row that is nearest to it."""
    places = {node: _place(row) for node, row, _ in rows}
    found = {node: _drawn(place, shares) for node, place in places.items()}
    for split in (1, 2):
        train = [node for node in found if found[node] == 0]
        if shares[split] and split not in found.values() and len(train) > 1:
            found[max(train, key=places.__getitem__)] = split
    return found


def _place(data_row_id: str) -> float:
    """Where a data row is between 0 and 1, by its id alone."""
    return int.from_bytes(sha256(data_row_id.encode("utf-8", "surrogatepass")).digest()[:6], "big") / 2**48


def _drawn(place: float, shares: tuple[float, float, float]) -> int:
    """The split of a place between 0 and 1."""
    return min(bisect_right((shares[0], shares[0] + shares[1]), place), 2 if shares[2] else 1 if shares[1] else 0)


def _stratified(database: Database, choices: Choices, rows: Sequence[Row]) -> dict[int, int]:
    """As by hash, in the exact ratios among the data rows that share their rarest class."""
    nodes = {node for node, _, _ in rows}

    def classes() -> Iterator[tuple[int, str | None]]:
        """Those of objects, or the answers to the chosen question."""
        asked = choices.question is not None
        found = database.query(_ANSWERS, {"question": choices.question}) if asked else database.query(_CLASSES)
        return (row for row in found.rows if row[0] in nodes)

    often = Counter(name for _, name in classes())
    rarest: dict[int, str | None] = {}
    for node, name in classes():
        now = rarest.get(node, name)
        rarest[node] = min(now, name, key=lambda one: (often[one], one or ""))
    strata: dict[str | None, list[tuple[float, int]]] = {}
    for node, row, _ in rows:
        strata.setdefault(rarest.get(node, ""), []).append((_place(row), node))
    train, val, _ = choices.shares()
    found: dict[int, int] = {}
    for places in strata.values():
        cuts = round(train * len(places)), round((train + val) * len(places))
        found |= {node: bisect_right(cuts, number) for number, (_, node) in enumerate(sorted(places))}
    return found


def _of_model_run(database: Database, choices: Choices, rows: Sequence[Row]) -> dict[str, str]:
    if choices.model_run is None:
        raise UsageError(f"{option_of('split')} model-run: name the run with {option_of('model_run')}")
    sql = "select data_row_id, split from model_runs where model_run_id = ? and split is not null"
    told = dict(database.query(sql, (choices.model_run,)).rows)
    return {row: split for _, row, split in rows if split} | told


def _of_metadata(database: Database, choices: Choices) -> dict[str, str]:
    sql = "select data_row_id, value from metadata_fields where lower(schema_name) = lower(?) and value is not null"
    return {row: str(value).strip('"') for row, value in database.query(sql, (choices.split_field,)).rows}


def _as_told(choices: Choices, rows: Sequence[Row], told: dict[str, str]) -> dict[int, int]:
    """What is told as train, val and test. Raises `UsageError` for a data row without, or with another word."""
    found = {}
    for node, row, _ in rows:
        word = _WORDS.get(told.get(row, "").lower())
        if word is None:
            said = f"its split is {told[row]!r}" if row in told else "it has none"
            raise UsageError(
                f"{option_of('split')} {choices.split}: data row {row}: {said};"
                f" use train, val and test, or {option_of('split')} hash"
            )
        found[node] = SPLITS.index(word)
    return found
