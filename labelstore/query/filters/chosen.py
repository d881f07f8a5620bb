"""What somebody chose of the filters: values by filter, in one order, so that equal choices are equal."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from labelstore.errors import UsageError
from labelstore.query.filters.registry import FILTERS
from labelstore.schema.suggestions import did_you_mean

MOST_VALUES = 20
"""Values of one filter at most, on a page."""
LONGEST_VALUE = 300

Refused = Callable[[UsageError], None]


class Chosen(NamedTuple):
    """(filter, its values) of each filter with any, in the order of `FILTERS`; a label matches all of the filters."""

    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, name: str) -> tuple[str, ...]:
        """The values of one filter."""
        return dict(self.filters).get(name, ())

    def arguments(self) -> list[tuple[str, str]]:
        """As the arguments of an address."""
        return [(name, value) for name, values in self.filters for value in values]

    def adding(self, name: str, value: str) -> "Chosen":
        """With one value more."""
        return choose([*self.arguments(), (name, value)])

    def removing(self, name: str, value: str) -> "Chosen":
        """Without one value."""
        return choose(pair for pair in self.arguments() if pair != (name, value))


def choose(pairs: Iterable[tuple[str, str]], refused: Refused | None = None, *, most: int = MOST_VALUES) -> Chosen:
    """The choice that pairs of filter and value make; values that are empty or come twice are left out.

    What is no filter or value, or one more than `most` of a filter, raises `UsageError`; with `refused` it is left out,
    and that is told of it.
    """
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        known = found.get(name, [])
        if not value.strip() or value in known:
            continue
        try:
            _check(name, value)
            if len(known) >= most:
                raise UsageError(f"{name}: more than {most} values{'; the others are left out' if refused else ''}")
        except UsageError as error:
            if refused is None:
                raise
            refused(error)
        else:
            found.setdefault(name, known).append(value)
    return Chosen(tuple((name, tuple(found[name])) for name in FILTERS if name in found))


def _check(name: str, value: str) -> None:
    if name not in FILTERS:
        raise UsageError(f"{name}: no filter has this name; {did_you_mean(name, FILTERS) or ', '.join(FILTERS)}")
    if len(value) > LONGEST_VALUE:
        raise UsageError(f"{name}: {value[:20]!r}… is longer than {LONGEST_VALUE} characters")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise UsageError(f"{name}: {value!r} is no text in Unicode")
    FILTERS[name].form.check(name, value)
