"""The result of a query: columns, and rows that stream, as tuples, dicts, Arrow or DataFrames."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from labelstore.errors import LabelstoreError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_T = TypeVar("_T")


class Once(Iterator[_T]):
    """What can be read once: after its end, to begin anew is an error, not an empty result."""

    def __init__(self, values: Iterable[_T]) -> None:
        self._values = iter(values)
        self.is_begun = self.is_read = False

    def __iter__(self) -> Iterator[_T]:
        if self.is_read:
            raise LabelstoreError("this result was read to its end before; keep its rows with list(), or query again")
        return self._rest()

    def __next__(self) -> _T:
        self.is_begun = True
        try:
            return next(self._values)
        except StopIteration:
            self.is_read = True
            raise

    def _rest(self) -> Iterator[_T]:
        self.is_begun = True
        for value in self._values:  # noqa: UP028 - "yield from" would close what another reader may go on with
            yield value
        self.is_read = True


class Result:
    """The columns of a query and its rows, which stream: they can be read once.

    `df`, `arrow` and `pl` give the rows that were not read yet as one table of pandas, pyarrow or polars. To read the
    result of a user's query again after its end raises `LabelstoreError`.
    """

    def __init__(
        self,
        columns: list[str],
        rows: Iterator[tuple[Any, ...]],
        batches: "Callable[[int], Iterator[pyarrow.RecordBatch]] | None" = None,
    ) -> None:
        self.columns, self.rows, self._batches = columns, rows, batches

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def batches(self, size: int = 20_000, limit: int | None = None) -> "Iterator[pyarrow.RecordBatch]":
        """The rows as Arrow, at most `size` in a batch and `limit` in all; there is at least one batch.

        The type of a column may grow from one batch to the next: `labelstore.engines.arrow` says how.
        """
        from labelstore.engines import arrow

        rows = iter(self.rows)  # raises where they were read before
        is_begun = isinstance(self.rows, Once) and self.rows.is_begun
        if self._batches is None or is_begun:
            return arrow.batches_of_rows(distinct(self.columns), rows, size, limit)
        return self._read(arrow.limited(self._batches(size), limit))

    def _read(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        yield from batches
        if isinstance(self.rows, Once):
            self.rows.is_read = True

    def arrow(self) -> "pyarrow.Table":
        """All rows as a table of pyarrow."""
        from labelstore.engines.arrow import table

        return table(self.batches())

    def df(self) -> "pandas.DataFrame":
        """All rows as a DataFrame of pandas. Raises `LabelstoreError` without pandas."""
        _require("pandas")
        frame: pandas.DataFrame = self.arrow().to_pandas()
        return frame

    def pl(self) -> "polars.DataFrame":
        """All rows as a DataFrame of polars. Raises `LabelstoreError` without polars."""
        frame: polars.DataFrame = _require("polars").from_arrow(self.arrow())
        return frame


def _require(extra: str) -> Any:
    try:
        return import_module(extra)
    except ImportError as error:
        hint = f"pip install 'labelstore-db[{extra}]'"
        raise LabelstoreError(f"{extra} is not installed; {hint}") from error


def distinct(names: Sequence[str]) -> list[str]:
    """The names of columns as keys: the second `n` is called `n_2`."""
    found: list[str] = []
    for column in names:
        name, number = column, 2
        while name in found:
            name, number = f"{column}_{number}", number + 1
        found.append(name)
    return found
