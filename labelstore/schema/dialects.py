"""The statements of `sql/`, in the dialect of an engine."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labelstore.errors import StoreError
from labelstore.schema import macros
from labelstore.schema.generations import GENERATIONS
from labelstore.schema.tables import columns, sql_text

SCHEMA_VERSION = 5
"""Of the tables; SQLite stores it as `user_version`, DuckDB in the comment of `loads`."""


def check_not_newer(path: Path, version: int) -> None:
    """Raise `StoreError` for a store of a newer schema version than this labelstore's."""
    if version > SCHEMA_VERSION:
        reason = f"has schema version {version}, newer than this labelstore's {SCHEMA_VERSION}"
        raise StoreError(str(path), reason, "upgrade labelstore")


def check_version(path: Path, version: int | None, title: str, found: Iterable[tuple[str, str]]) -> None:
    """Raise `StoreError` for a store of another schema version, and for a database that has none: it is no store.

    `title` is that of the engine, `found` as in `has_columns`.
    """
    if version is None:
        raise StoreError(str(path), f"is a {title} database, but not a labelstore", "give another name")
    check_not_newer(path, version)
    way_out = f"bring it up to date with: labelstore upgrade {path}"
    if version < SCHEMA_VERSION:
        reason = f"has schema version {version}, older than this labelstore's {SCHEMA_VERSION}"
        raise StoreError(str(path), reason, way_out)
    if not has_columns(found):
        raise StoreError(str(path), f"has other columns than schema version {SCHEMA_VERSION}", way_out)


def has_columns(found: Iterable[tuple[str, str]]) -> bool:
    """Whether a store, whose columns are given as table and name, has those of `sql/schema.sql` in the same order.

    While a version is in the making, its number alone does not tell. What a user has added does no harm.
    """
    names: dict[str, list[str]] = {}
    for table, column in found:
        names.setdefault(table, []).append(column)
    return all(names.get(table, [])[: len(own)] == list(own) for table, own in columns().items())


_VIEWS = (
    "{engine}/record_json.sql",
    "{engine}/label_json.sql",
    "{engine}/frame_json.sql",
    "views/data_row_json.sql",
    "views/image_labels.sql",
    "views/video_labels.sql",
    "views/text_labels.sql",
    "views/geospatial_labels.sql",
    "views/audio_labels.sql",
    "views/document_labels.sql",
    "views/conversation_labels.sql",
    "views/dicom_labels.sql",
    "views/html_labels.sql",
    "views/object_sizes.sql",
    "views/workflow_steps.sql",
    "views/frame_features.sql",
    "views/audio_spans.sql",
    "views/object_bounds.sql",
    "views/entity_texts.sql",
    "views/feature_counts.sql",
)

_EACH = re.compile(r" *-- for each generation(?: whose records (are|hold) labels)?\n(.*?) *-- until here\n", re.S)


def view_files() -> tuple[str, ...]:
    """The files of the views, in the order in which they are made: the pieces of each generation first."""
    return *(f"views/{generation.pieces_view}.sql" for generation in GENERATIONS.values()), *_VIEWS


def view_text(file: str) -> str:
    """The text of the view of such a file, with what it says for each generation."""
    for generation in GENERATIONS.values():
        if file == f"views/{generation.pieces_view}.sql":
            return generation.pieces_text()
    return re.sub(r"\(\s+union all\s", "(\n    ", _EACH.sub(_for_each_generation, sql_text(file)))


def _for_each_generation(match: re.Match[str]) -> str:
    """The text between the comments, once for each generation; {code} and {pieces} are its code and its view."""
    those, text = match.groups()
    return "".join(
        text.format(code=generation.code, pieces=generation.pieces_view)
        for generation in GENERATIONS.values()
        if those is None or generation.record_is_label == (those == "are")
    )


@dataclass(frozen=True)
class Dialect:
    """Where an engine differs from the SQL that is written once."""

    name: str
    title: str
    replacements: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]
    columns: str
    """The query for the columns of a store: the table and the name of each, in their order."""
    parameter_marks: str = "$"
    """What begins the name of a parameter."""
    folder: str = ""
    """The folder of `sql/` with its views that join pieces, where that is not its name."""

    def translate(self, sql: str) -> str:
        """The SQL in the words of this engine."""
        for pattern, replacement in self.replacements:
            sql = re.sub(pattern, replacement, sql)
        return sql

    def statements(self, name: str) -> Iterator[str]:
        """The statements of one file of `sql/`."""
        sql = re.sub(r"--[^\n]*", "", self.translate(sql_text(name.format(engine=self.folder or self.name))))
        return (statement.strip() for statement in sql.split(";\n") if statement.strip())

    def view(self, name: str) -> str:
        """The statement of a view with its comments, which stay in the database for who reads it there."""
        sql = self.translate(view_text(name.format(engine=self.folder or self.name))).strip().removesuffix(";")
        head, _, body = sql.partition("create view ")
        comment = head.strip()
        title, _, rest = body.partition(" as\n")
        return f"create view {title} as\n{comment}\n{rest}"


def _sqlite_utf16_length(text: str) -> str:
    """SQL for the UTF-16 units of a text: its code points, and one more for each of four UTF-8 bytes.

    These begin with F0 90 … F4 8F. Three hex digits tell them, if no ASCII character stands where its first digit and
    the last one of the byte before would look the same; so those characters are left out of what is counted.
    """
    misleading = (9, 10, 11, *range(0x18, 0x1C), *range(0x28, 0x2C), *range(0x38, 0x3C), 0x48)
    leads = ("F09", "F0A", "F0B", *(f"F{plane}{half}" for plane in "123" for half in "89AB"), "F48")
    kept = _replaced(text, [f"char({code})" for code in misleading], "''")
    shorter = _replaced("digits", [f"'{lead}'" for lead in leads], "'--'")
    extra = f"(select length(digits) - length({shorter}) from (select hex({kept}) as digits) as counted)"
    beyond = "'*[' || char(65536) || '-' || char(1114111) || ']*'"
    return f"(length({text}) + case when {text} glob {beyond} then {extra} else 0 end)"


def _replaced(text: str, parts: Sequence[str], replacement: str) -> str:
    """SQL for a text without these parts, in steps of eight: SQLite's parser nests to a depth of 100."""
    for start in range(0, len(parts), 8):
        step = text if start == 0 else "step"
        for part in parts[start : start + 8]:
            step = f"replace({step}, {part}, {replacement})"
        text = step if start == 0 else f"(select {step} from (select {text} as step) as steps)"
    return text


SQLITE = Dialect(
    "sqlite",
    "SQLite",
    (
        # whole numbers as such, others by their digits: SQLite's own JSON functions stop at 15, which loses
        (
            r'json_number\(([\w."]+)\)',
            r"case when \1 = cast(\1 as integer) then cast(\1 as integer)"
            r" when abs(\1) < 1e9 and \1 = round(\1 * 1e6) / 1e6 then printf('%!.15g', \1)"  # six decimals say it
            r" when abs(\1) between 1e-4 and 1e15 then printf('%!.17g', \1) else printf('%!.20g', \1) end",
        ),
        *macros.SQLITE_MACROS,
        (r"utf16_length\(([\w.]+)\)", _sqlite_utf16_length(r"\1")),
    ),
    "select m.name, c.name from sqlite_master as m, pragma_table_info(m.name) as c"
    " where m.type = 'table' and m.sql like 'create table %' order by m.name, c.cid",  # no virtual ones
    parameter_marks="$:@",
)

DUCKDB = Dialect(
    "duckdb",
    "DuckDB",
    (
        (r"\bchar\(1\)", "chr(1)"),
        (r"\binteger\b", "bigint"),
        (r" primary key\b", ""),  # constraints would halve the speed of a load
        (r" references \w+ \(\w+\)", ""),
        *macros.DUCKDB_MACROS,
        (
            r"utf16_length\(([\w.]+)\)",
            r"(length(\1) + length(regexp_replace(\1, '[^\\x{10000}-\\x{10FFFF}]', '', 'g')))",
        ),
    ),
    "select table_name, column_name from duckdb_columns()"
    " where database_name = current_database() order by table_name, column_index",
)

DIALECTS = {dialect.name: dialect for dialect in (SQLITE, DUCKDB)}
"""Those of stores."""

DUCKDB_MACROS = (
    "create macro json_quote(v) as cast(to_json(v) as varchar)",
    "create macro json_number(v) as case when abs(v) < 1e15 and v = trunc(v) then cast(cast(v as bigint) as varchar)"
    " else cast(v as varchar) end",
)
