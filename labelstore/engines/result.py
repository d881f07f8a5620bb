"""The result of a query: columns, and rows that stream, as tuples, dicts, Arrow or DataFrames."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, TypeVar

from labelstore.displaying.cells import visible
from labelstore.displaying.html_table import html_table
from labelstore.displaying.text_table import text_table
from labelstore.errors import LabelstoreError, QueryError, UsageError
from labelstore.figures import figure

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_T = TypeVar("_T")

_ROWS_OF_TEXT, _ROWS_OF_HTML = 10, 20


class Once(Iterator[_T]):
    """What can be read once: after its end, to begin anew is an error, not an empty result.

    Any thread may read it, one at a time; what is read ahead (`peek`) still comes. Raises `UsageError` for several
    threads at a time and in a process that was forked meanwhile.
    """

    def __init__(self, values: Iterable[_T]) -> None:
        self._values = iter(values)
        self._ahead: deque[_T] = deque()
        self.failed: LabelstoreError | None = None
        self._process = os.getpid()
        self.is_begun: bool = False
        self.is_read: bool = False

    def __iter__(self) -> Iterator[_T]:
        if self.is_read:
            raise LabelstoreError("this result was read to its end before; keep its rows with list(), or query again")
        return self._rest()

    def __next__(self) -> _T:
        self._check_process()
        self.is_begun = True
        if self._ahead:
            return self._ahead.popleft()
        if self.failed is not None:
            raise self.failed
        with self._told():
            try:
                return next(self._values)
            except StopIteration:
                self.is_read = True
                raise

    def peek(self, number: int) -> list[_T]:
        """The next values, at most `number`; they can still be read. An error comes when they were, and is `failed`."""
        self._check_process()
        if not self.is_read and self.failed is None:
            with suppress(QueryError), self._told():
                self._ahead.extend(islice(self._values, max(number - len(self._ahead), 0)))
        return list(islice(self._ahead, number))

    def _rest(self) -> Iterator[_T]:
        self._check_process()
        self.is_begun = True
        is_over = False
        while not is_over:
            while self._ahead:
                yield self._ahead.popleft()
            if self.failed is not None:
                raise self.failed
            is_over = True
            with self._told():
                for value in self._values:  # not "yield from", which would close what another reader may go on with
                    yield value
                    if self._ahead or self.failed:
                        is_over = False
                        break
        self.is_read = True

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Remember an error, which a second reading gets too; make one of several threads clear."""
        try:
            yield
        except LabelstoreError as error:
            self.failed = error
            raise
        except ValueError as error:
            if "already executing" not in str(error):
                raise
            raise UsageError("another thread is reading this result; let each thread query its own") from None

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise UsageError("this result is of a process that was forked; open the store here, and query again")


class Result:
    """The columns of a query and its rows, which stream: they can be read once.

    `df`, `arrow` and `pl` give the rows that were not read yet as one table of pandas, pyarrow or polars. To read the
    result of a user's query again after its end raises `LabelstoreError`.

    Their columns have the types of the schema, the same on both engines:

    - times (text columns that end in `_at`): timestamps in UTC, of microseconds
    - booleans and whole numbers: nullable ones, in pandas `boolean` and `Int64`
    - other numbers: doubles
    - names that repeat, such as classes, kinds, labelers and projects: categories (Arrow: a dictionary)
    - ids, JSON and other text: text; bytes: bytes

    A column with a value that does not fit, such as a time "n/a", stays what it is: mostly text. Nothing is lost.
    """

    def __init__(
        self,
        columns: list[str],
        rows: Iterator[tuple[Any, ...]],
        batches: "Callable[[int], Iterator[pyarrow.RecordBatch]] | None" = None,
        declared: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        """`declared` asks for the types of the columns as the schema names them, where only rows are read."""
        self.columns: list[str] = columns
        self.rows: Iterator[tuple[Any, ...]] = rows
        self._batches, self._declared = batches, declared

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def batches(self, size: int = 20_000, limit: int | None = None) -> "Iterator[pyarrow.RecordBatch]":
        """The rows as Arrow, at most `size` in a batch and `limit` in all; there is at least one batch.

        The type of a column may grow from one batch to the next: `labelstore.engines.arrow` says how. Times and
        categories are still text.
        """
        from labelstore.engines import arrow

        rows = iter(self.rows)  # raises where they were read before
        is_begun = isinstance(self.rows, Once) and self.rows.is_begun
        if self._batches is None or is_begun:
            declared = self._declared() if self._declared is not None else ()
            return arrow.batches_of_rows(distinct(self.columns), rows, size, limit, declared)
        return self._read(arrow.limited(self._batches(size), limit))

    def _read(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        yield from batches
        if isinstance(self.rows, Once):
            self.rows.is_read = True

    def arrow(self) -> "pyarrow.Table":
        """All rows as a table of pyarrow, in the types of the schema."""
        from labelstore.engines.arrow import table

        return table(self.batches())

    def df(self) -> "pandas.DataFrame":
        """All rows as a DataFrame of pandas, in the types of the schema. Raises `LabelstoreError` without pandas."""
        made = _require("pandas")
        import pyarrow as pa

        nullable = {pa.int64(): made.Int64Dtype(), pa.bool_(): made.BooleanDtype()}
        frame: pandas.DataFrame = self.arrow().to_pandas(types_mapper=nullable.get)
        return frame

    def pl(self) -> "polars.DataFrame":
        """All rows as a DataFrame of polars, in the types of the schema. Raises `LabelstoreError` without polars."""
        frame: polars.DataFrame = _require("polars").from_arrow(self.arrow())
        return frame

    def __repr__(self) -> str:
        """The next rows as a table; they can still be read."""
        rows, note = self._shown(_ROWS_OF_TEXT)
        return f"{text_table(self.columns, rows)}\n[{visible(note)}]"

    def _repr_html_(self) -> str:
        rows, note = self._shown(_ROWS_OF_HTML)
        return html_table(self.columns, rows, note)

    def _shown(self, most: int) -> tuple[list[tuple[Any, ...]], str]:
        """The next rows, at most so many, and a note about them."""
        if not isinstance(self.rows, Once):
            return [], "rows"
        if self.rows.is_read:
            return [], "read to its end"
        try:
            rows = self.rows.peek(most + 1)
        except LabelstoreError as error:
            return [], str(error)
        if self.rows.failed is not None:
            return rows[:most], str(self.rows.failed)
        if len(rows) > most:
            which = "next" if self.rows.is_begun else "first"
            return rows[:most], f"the {which} {most} rows; read them all with a loop, df(), pl() or arrow()"
        return rows, f"{figure(len(rows))} {'row' if len(rows) == 1 else 'rows'}{' left' * self.rows.is_begun}"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a Result cannot be pickled or copied: its rows stream; take list(result), df() or arrow()")


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
