"""Values that a store does not have: refused with near names, as an empty answer would hide a typing mistake."""

from labelstore.engines.reading import Reading
from labelstore.errors import NotFoundError
from labelstore.query.filters.chosen import Chosen
from labelstore.query.filters.forms import Names
from labelstore.query.filters.registry import FILTERS, HAS_CLASS, Filter
from labelstore.query.filters.value_counts import values_of
from labelstore.query.projects import check_project
from labelstore.schema.suggestions import did_you_mean

_MOST = 8
_OPTIONS = """
select name from feature_counts where role = 'option' and name is not null group by name order by sum(labels) desc, name
"""
_ANY_CLASS = Names(HAS_CLASS)


def check_known(reading: Reading, chosen: Chosen) -> None:
    """Raise `NotFoundError` for a chosen name that no label of the store has."""
    for name, values in chosen.filters:
        for value in values:
            check_value(reading, FILTERS[name], value)


def check_value(reading: Reading, one: Filter, value: str) -> None:
    """Raise `NotFoundError` with near names for a name that no label has, also in model runs."""
    if one.name == "project":
        check_project(reading, value)
    elif isinstance(one.form, Names) and not _is_known(reading, one, one.form, value):
        known = _known(reading, one)
        shown = ", ".join(known[:_MOST]) + ", …" * (len(known) > _MOST)
        hint = did_you_mean(value, known, 0.5) or (f"there are: {shown}" if known else "the store has none")
        raise NotFoundError(f"{value}: no label has this {one.title.lower().removeprefix('without ')}; {hint}")


def _known(reading: Reading, one: Filter) -> list[str]:
    """The names that a filter can have, most frequent first."""
    if one.name == "answer":
        return [name for (name,) in reading.query(_OPTIONS).rows]
    return [each.value for each in values_of(reading, one)]


def _is_known(reading: Reading, one: Filter, form: Names, value: str) -> bool:
    if one.instant and any(each.value == value for each in values_of(reading, one)):
        return True
    condition = (_ANY_CLASS if one.name == "without" else form).condition(one.name, [value])
    sql = f"select 1 from labels as l where {condition.sql} limit 1"
    return reading.value(reading.dialect.translate(sql), condition.parameters) is not None
