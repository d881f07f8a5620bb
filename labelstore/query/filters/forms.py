"""The forms of a filter's values: how each is read from a text, and what condition of SQL comes of several."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NamedTuple, Protocol

from labelstore.errors import UsageError
from labelstore.query.moments import utc
from labelstore.schema.suggestions import did_you_mean

YES_NO = ("yes", "no")
BETWEEN = ".."


class Condition(NamedTuple):
    """SQL about `labels as l`, with macros of `labelstore.schema.macros`, and its parameters."""

    sql: str
    parameters: Mapping[str, Any]


class Form(Protocol):
    """What the values of a filter look like."""

    @property
    def shape(self) -> str:
        """`choice`, `range`, `moment`, `words`: how a page asks for it."""

    @property
    def metavar(self) -> str:
        """What a value is called in help; "" for as the filter."""

    def check(self, name: str, value: str) -> None:
        """Raises `UsageError` for a text that is no value of the filter of that name."""

    def condition(self, name: str, values: Sequence[str]) -> Condition:
        """What is true of a label with one of the values; parameters begin with the name."""


class Names(NamedTuple):
    """Any texts; `sql` has {these} in place of the marks of all of them."""

    sql: str
    metavar: str = ""
    shape: str = "choice"

    def check(self, name: str, value: str) -> None:
        """Any text is a name."""

    def condition(self, name: str, values: Sequence[str]) -> Condition:
        """One parameter for each value."""
        parameters = {f"{name}_{number}": value for number, value in enumerate(values)}
        return Condition(self.sql.format(these=", ".join(f"${key}" for key in parameters)), parameters)


class Options(NamedTuple):
    """One of a few words, each with its SQL."""

    sql: Mapping[str, str]
    shape: str = "choice"

    @property
    def metavar(self) -> str:
        """All words."""
        return "|".join(self.sql)

    def check(self, name: str, value: str) -> None:
        """Raises `UsageError` for another word."""
        if value not in self.sql:
            hint = did_you_mean(value, self.sql) or f"use {', '.join(self.sql)}"
            raise UsageError(f"{name}: {value!r} is none of its values; {hint}")

    def condition(self, name: str, values: Sequence[str]) -> Condition:
        """Either of the words."""
        return Condition(" or ".join(f"({self.sql[value]})" for value in values), {})


def yes_no(sql: str) -> Options:
    """Whether something is true, which is never NULL."""
    return Options(dict(zip(YES_NO, (sql, f"not ({sql})"), strict=True)))


class Range(NamedTuple):
    """`low..high`, both included, either of which may be missing; a number alone is itself. `sql` is a number."""

    sql: str
    metavar: str = "LOW..HIGH"
    shape: str = "range"

    def check(self, name: str, value: str) -> None:
        """Raises `UsageError` for what has no number, or one that is none."""
        bounds(name, value)

    def condition(self, name: str, values: Sequence[str]) -> Condition:
        """In one of the ranges."""
        parameters: dict[str, float] = {}
        ranges = []
        for number, value in enumerate(values):
            ends = zip((">=", "<="), ("low", "high"), bounds(name, value), strict=True)
            sides = [(sign, f"{name}_{number}_{end}", bound) for sign, end, bound in ends if bound is not None]
            ranges.append(" and ".join(f"{self.sql} {sign} ${key}" for sign, key, _ in sides))
            parameters |= {key: bound for _, key, bound in sides if bound is not None}
        return Condition(" or ".join(f"({one})" for one in ranges), parameters)


def bounds(name: str, value: str) -> tuple[float | None, float | None]:
    """The ends of a range. Raises `UsageError`."""
    low, between, high = value.partition(BETWEEN)
    try:
        ends = tuple(float(end) if end.strip() else None for end in (low, high if between else low))
    except ValueError:
        ends = (None, None)
    numbers = [end for end in ends if end is not None]
    if not numbers or not all(isfinite(end) for end in numbers):
        raise UsageError(f"{name}: {value!r} is no range; write it as 0.5..0.9, 0.5.. or ..0.9")
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        raise UsageError(f"{name}: {value!r} ends before it begins; did you mean {high.strip()}..{low.strip()}?")
    return ends[0], ends[1]


class Moment(NamedTuple):
    """A date or a time, in UTC unless it says otherwise; `sql` has {moment}, seconds since 1970."""

    sql: str
    metavar: str = "TIME"
    shape: str = "moment"

    def check(self, name: str, value: str) -> None:
        """Raises `UsageError` for what is no time."""
        _seconds(name, value)

    def condition(self, name: str, values: Sequence[str]) -> Condition:
        """On the right side of one of the times."""
        parameters = {f"{name}_{number}": _seconds(name, value) for number, value in enumerate(values)}
        return Condition(" or ".join(f"({self.sql.format(moment=f'${key}')})" for key in parameters), parameters)


def _seconds(name: str, value: str) -> float:
    return datetime.fromisoformat(utc(value, name)).replace(tzinfo=UTC).timestamp()


class Words(NamedTuple):
    """Words that one text holds all of; which labels those are, `labelstore.query.filters.words` finds out."""

    metavar: str = "WORDS"
    shape: str = "words"

    def check(self, name: str, value: str) -> None:
        """Raises `UsageError` where there is no word."""
        if not value.strip():
            raise UsageError(f"{name}: there is no word to search for")

    def condition(self, name: str, values: Sequence[str]) -> Condition:
        """Nothing that SQL says."""
        return Condition("true", {})
