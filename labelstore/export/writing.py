"""Export a store to a file: complete or not at all, and never in place of what is there without being asked."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from labelstore.engines import open_database
from labelstore.errors import UsageError
from labelstore.export.exporter import Choices, Export, Written
from labelstore.export.registry import exporter_of
from labelstore.files.outputs import check_output, output_file


def export(
    store: str | Path,
    format: str,
    out: str | Path,
    *,
    class_name: str | None = None,
    project: str | None = None,
    jobs: int | None = None,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Write a store in one of the formats of the registry to `out` ("-" is standard output).

    `class_name` and `project` (id or name) select objects, in formats that take them. `jobs` processes (the number of
    cores, 8 at most) rebuild a large SQLite store side by side. `progress` is called now and then with the number
    written so far. Raises `UsageError`, `StoreError` and `NotFoundError`.
    """
    exporter, choices = exporter_of(format), Choices(class_name, project)
    for name, value in choices._asdict().items():
        if value is not None and name not in exporter.takes:
            raise UsageError(f"{format} does not take the choice {name}; leave it out")
    check_output(out, store, overwrite=overwrite)
    with open_database(Path(store), read_only=True) as database, output_file(out, overwrite=overwrite) as file:
        job = Export(database, out, choices, jobs, progress)
        with closing(exporter.write(job)) as chunks:
            for chunk in chunks:
                file.write(chunk)
    return Written(job.count, exporter.unit, dict(+job.changed), dict(+job.left_out))
