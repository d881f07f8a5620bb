"""A store → a store for others: every record rebuilt, redacted and stored anew."""

import os
import secrets
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from labelstore.engines import SQLITE, open_database
from labelstore.engines.database import WAY_OUT, Database
from labelstore.engines.opening import engine_named
from labelstore.engines.published_mark import is_published, mark
from labelstore.errors import StoreError, UsageError
from labelstore.files.outputs import OUTLIVED, check_output, is_stream, output_path
from labelstore.formats.decoding import RecordDecoder, deep_calls
from labelstore.publishing.records import RecordRedactor, Selection
from labelstore.publishing.redaction import Redactor
from labelstore.publishing.rewriting import add_rows, published_id
from labelstore.publishing.selecting import base_name, batches, project_ids
from labelstore.schema.tables import Rows, columns

PublishProgress = Callable[[int, int], None]
"""Is called now and then with the records looked at so far and all records."""

_READ_ONLY = 0o444
_VERSIONS = 100
_ROWS = 50_000
"""So many rows are held in memory."""


@dataclass(frozen=True)
class Publication:
    """What was written, and what of the store it was made from is not in it: what → how many."""

    store: str
    out: str
    records: int
    labels: int
    bytes: int
    removed: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """What `labelstore publish --json` prints."""
        return {**vars(self), "seconds": round(self.seconds, 3)}


def publish(
    store: str | Path,
    out: str | Path,
    *,
    projects: str | Sequence[str] = (),
    reviews: bool = True,
    history: bool = True,
    keep_emails: bool = False,
    salt: str | None = None,
    overwrite: bool = False,
    progress: PublishProgress | None = None,
) -> Publication:
    """Write what others may see of the store at `store` into the new SQLite store `out`, which nobody can write.

    `projects` are ids or names of those to publish. `reviews` and `history` tell whether reviews and earlier versions
    go along. The names that stand for e-mail addresses depend on `salt`, by default a new one each time. Nothing but
    redacted rows is ever written to `out`, which gets its name when it is complete. The store may be written meanwhile:
    what is published is its state at the start. Raises `UsageError`, `StoreError` and `NotFoundError`.
    """
    if salt is not None and not salt.strip():
        raise UsageError("the salt is empty: whoever guesses that can try addresses; give a long random text, or none")
    path, target, started = Path(store), Path(out), time.perf_counter()
    _check_out(path, target, overwrite)
    redactor = Redactor(secrets.token_bytes(32) if salt is None else salt.encode(), emails=not keep_emails)
    with open_database(path, read_only=True) as source:
        source.execute("begin")  # one state of the store, whatever is written meanwhile
        selection = Selection(project_ids(source, [projects] if isinstance(projects, str) else projects), reviews)
        with _complete(target, overwrite) as copy, deep_calls():
            work = _Work(source, copy, redactor, selection)
            work.copy_records(progress)
            work.copy_versions(history)
            work.copy_loads()
            work.count_rest()
            copy.derive(0)
            removed = {what: count for what, count in work.removed().items() if count}
            mark(copy, removed)
            labels = int(copy.value("select count(*) from labels"))
    size, seconds = target.stat().st_size, time.perf_counter() - started
    return Publication(str(store), str(out), work.published, labels, size, removed, seconds)


def _check_out(store: Path, out: Path, overwrite: bool) -> None:
    if engine_named(out) is not SQLITE:
        raise UsageError(f"{out}: what is published is a SQLite store; name a .db file")
    if str(out) == "-":
        raise UsageError("-: a store is a file; name one")
    check_output(out, store, overwrite=overwrite, is_copy=_is_copy(out))
    if is_stream(out):
        raise StoreError(str(out), "is no file", "name another")


def _is_copy(out: Path) -> bool:
    try:
        return out.is_file() and is_published(out)
    except StoreError:
        return False


@contextmanager
def _complete(out: Path, overwrite: bool) -> Iterator[Database]:
    """An empty store that becomes `out` when it is complete, compact and read-only; after an error nothing is left."""
    with output_path(out, overwrite=overwrite) as scratch:
        with open_database(scratch, create=True) as database:
            database.build_fast()
            database.begin()
            yield database
            database.commit()
            database.finish()
            database.execute("vacuum")
            database.execute("pragma journal_mode = delete")
        with scratch.open("rb") as file:
            os.fsync(file.fileno())
        scratch.chmod(_READ_ONLY)
        target = out.resolve()
        for suffix in OUTLIVED:  # of a copy that was there before
            target.with_name(target.name + suffix).unlink(missing_ok=True)


class _Work:
    """One publication under way."""

    def __init__(self, source: Database, copy: Database, redactor: Redactor, selection: Selection) -> None:
        self.source, self.copy, self.redactor, self.selection = source, copy, redactor, selection
        self.json = RecordRedactor(redactor, selection)
        self.left_out: Counter[str] = Counter()
        self.published = 0
        self.by_load: Counter[int] = Counter()

    def copy_records(self, progress: PublishProgress | None) -> None:
        total = int(self.source.value("select count(*) from records"))
        decode, rows, done = RecordDecoder(), Rows(), 0
        for batch in batches(self.source, self.selection.projects):
            published, labels = self.published, 0
            identity = ""
            try:
                for record in batch.records:
                    identity = record.identity
                    add_rows(record, self.json.record(record.raw), self.json, decode, rows)
                    self.by_load[record.load_id] += 1
                    self.published += 1
                    labels += len(record.labels)
                    if len(rows) > _ROWS:
                        self._insert(rows)
            except (ValueError, RecursionError) as error:
                where = f"at {identity}" if identity else "at the start"
                raise StoreError(str(self.source.path), f"cannot be published, {where}: {error}", WAY_OUT) from error
            self._insert(rows)
            done += batch.seen
            self.left_out["records of other projects"] += batch.seen - (self.published - published)
            self.left_out["labels of other projects and of model runs"] += batch.labels - labels
            if progress is not None:
                progress(done, total)

    def _insert(self, rows: Rows) -> None:
        self.copy.insert(rows)
        rows.clear()

    def copy_versions(self, history: bool) -> None:
        """Earlier versions of labels, as far as they are published."""
        names = list(columns()["versions"])
        total = int(self.source.value("select count(*) from versions"))
        kept = 0
        rows = self.source.query(f"select {', '.join(names)} from versions").rows if history else iter(())
        while batch := list(islice(rows, _VERSIONS)):
            new = [self._version(dict(zip(names, row, strict=True))) for row in batch]
            found = [tuple(version.values()) for version in new if version is not None]
            self.copy.insert_rows("versions", found)
            kept += len(found)
        self.left_out["earlier versions of labels"] += total - kept

    def _version(self, version: dict[str, Any]) -> dict[str, Any] | None:
        projects = self.selection.projects
        if projects is not None and version["project_id"] not in projects:
            return None
        raw = self.json.record(zlib.decompress(version["json"]))
        for load in (version["load_id"], version["replaced_by"]):
            self.by_load[load] += 0
        data_row_id = version["data_row_id"]
        return version | {
            "label_id": published_id(self.json, version["label_id"], data_row_id),
            "data_row_id": None if data_row_id is None else published_id(self.json, data_row_id),
            "project_id": None if version["project_id"] is None else self.json.identity(version["project_id"]),
            "json": zlib.compress(raw),
        }

    def copy_loads(self) -> None:
        """The loads, of selected projects only those that brought a record, with no counts but of what is there."""
        names = list(columns()["loads"])
        for row in list(self.source.query(f"select {', '.join(names)} from loads order by load_id").rows):
            load = dict(zip(names, row, strict=True))
            name = base_name(load["file_name"])
            self.left_out["folders of files"] += name != load["file_name"]
            self.left_out["sums and sizes of files"] += load["sha256"] is not None
            load |= {"file_name": None if name is None else self.json.text(name), "sha256": None, "bytes": None}
            if self.selection.projects is not None:
                if load["load_id"] not in self.by_load:
                    self.left_out["loads of other projects"] += 1
                    continue
                count = self.by_load[load["load_id"]]
                load |= dict.fromkeys(("changed", "unchanged", "repeated", "stale", "rejected", "missing", "pruned"))
                load |= {"records": count, "added": count}
            self.copy.insert_rows("loads", [tuple(load.values())])

    def count_rest(self) -> None:
        self.left_out["rejected records"] = int(self.source.value("select count(*) from rejects"))
        hashes = "select count(*) from records where content_hash is not null or url_hash is not null"
        self.left_out["hashes of records"] = int(self.source.value(hashes))

    def removed(self) -> dict[str, int]:
        """What is not in the copy, without what there was none of."""
        return {**self.left_out, **self.redactor.counts, "people behind e-mail addresses": len(self.redactor.names)}
