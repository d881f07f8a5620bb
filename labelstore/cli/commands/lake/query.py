"""`query`: SQL and canned queries over a lake."""

from labelstore.cli import asking
from labelstore.cli.options import AllRows, AtSnapshot, Lake, NoPager, Output, Overwrite


def query(
    lake: Lake,
    sql: asking.Sql = None,
    parameters: asking.Parameters = None,
    named: asking.Named = None,
    at: AtSnapshot = None,
    listed: asking.Listed = False,
    format: asking.ResultFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    limit: asking.Limit = 0,
    timeout: asking.Timeout = None,
    max_bytes: asking.MaxBytes = None,
    as_json: asking.JsonOrList = False,
    all_rows: AllRows = False,
    no_pager: NoPager = False,
    chart: asking.Chart = False,
    chart_of: asking.ChartOf = None,
) -> None:
    """Query a lake, read-only: SQL of DuckDB or a canned query.

    The tables and views are those of a store, and so are the options; `labelstore help query` explains them.
    A query sees one snapshot, whatever is loaded meanwhile. Only what it needs of the files is read.

    \b
    Examples:
      labelstore lake query lake/ "select name, count(*) from objects group by name"
      labelstore lake query s3://example/lake class-counts -p project=Roads
      labelstore lake query lake/ "select count(*) from labels" --at 3
    """
    question = asking.Question(
        sql,
        parameters,
        named,
        listed,
        format,
        out,
        overwrite,
        limit,
        timeout,
        max_bytes,
        as_json,
        all_rows,
        no_pager,
        chart,
        chart_of,
    )
    from labelstore.lake.opening import open_snapshot

    asking.answer(question, lake, lambda: open_snapshot(lake, at), "lake")
