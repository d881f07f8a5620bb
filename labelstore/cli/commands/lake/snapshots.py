"""`snapshots`: what a lake held after each load."""

from typing import TYPE_CHECKING, Any

from labelstore.cli import output
from labelstore.cli.options import AsJson, Lake
from labelstore.figures import moment

if TYPE_CHECKING:
    from labelstore.lake.commits.snapshot import Snapshot

_COUNTED = ("records", "labels")


def snapshots(lake: Lake, as_json: AsJson = False) -> None:
    """List the snapshots of a lake, the newest last.

    Each load that brings something makes one; --at of the other commands takes its number. `labelstore lake
    vacuum` removes old ones. --json also has the versions of the Delta tables.

    \b
    Examples:
      labelstore lake snapshots lake/
      labelstore lake snapshots s3://example/lake --json
    """
    from concurrent.futures import ThreadPoolExecutor

    from labelstore.lake.opening import lake_at

    opened = lake_at(lake)
    with ThreadPoolExecutor(8) as pool:  # each waits for the logs of tables
        found = list(pool.map(lambda number: _facts(opened.at(number)), opened.numbers()))
    if as_json:
        output.write_json(found)
        return
    rows = [(one["number"], moment(one["made_at"]).removesuffix(" UTC"), *map(one.get, _COUNTED)) for one in found]
    output.write_table(["snapshot", "made (UTC)", *_COUNTED], rows)


def _facts(snapshot: "Snapshot") -> dict[str, Any]:
    counts = {table: snapshot.rows(table) for table in _COUNTED}
    return {"number": snapshot.number, "made_at": snapshot.made_at, **counts, "versions": dict(snapshot.versions)}
