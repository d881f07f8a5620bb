"""The pages that are made: docs/reference/schema.md from `sql/`, docs/reference/formats.md from the declarations of
the formats and of the exporters, docs/reference/cli.md from the help texts of the commands, the same texts in other
forms in tests/golden/help/, docs/reference/python.md from signatures and docstrings, and the tables of what secrets
look like in docs/how-to/publishing.md and of filters in docs/how-to/choosing-labels.md.

python -m tools.reference_docs            writes them
python -m tools.reference_docs --check    tells whether they are up to date
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from labelstore.query.catalogue import views
from labelstore.schema.catalogue import Column, Table, tables
from labelstore.schema.tables import DERIVED, sql_text
from tools.exporters_page import exporters_page
from tools.formats_page import formats_page
from tools.python_page import python_page
from tools.tables_picture import picture

DOCS = Path(__file__).resolve().parent.parent / "docs"
TARGET = DOCS / "reference" / "schema.md"
FORMATS_TARGET = TARGET.with_name("formats.md")
CLI_TARGET = TARGET.with_name("cli.md")
PICTURE_TARGET = DOCS / "images" / "tables.svg"
PYTHON_TARGET = TARGET.with_name("python.md")
GOLDEN_HELP = DOCS.parent / "tests" / "golden" / "help"
PUBLISHING_TARGET = DOCS / "how-to" / "publishing.md"
CHOOSING_TARGET = PUBLISHING_TARGET.with_name("choosing-labels.md")

HEAD = """\
# Tables and views

<!-- Made by `python -m tools.reference_docs` from the files in sql/: change those. -->

The tables of a store, as SQL reads them. The [cookbook](../how-to/cookbook.md) shows what they answer,
[Formats](formats.md) lists the keys of an export with their columns, [Design](../explanation/design.md) explains
how a record becomes rows and how the views rebuild it. Types are those of a SQLite store; in DuckDB `integer` is
`bigint`, `text` is `varchar`, and there are no keys and no indexes.

"""

RELATIONS_HEAD = """\
## How the tables belong together

An export is a series of `records`. A record describes one data row (an asset) and holds its `labels`; a
label has `objects`, `classifications` and `relationships`, either its own or those of its `frames`. An object
has its geometry, one row in the table of its kind, and may have classifications; a classification has
`answers`, and an answer may ask further classifications. The same instance in many frames is many objects
with one `feature_id`; `segments` and `key_frames` say when it is there, and `features` what it is, by
`schema_id`.

Audio exports of v2 have each answer at both ends of its span. It is one row of `answers`, at the moment where the span
starts (`moments`, `classifications.moment_id`); what stands once more at the end, or inside, is in
`repeated_classifications` and `repeated_answers`, so that counts come right. The view `audio_spans` has start, end,
question and answer together.
"""

VIEWS_HEAD = """\
## Views

`json` is the JSON text, rebuilt from the tables. `objects`, `classifications` and `labelled_frames` count the
rows of those tables (and of `frames`) that belong to the label. `pos`, `rank` and `piece` are for the other
views: one fragment of JSON text, and its position among the fragments of a record. `area`, `perimeter` and
`length` are sizes in `unit`; of a text entity `unit` is what its span counts, `text` the text at the span,
`source` where that is from, `problem` why the span cannot be right, `text_code_points` and `text_utf16_units`
the length of the text of its asset. `step` counts the events of a data row in a project from 1, the oldest
first; `task_name` is the task that the event ended, `seconds_in_task` the time since the event before.
`start_ms` and `end_ms` bound a span of audio in milliseconds, `question` and `answer` are what was asked and
answered there, `answer_schema_id` says which option that is, `end_answer` what the export has at the end
instead. Every other column is the column of that name in the tables; `project_name` is the name of the
label's project.

"""


def schema_page() -> str:
    """The text of docs/reference/schema.md."""
    return (
        HEAD
        + "\n".join((*_conventions(), *_relations(), *_diagram(), *_tables(), VIEWS_HEAD + "\n".join(_views())))
        + "\n"
    )


def _conventions() -> Iterator[str]:
    """What holds for all tables: the comment at the head of the schema, without its title."""
    preamble = sql_text("schema.sql").split("\n\n")[0]
    yield re.sub(r"^-- ?", "", preamble, flags=re.M).partition("\n\n")[2]
    yield ""


def _relations() -> Iterator[str]:
    yield RELATIONS_HEAD
    for parent in tables():
        children: dict[str, list[str]] = {}
        for child, column in _references():
            if _parent(column) == parent.name:
                how = "at most one of {}" if column.key else f"any number of {{}} by `{column.name}`"
                children.setdefault(how, []).append(f"`{child.name}`")
        if children:
            facts = (how.format(", ".join(names)) for how, names in children.items())
            yield f"- A row of `{parent.name}` has {'; '.join(facts)}."
    yield ""


def _diagram() -> Iterator[str]:
    """The same as pictures, without bookkeeping."""
    yield "![The tables as a tree: data rows have labels, and these objects and answers](../images/tables.svg)\n"
    yield "```mermaid\nerDiagram"
    for child, column in _references():
        many = "o|" if column.key else "o{"
        yield f'    {_parent(column)} ||--{many} {child.name} : "{column.name}"'
    for table in tables():
        yield f"    {table.name} {{"
        for column in table.columns:
            if column.key or not column.is_bookkeeping:
                keys = ["PK"] * column.key + ["FK"] * (column.references is not None)
                yield f"        {column.type} {column.name} {', '.join(keys)}".rstrip()
        yield "    }"
    yield "```\n"


def _references() -> Iterator[tuple[Table, Column]]:
    return ((table, column) for table in tables() for column in table.columns if column.references)


def _parent(column: Column) -> str:
    return column.references[0] if column.references else ""


def _tables() -> Iterator[str]:
    yield "## Tables\n"
    for table in tables():
        yield f"### {table.name}\n\nOne row is {table.description}.\n\n| column | type | |\n|---|---|---|"
        for column, before in zip(table.columns, (None, *table.columns), strict=False):
            if before and column.is_bookkeeping > before.is_bookkeeping:
                yield "| *bookkeeping* | | |"
            facts = ["primary key"] * column.key
            facts += [f"→ `{'.'.join(column.references)}`"] if column.references else []
            facts += [_escaped(column.description)] if column.description else []
            yield f"| `{column.name}` | {column.type} | {'; '.join(facts)} |"
        yield ""
    yield "Derived tables: " + ", ".join(f"`{name}`" for name in DERIVED) + ".\n"


def _escaped(text: str) -> str:
    """The text in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _views() -> Iterator[str]:
    for view in views():
        named = ", ".join(f"`{name}` {kind}".rstrip() for name, kind in view.columns)
        yield f"### {view.name}\n\nOne row is {view.description.removesuffix('.')}.\n\nColumns: {named}.\n"


CLI_HEAD = """\
# The commands

<!-- Made by `python -m tools.reference_docs` from the help texts: change those. -->

Every command, as `labelstore COMMAND --help` prints it. Data goes to standard output, messages to standard error.
[Errors](errors.md#exit-codes) has the exit codes.

**The store of a session.** `LABELSTORE_DB` names the store of every command that names none, so that these are alike:

```sh
labelstore query labels.db class-counts

export LABELSTORE_DB=labels.db
labelstore query class-counts
```

A first argument that is a store, or whose name ends in .db, .sqlite, .sqlite3, .duckdb or .ddb, is always the store
itself; of two files that `diff` compares the first is one too. Anything else is what follows `DB`. So
`labelstore load other.db export.json` loads into other.db, and `labelstore load export.json` into the store of the
session. A command that fails says which store it took. An empty variable is none.

**Colors** are for terminals. `NO_COLOR` and `TERM=dumb` turn them off, `FORCE_COLOR` and `CLICOLOR_FORCE` turn them on
in pipes too.

**Completion.** `labelstore --install-completion` makes TAB complete commands, options, formats and canned queries, and
what the store holds: tables and views, projects, classes, questions, labelers, numbers of loads, and the values of
`-p project=`. It reads no more of a store than it can read at once, and says nothing about one that it cannot read.

"""


def cli_page() -> str:
    """The text of docs/reference/cli.md."""
    from labelstore.cli.app import help_texts
    from labelstore.cli.colors import unpainted

    sections = (f"## {name}\n\n```text\n{text}\n```\n" for name, text in help_texts().items())
    return unpainted(CLI_HEAD + "\n".join(sections))


def narrow_help() -> str:
    """The help of all commands in 60 columns."""
    from labelstore.cli.app import help_texts
    from labelstore.cli.colors import unpainted

    return unpainted("\n\n\n".join(help_texts(60).values())) + "\n"


def colored_help() -> str:
    """The help of a few commands as a terminal shows it in 80 columns, with ␛ for the escape character."""
    from labelstore.cli.app import help_texts

    with patch.dict(os.environ, {"FORCE_COLOR": "1", "NO_COLOR": ""}):
        texts = help_texts(80)
    shown = (texts[name] for name in ("labelstore", "labelstore schema", "labelstore answers"))
    return "\n\n\n".join(shown).replace("\x1b", "␛") + "\n"


_MADE = re.compile(r"(<!-- made by python -m tools\.reference_docs -->\n).*?(<!-- end -->)", re.S)


def publishing_page() -> str:
    """The text of docs/how-to/publishing.md, with the table of what is looked for."""
    from labelstore.publishing.recognising import AT_EXAMPLES, NAMES, SHORT_NAMES, TOKEN_KINDS

    rows = [(f"keys of {kind.service}", f"`{kind.starts}`, wherever it stands") for kind in TOKEN_KINDS]
    rows += [
        ("private keys, certificates", "`-----BEGIN … PRIVATE KEY-----` to its end"),
        ("names of secrets", ", ".join(NAMES) + "; in any spelling (`apiKey`, `API-Key`, `my api key`)"),
        ("names that are a word of their own", ", ".join(SHORT_NAMES)),
        ("e-mail addresses", ", ".join(f"`{example}`" for example in AT_EXAMPLES)),
    ]
    table = "| what | how it looks |\n|---|---|\n" + "".join(f"| {what} | {how} |\n" for what, how in rows)
    return _with_table(PUBLISHING_TARGET, table)


def choosing_page() -> str:
    """The text of docs/how-to/choosing-labels.md, with the table of the filters."""
    from labelstore.query.filters import FILTERS

    table = "| labels … | option | in Python | in an address |\n|---|---|---|---|\n"
    for one in FILTERS.values():
        takes = one.form.metavar or one.name.upper()
        table += f"| {_escaped(one.help)} | `{one.option} {_escaped(takes)}` | `{one.keyword}` | `{one.name}` |\n"
    return _with_table(CHOOSING_TARGET, table)


def _with_table(page: Path, table: str) -> str:
    return _MADE.sub(lambda match: match[1] + "\n" + table + "\n" + match[2], page.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check tell whether they are up to date."""
    pages = {
        TARGET: schema_page(),
        FORMATS_TARGET: formats_page() + exporters_page(),
        CLI_TARGET: cli_page(),
        PICTURE_TARGET: picture(),
        PYTHON_TARGET: python_page(),
        GOLDEN_HELP / "60.txt": narrow_help(),
        GOLDEN_HELP / "color.txt": colored_help(),
        PUBLISHING_TARGET: publishing_page(),
        CHOOSING_TARGET: choosing_page(),
    }
    if "--check" in arguments:
        stale = [
            target.name
            for target, page in pages.items()
            if not target.is_file() or target.read_text(encoding="utf-8") != page
        ]
        for name in stale:
            print(f"{name} is not up to date; run: python -m tools.reference_docs", file=sys.stderr)
        return int(bool(stale))
    for target, page in pages.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
