"""The tools that people use on these exports today: each in an environment of its own, with the questions in its words.

The environments are made once, from the package index, and kept in the folder. What a tool stores is asked by SQL, as
its users do; each question is the same for all.
"""

import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring import LABELSTORE, Command, run

QUESTIONS = (
    "objects of each class",
    "answers to each question",
    "labels of each labeler, week by week",
    "sizes of the boxes of each class",
    "pairs of classes in one label",
    "a word in free texts",
    "one label by its id",
)


class Peer(NamedTuple):
    """A tool: its packages, the program that stores an export (path of the store, of the export), how SQL is asked
    (path of the store, SQL), and the SQL of each of `QUESTIONS`; `most` is the size of an export in MB that it takes.
    """

    packages: tuple[str, ...]
    program: str
    asking: str
    questions: tuple[str, ...]
    suffix: str
    most: int = sys.maxsize

    def load(self, python: Path, store: Path, export: Path) -> Command:
        """The command that stores an export."""
        return str(python), "-c", self.program, store, export

    def ask(self, python: Path, store: Path, question: int, label_id: str) -> Command:
        """The command that asks the stored export."""
        return str(python), "-c", self.asking, store, self.questions[question].replace("LABEL_ID", label_id)


_PANDAS = """
import json, sqlite3, sys
import pandas

def plain(value):
    return json.dumps(value) if isinstance(value, (dict, list)) else value

with open(sys.argv[2]) as file:
    elements = json.load(file)
rows = [{key: plain(value) for key, value in e.items() if key != "Label"} for e in elements]
labels = pandas.DataFrame(rows)
read = [e for e in elements if isinstance(e["Label"], dict)]
with sqlite3.connect(sys.argv[1]) as connection:
    labels.to_sql("labels", connection)
    for name in ("objects", "classifications"):
        found = [item | {"ID": e["ID"]} for e in read for item in e["Label"].get(name, [])]
        table = pandas.json_normalize(found, max_level=1)
        for column in table:
            table[column] = table[column].map(plain)
        table.to_sql(name, connection)
"""

_ASK_DUCKDB = """
import sys, duckdb
for row in duckdb.connect(sys.argv[1], read_only=True).sql(sys.argv[2]).fetchall():
    print(row)
"""

_ASK_SQLITE = """
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
    print(row)
"""

_WEEKS = """select "Created By", strftime('%Y-%W', {time}) as week, count(*) from {table} group by 1, 2"""

_UNNESTED = "(select ID, unnest(from_json(Label->'{0}', '[\"json\"]')) as item from export)"
_IN_DUCKDB = (
    f"select item->>'title', count(*) from {_UNNESTED.format('objects')} group by 1",
    "select question, given->>'title', count(*) from (select item->>'title' as question, unnest(case"
    " when json_type(coalesce(item->'answer', item->'answers')) = 'ARRAY'"
    " then from_json(coalesce(item->'answer', item->'answers'), '[\"json\"]')"
    f" else [item->'answer'] end) as given from {_UNNESTED.format('classifications')}) group by 1, 2",
    """select "Created By", date_trunc('week', "Created At") as week, count(*) from export group by 1, 2""",
    "select title, quantile_cont(area, [0.25, 0.5, 0.75]) from (select item->>'title' as title,"
    " cast(item->'bbox'->>'width' as double) * cast(item->'bbox'->>'height' as double) as area"
    f" from {_UNNESTED.format('objects')}) where area is not null group by 1",
    "with held as (select distinct ID, item->>'title' as title"
    f" from {_UNNESTED.format('objects')}) select a.title, b.title, count(*)"
    " from held as a join held as b on a.ID = b.ID and a.title < b.title group by 1, 2",
    "select ID from export where cast(Label as varchar) ilike '%tram%'",
    "select * from export where ID = 'LABEL_ID'",
)

_EACH = "labels as l, json_each(case when json_valid(l.Label) then l.Label end, '$.{0}') as o"
_IN_SQLITE_UTILS = (
    f"select json_extract(o.value, '$.title'), count(*) from {_EACH.format('objects')} group by 1",
    "select json_extract(o.value, '$.title'), coalesce(json_extract(o.value, '$.answer.title'),"
    f" json_extract(c.value, '$.title')), count(*) from {_EACH.format('classifications')} left join"
    " json_each(case when json_type(o.value, '$.answer') = 'array' then json_extract(o.value, '$.answer')"
    " else json_extract(o.value, '$.answers') end) as c group by 1, 2",
    _WEEKS.format(time='"Created At"', table="labels"),
    "with sized as (select json_extract(o.value, '$.title') as title, json_extract(o.value, '$.bbox.width')"
    f" * json_extract(o.value, '$.bbox.height') as area from {_EACH.format('objects')}),"
    " ranked as (select title, area, percent_rank() over (partition by title order by area) as place from sized"
    " where area is not null) select title, min(case when place >= 0.25 then area end),"
    " min(case when place >= 0.5 then area end), min(case when place >= 0.75 then area end) from ranked group by 1",
    f"with held as materialized (select distinct l.ID, json_extract(o.value, '$.title') as title"
    f" from {_EACH.format('objects')}) select a.title, b.title, count(*)"
    " from held as a join held as b on a.ID = b.ID and a.title < b.title group by 1, 2",
    "select ID from labels where Label like '%tram%'",
    "select * from labels where ID = 'LABEL_ID'",
)

_IN_PANDAS = (
    "select title, count(*) from objects group by 1",
    """select title, coalesce("answer.title", json_extract(c.value, '$.title')), count(*) from classifications
    left join json_each(case when answer like '[{%' then answer else answers end) as c group by 1, 2""",
    _WEEKS.format(time='"Created At"', table="labels"),
    'with ranked as (select title, "bbox.width" * "bbox.height" as area, percent_rank() over (partition by title'
    ' order by "bbox.width" * "bbox.height") as place from objects where "bbox.width" is not null)'
    " select title, min(case when place >= 0.25 then area end), min(case when place >= 0.5 then area end),"
    " min(case when place >= 0.75 then area end) from ranked group by 1",
    "with held as materialized (select distinct ID, title from objects) select a.title, b.title, count(*)"
    " from held as a join held as b on a.ID = b.ID and a.title < b.title group by 1, 2",
    "select ID from classifications where answer like '%tram%'",
    "select * from labels where ID = 'LABEL_ID'",
)

PEERS = {
    "DuckDB `read_json_auto`": Peer(
        ("duckdb",),
        "import sys, duckdb\n"
        "database = duckdb.connect(sys.argv[1])\n"
        'database.execute("create table export as select * from read_json_auto(?)", [sys.argv[2]])',
        _ASK_DUCKDB,
        _IN_DUCKDB,
        ".duckdb",
    ),
    "sqlite-utils": Peer(
        ("sqlite-utils",),
        "import sys\nfrom sqlite_utils.cli import cli\ncli(['insert', sys.argv[1], 'labels', sys.argv[2], '--alter'])",
        _ASK_SQLITE,
        _IN_SQLITE_UTILS,
        ".db",
        most=200,
    ),
    "pandas": Peer(("pandas",), _PANDAS, _ASK_SQLITE, _IN_PANDAS, ".db", most=200),
}

OURS = (
    ("query", "class-counts"),
    ("query", "answer-counts"),
    ("query", "labels-per-week"),
    ("query", "object-sizes"),
    ("query", "class-cooccurrence"),
    ("search", "tram"),
    ("get", "LABEL_ID"),
)
"""The commands for `QUESTIONS`, without the store."""


def ask_ours(store: Path, question: int, label_id: str) -> Command:
    """The command of labelstore for a question."""
    command, what = OURS[question]
    return *LABELSTORE, command, store, what.replace("LABEL_ID", label_id)


def environment(folder: Path, name: str, packages: Sequence[str]) -> Path | None:
    """The Python of a peer's environment; None where its packages cannot be had."""
    place = folder / "environments" / "".join(c if c.isalnum() else "-" for c in name)
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        try:
            run(str(python), "-m", "pip", "install", "--quiet", *packages)
        except SystemExit as error:
            print(f"{name} is left out: {str(error)[-300:]}", file=sys.stderr)
            return None
        (place / "ready").touch()
    return python
