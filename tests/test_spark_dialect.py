"""The views in the words of Spark SQL, without Spark."""

import re

import pytest

from labelstore.schema.dialects import view_files
from labelstore.schema.spark import SPARK


def test_names_are_quoted_by_backticks_and_literals_stay() -> None:
    sql = """select "end", ',"end":' || "values" -- a row's "end"\nfrom t where "left" = '"'"""
    assert SPARK.translate(sql) == """select `end`, ',"end":' || `values` -- a row's "end"\nfrom t where `left` = '"'"""


@pytest.mark.parametrize("file", view_files())
def test_no_words_of_others_are_left(file: str) -> None:
    sql = re.sub(r"--[^\n]*|'[^']*'", "", SPARK.view(file))
    strange = (
        r'"|->>|string_agg|materialized|recursive|as integer|as text\)|unicode|\bjson_\w+\(|utf16_length|seconds_of'
    )
    assert re.findall(strange, sql) == []


@pytest.mark.parametrize("file", view_files())
def test_no_literal_depends_on_how_a_session_reads_backslashes(file: str) -> None:
    assert "\\" not in SPARK.view(file)
