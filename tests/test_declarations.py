"""Declarations: each key has a column, each column is filled, and what is made of them is up to date."""

from typing import Any

import pytest

from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.declaring import JsonObject, array, key, read
from labelstore.formats.record_kinds import kinds
from labelstore.formats.row_functions import ROW_MAKERS
from labelstore.formats.v1 import pieces as v1
from labelstore.formats.v2 import pieces as v2
from labelstore.schema.tables import FOUND_IN_FILES, columns, content_tables
from tools import views

PIECES = (*v1.PIECES, *v2.PIECES)


def test_the_views_are_what_the_declarations_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert views.main(["--check"]) == 0, capsys.readouterr().err


def test_every_declaration_fits_its_table() -> None:
    for declaration in DECLARATIONS.values():
        declaration.check()


def test_every_column_is_filled_by_something() -> None:
    """A column that nothing fills is a fact without a source, or one that was forgotten."""
    assert kinds(), "what makes rows is imported"
    filled = {table: set(names) for table, names in ROW_MAKERS.items()}
    for declaration in DECLARATIONS.values():
        if declaration.table:
            filled.setdefault(declaration.table, set()).update(declaration.claimed())
    filled["records"].add("url_load_id")  # by a later load
    for table in ("classifications", "answers"):  # the same objects, where they repeat what is told before
        filled[f"repeated_{table}"] = filled[table] | {"label_id", "moment_id", "is_end"}
    for table in set(content_tables()).difference(FOUND_IN_FILES):
        assert set(columns()[table]) - filled[table] == set(), table


def test_a_key_without_a_column_is_an_error() -> None:
    class Review(JsonObject, table="reviews"):
        mood: str = key()

    with pytest.raises(TypeError, match="reviews has no column mood"):
        Review.row(Review())
    DECLARATIONS.pop(Review)


def test_a_key_with_a_column_of_another_type_is_an_error() -> None:
    class Review(JsonObject, table="reviews"):
        score: str = key()

    with pytest.raises(TypeError, match=r"score holds text, its column reviews\.score double"):
        Review.row(Review())
    DECLARATIONS.pop(Review)


def test_a_given_column_that_is_not_given_is_an_error() -> None:
    class Review(JsonObject, table="reviews", given="label_id"):
        score: float = key()

    with pytest.raises(TypeError, match="label_id"):
        Review.row(Review())
    DECLARATIONS.pop(Review)


@pytest.mark.parametrize("into", ["moods", "reviews.mood"])
def test_a_member_that_goes_nowhere_is_an_error(into: str) -> None:
    class Review(JsonObject, table="reviews"):
        mood: str = read(into=into)

    with pytest.raises(TypeError, match=f"Review.mood goes into {into}, which does not exist"):
        Review.row(Review())
    DECLARATIONS.pop(Review)


@pytest.mark.parametrize("member", [read(into=""), array(count="ordinal")])
def test_a_member_that_does_not_say_where_it_goes_is_an_error(member: Any) -> None:
    class Review(JsonObject, table="reviews"):
        moods: list[str] = member

    with pytest.raises(TypeError, match=r"Review\.moods does not say where its value goes"):
        Review.row(Review())
    DECLARATIONS.pop(Review)
