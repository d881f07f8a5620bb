"""A store as Python sees it."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelstore.engines import engine_of, open_database
from labelstore.engines.database import Database, Parameters, Result
from labelstore.errors import NotFoundError, UsageError
from labelstore.history import LabelChange, Version, diff_loads, label_at, versions_of
from labelstore.inputs.gathering import Files
from labelstore.loading import Confirm, Progress, Report
from labelstore.loading import load as _load
from labelstore.query import ask, ask_named
from labelstore.query.find import json_of, label_of
from labelstore.query.selection import objects_of, selected, utc

if TYPE_CHECKING:
    from labelstore.analyses.agreement import Agreement


def open(path: str | Path, *, read_only: bool = False) -> "Store":
    """The store in the file at `path`: SQLite, or DuckDB for a name that ends in .duckdb or .ddb.

    A file that does not exist is made by the first `load`. Raises `StoreError` for a file that is no labelstore.
    """
    return Store(Path(path), read_only)


class Store:
    """An open store. Use it as a context manager, or `close` it.

    >>> with labelstore.open("labels.db") as store:
    ...     store.load(["export.json"])
    ...     store.label("ck1")["Label"]["objects"]
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.engine = engine_of(path)
        self._database: Database | None = None
        if path.exists():
            self._open()

    def _open(self) -> Database:
        if self._database is None:
            self._database = open_database(self.path, read_only=True)
        return self._database

    def load(
        self,
        files: Files,
        *,
        frames: str | Path | None = None,
        max_ratio: float | None = 1000.0,
        jobs: int | None = None,
        force: bool = False,
        history: bool = True,
        prune: bool | Confirm = False,
        max_rejects: int | None = None,
        progress: Progress | None = None,
        wait: float | None = None,
    ) -> Report:
        """Load exports; see `labelstore.loading.load`."""
        if self.read_only:
            raise UsageError(f"{self.path}: opened read-only")
        self.close()
        return _load(
            self.path,
            files,
            frames=frames,
            max_ratio=max_ratio,
            jobs=jobs,
            force=force,
            history=history,
            prune=prune,
            max_rejects=max_rejects,
            progress=progress,
            wait=wait,
        )

    def label(self, label_id: str, *, at: int | None = None) -> Any:
        """One label as it came, or as it was after the load `at`: the v1 array element, or the v2 label object.

        It may be named by the id, external id or global key of its data row, where that has one label.

        Raises `NotFoundError`.
        """
        if at is not None:
            return _value(label_at(self._open(), label_id, at))
        database = self._open()
        found = database.label_json(label_id)
        if not found and (other := label_of(database, label_id)):
            found = database.label_json(other)
        if not found:
            hint = f"find ids with: labelstore search {database.path} WORDS"
            raise NotFoundError(f"{label_id}: no label of {database.path} has this id; {hint}")
        return _value(found[0])

    def history(self, label_id: str) -> list[Version]:
        """The versions of a label, oldest first, the current one last. Raises `NotFoundError`."""
        return versions_of(self._open(), label_id)

    def diff(self, load_a: int, load_b: int) -> Iterator[LabelChange]:
        """The labels added, removed and changed between two loads. Raises `NotFoundError` for a load."""
        return diff_loads(self._open(), load_a, load_b)

    def data_row(self, data_row_id: str) -> Any:
        """The line of a data row as it came in v2 (the newest one), or without one the newest v1 element about it.

        Its external id or global key will do, too.

        Raises `NotFoundError`.
        """
        database = self._open()
        found = database.data_row_json(data_row_id) or [text for _, text in json_of(database, [data_row_id])]
        return _value(found[-1])

    def labels(
        self,
        *,
        project: str | None = None,
        asset_type: str | None = None,
        generation: str | None = None,
        name: str | None = None,
        created_by: str | None = None,
        since: str | date | None = None,
    ) -> Iterator[Any]:
        """Labels as they came, streamed; those of one project (id or name), asset type, generation or labeler.

        With `name` those that hold an object of this class; with `since` (a date, a time or ISO 8601 text; UTC unless
        it says otherwise) those updated, or else created, then or later. Raises `UsageError` for a text that is no
        time.
        """
        wanted = {
            "project": project,
            "asset_type": asset_type,
            "generation": generation,
            "name": name,
            "created_by": created_by,
            "since": None if since is None else utc(since),
        }
        database = self._open()
        for label_ids in selected(database, wanted):
            yield from map(_value, database.labels_json(label_ids).values())

    def objects(
        self,
        *,
        kind: str | None = None,
        project: str | None = None,
        asset_type: str | None = None,
        name: str | None = None,
        model_runs: bool = False,
    ) -> Result:
        """A row for each object (in each frame) with its label, its class and its geometry, in the order of the store.

        `kind` is bounding_box, polygon, polyline, point, mask, text_entity or another kind of the store; without it
        the geometry columns of all kinds are there.

        Objects of labels in model runs, predictions too, only with `model_runs`.
        """
        return objects_of(self._open(), kind, project, asset_type, name, model_runs)

    def query(self, sql: str, parameters: Parameters = (), /, **named: Any) -> Result:
        """Run one SQL statement, which can only read; iterate the result for dicts, or its `rows` for tuples.

        Values of parameters are given by name (`$project` in the SQL, `project=` here), or as a sequence for `?` or a
        mapping. `df()`, `arrow()` and `pl()` of the result make a table of pandas, pyarrow or polars. Raises
        `QueryError`, which knows the place in the SQL, and `UsageError` for parameters that do not fit.
        """
        if named:
            if parameters and not isinstance(parameters, Mapping):
                raise UsageError("query: parameters either by position or by name")
            parameters = {**parameters, **named} if isinstance(parameters, Mapping) else named
        return ask(self._open(), sql, parameters)

    def ask(self, query: str, /, **values: Any) -> Result:
        """The result of a canned query: `store.ask("class-counts", project="Roads")`.

        Raises `NotFoundError` for a query or a parameter that does not exist; both name those that do.
        """
        return ask_named(self._open(), query, values)

    def agreement(self, project: str | None = None, *, iou: float = 0.5) -> "Agreement":
        """How far labels of the same data row agree; see `labelstore.analyses.agreement.agreement`."""
        from labelstore.analyses.agreement import agreement

        return agreement(self._open(), project, iou)

    def close(self) -> None:
        """Close the database; the next call opens it again."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _value(text: str) -> Any:
    import msgspec  # here, for `import labelstore` to stay light

    return msgspec.json.decode(text)
