"""Derived tables as queries: for databases that keep no rows of them."""

import re
from functools import cache

from labelstore.schema.tables import sql_text

_ONLY_IN_TABLES = re.compile(r"^.*-- not in a view\n", re.M)


@cache
def data_rows_query() -> str:
    """SQL whose rows are those of `data_rows`, each computed from all records about it, to be translated.

    It is the last statement of `sql/derive.sql`, which makes the rows of any asset, for all records.
    """
    _, _, query = _ONLY_IN_TABLES.sub("", sql_text("derive.sql")).rpartition("insert into data_rows\n")
    return re.sub(r"--[^\n]*\n", "", query).strip().removesuffix(";")
