"""What questions ask through: an open `Database`, or a connection that somebody else opened."""

from pathlib import Path
from typing import Any, Protocol

from labelstore.engines.database import Parameters
from labelstore.engines.result import Result
from labelstore.schema.dialects import Dialect


class Reading(Protocol):
    """A store that is read."""

    @property
    def path(self) -> Path:
        """The file of the store."""

    @property
    def dialect(self) -> Dialect:
        """How its engine writes SQL."""

    @property
    def has_full_text(self) -> bool:
        """Whether it can have a full-text index."""

    @property
    def is_columnar(self) -> bool:
        """Whether rows come in no order unless one is asked for."""

    def query(self, sql: str, parameters: Parameters = (), /) -> Result:
        """The rows of a query with parameters `$name`."""

    def value(self, sql: str, parameters: Parameters = (), /) -> Any:
        """The first column of the first row, None without one."""
