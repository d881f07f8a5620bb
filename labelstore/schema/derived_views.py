"""Derived tables as queries: for databases that keep no rows of them."""

import re
from functools import cache

from labelstore.schema.tables import sql_text

_ONLY_IN_TABLES = re.compile(r"^.*-- not in a view\n", re.M)

FORGOTTEN = (
    "not exists (select 1 from records as r where r.data_row_id = data_rows.data_row_id and r.generation <> 'frames')"
)
"""Whether no record tells of the asset of a row of `data_rows` any more, so that it cannot be computed again."""


@cache
def data_rows_query() -> str:
    """SQL whose rows are those of `data_rows`, each computed from all records about it, to be translated.

    It is the last statement of `sql/derive.sql`, which makes the rows of any asset, for all records.
    """
    _, _, query = _ONLY_IN_TABLES.sub("", sql_text("derive.sql")).rpartition("insert into data_rows\n")
    return re.sub(r"--[^\n]*\n", "", query).strip().removesuffix(";")
