"""Datasette's page of a table: which of its columns it shows, and how it shows facets."""

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from labelstore.schema.catalogue import tables

ALL_COLUMNS = "_bookkeeping"
"""The argument of an address that asks for the columns of bookkeeping too; Datasette ignores it and hands it on."""
FOLDED_FACETS = 12
"""Values of facets that are shown at once; more are folded."""
_BY_HAND = ("_col", "_nocol")
_SORTS = ("_sort", "_sort_desc", "_facet", "_filter_column")


class TablePage(NamedTuple):
    """`bookkeeping` are the columns of the table that keep records as they were, `hidden` those that are left out now.

    A page leaves them out unless its address chooses columns, asks for all of them, or filters or sorts by one.
    """

    bookkeeping: frozenset[str]
    hidden: frozenset[str]

    @classmethod
    def of(cls, table: str, arguments: Mapping[str, Any]) -> "TablePage":
        """The page at an address with those arguments."""
        bookkeeping = _bookkeeping(table)
        if ALL_COLUMNS in arguments or any(name in arguments for name in _BY_HAND):
            return cls(bookkeeping, frozenset())
        return cls(bookkeeping, bookkeeping - set(_mentioned(arguments)))

    def columns(self, columns: Iterable[Any]) -> list[Any]:
        """The columns of a result, as Datasette has them, without the hidden ones."""
        return [column for column in columns if column["name"] not in self.hidden]

    def rows(self, rows: Iterable[Any]) -> list[Any]:
        """The rows of a result without the hidden cells."""
        return [self._row(row) for row in rows]

    def _row(self, row: Any) -> Any:
        shown = copy.copy(row)
        shown.cells = [cell for cell in row if cell["column"] not in self.hidden]
        return shown

    def are_facets_open(self, facets: Iterable[Any]) -> bool:
        """Whether facets are shown at once: few values, or one of them is chosen."""
        values = [value for facet in facets for value in facet["results"]]
        return len(values) <= FOLDED_FACETS or any(value["selected"] for value in values)


@cache
def _bookkeeping(table: str) -> frozenset[str]:
    columns = {found.name: found.columns for found in tables()}
    return frozenset(column.name for column in columns.get(table, ()) if column.is_bookkeeping)


def _mentioned(arguments: Mapping[str, Any]) -> Iterable[str]:
    """The columns that an address filters, sorts or counts by."""
    for name in arguments:
        if name in _SORTS:
            yield str(arguments[name])
        else:
            yield name.partition("__")[0]
