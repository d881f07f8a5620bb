"""docs/how-to/cookbook.md: every SQL and command of the page gives the result below it, on both engines."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from labelstore.cli.tables import table
from labelstore.errors import UsageError
from labelstore.schema.canned_queries import queries
from tests.making import ENGINES
from tools import cookbook

PAGE = cookbook.TARGET.read_text(encoding="utf-8")
RECIPES = cookbook.recipes(PAGE)

SMALL = """\
```sh
labelstore sample exports --asset-type text --labels 2
labelstore load labels.db exports/*.json exports/*.ndjson
```

### How many?

Told.

```sql
select count(*) as n from records
```

```text
```
"""


@pytest.mark.sampled(2)
@ENGINES
def test_every_recipe_gives_the_result_on_the_page(engine: str, tmp_path: Path) -> None:
    store = {"sqlite": "labels.db", "duckdb": "labels.duckdb"}[engine]
    cookbook.make_store(PAGE, tmp_path, store)
    printed = {recipe.question: cookbook.printed(recipe.arguments(), tmp_path, store) for recipe in RECIPES}
    assert printed == {recipe.question: recipe.shown for recipe in RECIPES}
    in_sql = [recipe for recipe in RECIPES if recipe.language == "sql"]
    plain = plainly(engine, tmp_path / store, [recipe.asked for recipe in in_sql])
    assert dict(zip((recipe.question for recipe in in_sql), plain, strict=True)) == {
        recipe.question: recipe.shown for recipe in in_sql
    }


def plainly(engine: str, store: Path, statements: list[str]) -> list[str]:
    """What SQL gives without labelstore, as in other programs."""
    connect: Any = duckdb.connect if engine == "duckdb" else sqlite3.connect
    printed = []
    with closing(connect(str(store))) as connection:
        for sql in statements:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            printed.append("".join(line + "\n" for line in table(names, cursor.fetchall())))
    return printed


def test_the_page_answers_forty_questions_and_more() -> None:
    assert len(RECIPES) >= 40
    assert len({recipe.question for recipe in RECIPES}) == len(RECIPES)
    assert len({recipe.asked for recipe in RECIPES}) == len(RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.question)
def test_every_result_is_short_and_not_empty(recipe: cookbook.Recipe) -> None:
    assert 3 <= len(recipe.shown.splitlines()) <= 12, "names, a rule, one to ten rows"


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.question)
def test_every_sql_that_gives_several_rows_says_their_order(recipe: cookbook.Recipe) -> None:
    if recipe.language == "sql" and len(recipe.shown.splitlines()) > 3:
        assert re.search(r"^order by", recipe.asked, re.M)


def test_queries_that_the_page_names_exist() -> None:
    named = re.findall(r"--named ([\w-]+)", PAGE)
    assert named
    assert set(named) <= set(queries())


def test_results_are_filled_in_and_stale_ones_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "cookbook.md"
    page.write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(cookbook, "TARGET", page)
    assert cookbook.main(["--check"]) == 1
    assert "python -m tools.cookbook" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == SMALL
    assert cookbook.main([]) == 0
    assert page.read_text(encoding="utf-8") == SMALL.replace("```text\n", "```text\nn\n─\n4\n")
    assert cookbook.main(["--check"]) == 0
    page.write_text(page.read_text(encoding="utf-8").replace("\n4\n", "\n5\n"), encoding="utf-8")
    assert cookbook.main(["--check"]) == 1


def test_a_command_runs_on_the_store_of_that_name(tmp_path: Path) -> None:
    cookbook.make_store(SMALL, tmp_path, "other.db")
    with sqlite3.connect(tmp_path / "other.db") as database:
        assert database.execute("select count(*) from records").fetchone() == (4,)
    database.close()
    assert not (tmp_path / "labels.db").exists()
    recipe = cookbook.Recipe("", "console", "$ labelstore query labels.db --named skipped-labels --limit 1\n", "")
    assert recipe.arguments() == [
        *("query", "labels.db", "--named", "skipped-labels", "--limit", "1"),
        *("--format", "table"),
    ]
    assert cookbook.printed(recipe.arguments(), tmp_path, "other.db").startswith("project ")


@pytest.mark.parametrize(
    "wrong",
    [
        SMALL.replace("```text\n```\n", ""),
        SMALL.replace("```text\n```\n", "```sql\nselect 1\n```\n"),
        SMALL.replace("```sql", "```python"),
        SMALL + "\n### A question without an answer?\n",
    ],
)
def test_a_question_without_sql_or_result_is_an_error(wrong: str) -> None:
    with pytest.raises(UsageError, match="not one sql or console block"):
        cookbook.recipes(wrong)


def test_sql_that_fails_says_why(tmp_path: Path) -> None:
    cookbook.make_store(SMALL, tmp_path)
    with pytest.raises(UsageError, match="no such column"):
        cookbook.filled(SMALL.replace("count(*)", "wrong"), tmp_path)
