"""What a scorecard is asked for, and the answers, remembered while the file of the store stays as it is."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from labelstore.errors import UsageError
from labelstore.files.file_state import State, file_state
from labelstore.query.moments import PERIOD, utc
from labelstore.scenes import ConnectionSource
from labelstore.schema.canned_queries import named

T = TypeVar("T")

FIELDS = ("project", "labeler", *PERIOD)
LONGEST = 300
"""Characters of a value at most."""
_KEPT = 64


class Asked(NamedTuple):
    """What the address asks for; None for all."""

    project: str | None = None
    labeler: str | None = None
    since: str | None = None
    until: str | None = None

    def arguments(self, **changes: str | None) -> dict[str, str]:
        """As arguments of an address, some of them changed."""
        return {name: value for name, value in {**self._asdict(), **changes}.items() if value}

    @property
    def has_period(self) -> bool:
        """Whether it is of some time only."""
        return self.since is not None or self.until is not None


def asked(arguments: Mapping[str, str]) -> tuple[Asked, list[str]]:
    """What the arguments of an address ask for, and what is wrong with those that are left out."""
    wrong = []
    found: dict[str, str | None] = {}
    for name in FIELDS:
        value = (arguments.get(name) or "").strip() or None
        if value is not None and (len(value) > LONGEST or any("\ud800" <= char <= "\udfff" for char in value)):
            wrong.append(f"{name}: this is no name or date that a store can hold")
            value = None
        if value is not None and name in PERIOD:
            try:
                utc(value, name)
            except UsageError as error:
                wrong.append(str(error))
                value = None
        found[name] = value
    return Asked(**found), wrong


def answer(source: ConnectionSource, name: str, given: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """The rows of a canned query, with what it has parameters for."""
    query = named(name)
    known = {parameter.name for parameter in query.parameters}
    values = {
        key: utc(value, key) if key in PERIOD and value else value for key, value in given.items() if key in known
    }
    return list(source.query(query.sql[source.dialect.name], query.values(values)))


class Remembered:
    """The last answers of each store: only a load changes them."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, Any], tuple[State, Any]] = OrderedDict()

    def read(self, source: ConnectionSource, key: Any, work: Callable[[], T]) -> T:
        """The result of `work`, done again if the file or its log has changed since."""
        now, place = file_state(source.path), (str(source.path), key)
        known = self._known.pop(place, None)
        if known is None or known[0] != now:
            known = now, work()
        self._known[place] = known
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        result: T = known[1]
        return result
