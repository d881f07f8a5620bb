"""The labels that came in tables, as one table."""

import msgspec

from labelstore.engines.database import TOGETHER, Database
from labelstore.errors import UsageError
from labelstore.export.choices import WHICH_RECORDS
from labelstore.export.chosen_records import chosen_nodes
from labelstore.export.constructs import ALL_KEPT
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.files.columns import Form
from labelstore.files.signatures import BOM
from labelstore.files.tables import cells_of
from labelstore.schema.tables import NODE_BITS

_OF_TABLES = "load_id in (select load_id from loads where table_form is not null)"


def write(export: Export) -> Chunks:
    """The rows, with the columns of all the tables in their order, written as the first table was."""
    database = export.database
    form = _form(database)
    yield (BOM if form.mark else b"") + form.row(form.columns).encode()
    sql = f"select record_id from records where generation = 'v1' and {_OF_TABLES} and record_id > ? order by 1 limit ?"
    nodes = chosen_nodes(export)
    chosen = None if nodes is None else {node >> NODE_BITS for node in nodes}
    last = -1
    while ids := [record_id for (record_id,) in database.query(sql, (last, TOGETHER)).rows]:
        last = ids[-1]
        ids = ids if chosen is None else [record_id for record_id in ids if record_id in chosen]
        texts = dict(database.rebuilt(ids))
        yield "".join(form.row(cells_of(texts[record_id], form.columns)) for record_id in ids).encode()
        export.wrote(len(ids))


def _form(database: Database) -> Form:
    """How to write the labels that came in tables. Raises `UsageError` if there are none."""
    sql = (
        f"select table_form from loads where {_OF_TABLES} and load_id in (select load_id from records) order by load_id"
    )
    forms = [msgspec.json.decode(text, type=Form) for (text,) in database.query(sql).rows]
    if not forms:
        raise UsageError(
            f"{EXPORTER.name}: no label of {database.path} came in a table (CSV); write them with labelbox-v1"
        )
    columns = list(dict.fromkeys(name for form in forms for name in form.columns))
    return msgspec.structs.replace(forms[0], columns=columns)


EXPORTER = Exporter(
    "labelbox-csv",
    ".csv",
    "a table of the labels that came in one, with the same columns and cells",
    write,
    lambda _: ALL_KEPT,
    takes=WHICH_RECORDS,
)
