"""Public API: open a store, load exports, query it, get labels back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, Unpack

from labelstore.connections import Connections
from labelstore.contents import Contents
from labelstore.engines.database import Database
from labelstore.errors import StoreError, UsageError
from labelstore.inputs.gathering import Files
from labelstore.loading import Confirm, Progress, Report
from labelstore.loading import load as _load
from labelstore.notebook.label import Label
from labelstore.notebook.source import LabelSource

if TYPE_CHECKING:
    from labelstore.connected.fetching.fetch import Agree
    from labelstore.connected.fetching.outcome import Fetched
    from labelstore.connected.pulling import Filters, Parameters, Pulled
    from labelstore.connected.pushing import Pushed
    from labelstore.engines.copy import CopyProgress
    from labelstore.export.exporter import Written
    from labelstore.export.keywords import ExportChoices
    from labelstore.loading.from_tables import Copied
    from labelstore.notebook.gallery import Gallery
    from labelstore.query.filters import LabelFilters


def open(
    path: str | Path,
    *,
    read_only: bool = False,
    engine: str | None = None,
    assets: str | Path | None = None,
) -> "Store":
    """Open the store at `path`: DuckDB for a name that ends in .duckdb or .ddb, else SQLite.

    The first `load` creates a file that does not exist. With `engine="duckdb"`, `query`, `ask` and `objects` ask the
    mirror of a SQLite store, a copy for DuckDB beside it, which is made at the first question and after each load.
    Labels in notebooks are drawn on the pictures and texts that the folder `assets` holds, else the vault of `fetch`.
    Raises `StoreError` for a file that is not a store, and `UsageError` for an engine that cannot answer for it.

    >>> store = labelstore.open("labels.db", assets="images/")
    """
    return Store(Path(path), read_only, engine, None if assets is None else Path(assets))


class Store(Contents):
    """An open store; use it as a context manager, or `close` it.

    >>> with labelstore.open("labels.db") as store:
    ...     store.load(["export.json"])
    ...     store.label("ck1")["Label"]["objects"]
    """

    def __init__(
        self, path: Path, read_only: bool = False, engine: str | None = None, assets: Path | None = None
    ) -> None:
        self.path: Path = path
        self.assets: Path | None = assets
        self.read_only: bool = read_only
        self._connections = Connections(path, engine)
        self.engine: str = self._connections.engine
        self._is_closed = False
        if path.exists():
            self._open()

    def _open(self) -> Database:
        self._is_closed = False
        return self._connections.store()

    def _questioned(self) -> Database:
        self._is_closed = False
        return self._connections.questioned()

    def load(
        self,
        files: Files,
        *,
        frames: str | Path | None = None,
        max_ratio: float | None = 1000.0,
        force: bool = False,
        history: bool = True,
        prune: bool | Confirm = False,
        max_rejects: int | None = None,
        progress: Progress | None = None,
        wait: float | None = None,
    ) -> Report:
        """Load exports into the store, which is made if it is not there; the result says what came of it.

        `files` is one path or several: files, folders with exports in them, patterns, "-" for standard input, URLs of
        all that fsspec reads (`s3://`, `gs://`, `https://` …), which are copied to this computer first. `frames` is a
        folder of downloaded frames files. An archive may unpack to `max_ratio` times its size. All of it is
        stored or, after an error, nothing; single records that cannot be stored are in `rejects` and counted, and more
        than `max_rejects` of them are an error.

        A label that is older than the stored one is left out unless `force`. What is replaced stays in `versions`
        unless `history` is false. Labels of the files' projects that the files lack are counted as missing, and with
        `prune` removed; if it is a function, where it says so. `progress` is called with what has been read. While
        another process writes the store, this waits, at most `wait` seconds. Raises `InputError`, `StoreError`, and
        `UsageError` where the store is read-only.

        >>> store.load(["exports/", "more.ndjson"]).total("added")
        """
        if self.read_only:
            raise UsageError(f"{self.path}: opened read-only")
        self._connections.close()
        return _load(
            self.path,
            files,
            frames=frames,
            max_ratio=max_ratio,
            force=force,
            history=history,
            prune=prune,
            max_rejects=max_rejects,
            progress=progress,
            wait=wait,
        )

    def load_lake(
        self, lake: str | Path, *, progress: "CopyProgress | None" = None, wait: float | None = None
    ) -> "Copied":
        """Make the store, which must not be there yet, of a lake, or of the folder that `export` wrote as `parquet`.

        `lake` is a path or URL. All its tables come along as they are, loads and rejects too, and from a folder earlier
        versions of labels; only counts are counted anew. `progress` is called now and then with the rows copied so far
        and all rows; `wait` as in `load`. Raises `InputError` for a folder of something else, and `StoreError` where
        the store is there already, or the lake is none; `UsageError` where the store is read-only.

        >>> labelstore.open("labels.duckdb").load_lake("lake/").rows["labels"]
        """
        from labelstore.lake.to_store import load_lake

        if self.read_only:
            raise UsageError(f"{self.path}: opened read-only")
        self._connections.close()
        return load_lake(self.path, lake, wait=wait, progress=progress)

    def pull(
        self,
        *,
        project: str | None = None,
        dataset: str | None = None,
        model_run: str | None = None,
        catalog: bool = False,
        full: bool = False,
        prune: bool | Confirm = False,
        keep: str | Path | None = None,
        parameters: "Parameters | None" = None,
        filters: "Filters | None" = None,
        history: bool = True,
        endpoint: str | None = None,
        wait: float | None = None,
    ) -> "Pulled":
        """Take an export from Labelbox into the store, which is made if it is not there; the result says what came.

        Exactly one thing is named, by its id in Labelbox. The API key is in the environment (`LABELBOX_API_KEY`) or the
        keyring. After the first time only data rows with activity since come, unless `full`. `prune` removes labels
        that are gone, or asks; `keep` is a folder for the export; `parameters` and `filters` are those of the export.
        All of it is stored or, after an error, nothing, and the next call goes on with what came. Raises
        `labelstore.ServiceError` for what Labelbox refuses, `StoreError`, and `UsageError`.

        >>> store.pull(project="cl8szabc12345678abcdefghi").report.total("added")
        """
        from labelstore.connected.pulling import Filters, Parameters, Pull, pull
        from labelstore.connected.service.client import connect
        from labelstore.connected.service.exports import Target

        if self.read_only:
            raise UsageError(f"{self.path}: opened read-only")
        given = {"project": project, "dataset": dataset, "model_run": model_run, "catalog": "" if catalog else None}
        named = [Target.of(source, id or None) for source, id in given.items() if id is not None]
        if len(named) != 1:
            raise UsageError("name one thing to pull: project, dataset or model_run by its id, or catalog=True")
        kept = None if keep is None else Path(keep)
        wanted = Pull(named[0], parameters or Parameters(), filters or Filters(), full, prune, kept)
        self._connections.close()
        return pull(self.path, wanted, connect(endpoint), history=history, wait=wait)

    def fetch(
        self,
        into: str | Path | None = None,
        *,
        kinds: Collection[str] = ("assets", "masks", "frames"),
        agree: "bool | Agree" = False,
        allow_hosts: Sequence[str] = (),
        allow_private: bool = False,
        jobs: int = 8,
        rate: float | None = None,
        limit: int | None = None,
        max_size: int = 1_000_000_000,
        max_total: int | None = None,
        timeout: float = 60.0,
        dry_run: bool = False,
        endpoint: str | None = None,
        wait: float | None = None,
        **filters: "Unpack[LabelFilters]",
    ) -> "Fetched":
        """Fetch what the URLs of the store lead to into a folder; the result says what came, and why something did not.

        Without `into` it is the folder of the last time. `kinds` are some of assets, masks and frames; filters are
        those of `labels`. Hosts that were never asked need agreement: `agree` is True, or is asked with the number of
        URLs by host; `allow_hosts` need none, and with `allow_private` may be in a private network. `rate` is in
        requests a second, sizes are in bytes, `timeout` is in seconds without a byte. Raises `UsageError`,
        `NotFoundError`, `StoreError` and `OSError`.

        >>> store.fetch("vault", kinds=["masks"], agree=True).fetched
        """
        from labelstore.connected.fetching.downloading import Limits
        from labelstore.connected.fetching.fetch import Safety, Told, fetch
        from labelstore.connected.fetching.wanted import Selection
        from labelstore.query.filters import chosen_of

        if self.read_only:
            raise UsageError(f"{self.path}: opened read-only")
        self._connections.close()
        return fetch(
            self.path,
            into,
            selection=Selection(kinds, chosen_of(filters)),
            safety=Safety(allow_hosts, allow_private, endpoint),
            limits=Limits(jobs, limit, rate, max_size, max_total, timeout),
            dry_run=dry_run,
            told=Told((lambda _: True) if agree is True else agree or None, None, wait),
        )

    def push(
        self,
        *,
        to_project: str | None = None,
        to_model_run: str | None = None,
        predictions: bool = False,
        send: bool = False,
        skip_unknown: bool = False,
        again: bool = False,
        offline: bool = False,
        endpoint: str | None = None,
        wait: float | None = None,
        **choices: "Unpack[ExportChoices]",
    ) -> "Pushed":
        """Send labels to Labelbox, each annotation once; without `send` only say what would be sent.

        `choices` are those of `export("labelbox-import", …)`. In a project annotations become labels, or `predictions`.
        What the target has no class, question or option for is refused, or left out with `skip_unknown`; `again` sends
        also what was accepted before and has changed. The API key is where `pull` finds it; `offline` asks nothing.
        Raises `labelstore.ServiceError` for what Labelbox refuses or lacks, `StoreError`, and `UsageError`.

        >>> store.push(to_project="cl8szabc12345678abcdefghi", project="Roads").to_send
        """
        from labelstore.connected.pushing.push import pushing
        from labelstore.connected.pushing.target import target_of

        if self.read_only and send:
            raise UsageError(f"{self.path}: opened read-only")
        target = target_of(to_project, to_model_run, predictions=predictions)
        self._connections.close()
        with pushing(
            self.path,
            target,
            endpoint=endpoint,
            offline=offline,
            send=send,
            again=again,
            skip_unknown=skip_unknown,
            wait=wait,
            **choices,
        ) as push:
            return push.send() if send else push.result()

    def label(self, label_id: str, *, at: int | None = None) -> Label:
        """One label as exported: the v1 array element, or the v2 label object. With `at`, its version after that load.

        `label_id` can also be the id, external id or global key of a data row with one label. The label is a dict, and
        drawn in a notebook. Raises `NotFoundError`.

        >>> store.label("ck1")["Label"]["objects"]
        """
        from labelstore.notebook.stored import read_label

        return read_label(self._open(), LabelSource(self.path.absolute(), label_id, at, self.assets))

    def labels(
        self,
        *,
        where: str | None = None,
        sort: str | None = None,
        limit: int | None = None,
        name: str | None = None,
        created_by: str | None = None,
        generation: str | None = None,
        **filters: "Unpack[LabelFilters]",
    ) -> Iterator[Label]:
        """Stream the labels of projects that match all filters, as exported.

        The filters are those of `labelstore labels`: `store.labels(with_class="Car", without_class="Person",
        seconds=(60, None), since=date(2024, 1, 1), skipped=False)`; of several names in a list one is enough. `where`
        is a condition of SQL about `labels`, such as "seconds_to_label > 60"; `sort` an order such as "-created".
        `name` and `created_by` are other words for `with_class` and `labeler`; `generation` is v1 or v2. Labels of
        model runs come with `model_run`, by the id of the run. Raises `NotFoundError` for a name that no label has, and
        `UsageError` for a value that a filter cannot have.

        >>> for label in store.labels(with_class="Car", skipped=False):
        ...     print(label["ID"])
        """
        named = _only("with_class", name, filters) | _only("labeler", created_by, filters)
        return iter(self._gallery({**filters, **named}, where, sort, generation)[:limit])

    def gallery(
        self,
        *,
        where: str | None = None,
        sort: str | None = None,
        generation: str | None = None,
        **filters: "Unpack[LabelFilters]",
    ) -> "Gallery":
        """The labels that match all filters, which are those of `labels`, as a sequence that a notebook shows.

        It shows the first 24 as thumbnails; `gallery[24:48]` are the next ones, `len(gallery)` is how many there are.
        Outside of a notebook it is a sequence of labels. Raises as `labels` does.

        >>> store.gallery(with_class="Car", sort="-objects")
        """
        return self._gallery(filters, where, sort, generation)

    def _gallery(
        self, filters: Mapping[str, object], where: str | None, sort: str | None, generation: str | None
    ) -> "Gallery":
        from labelstore.notebook.gallery import Gallery
        from labelstore.query.filters import check_known, chosen_of
        from labelstore.query.label_rows import chosen_labels

        chosen, database = chosen_of(filters), self._open()
        check_known(database, chosen)
        nodes = chosen_labels(database, chosen, sort, where=where, generation=generation)
        return Gallery(self._open, nodes, self.path, self.assets)

    def export(self, format: str, out: str | Path, **choices: "Unpack[ExportChoices]") -> "Written":
        """Write the store in another format; the result says how much, and what it cannot hold.

        `format` is one that `labelstore export --help` lists; `out` is a file or folder, "-" is standard output. What
        the format cannot hold is written beside `out`, too, as JSON. Raises `UsageError` for a choice that the
        format has no use for, `StoreError` where `out` is there already, and `NothingToWriteError`.

        >>> store.export("coco", "coco.json", classes=["Car"]).lossless
        """
        from labelstore.export.writing import export

        return export(self.path, format, out, **choices)

    def close(self) -> None:
        """Close the database, in all threads; the next call reopens it."""
        self._is_closed = True
        self._connections.close()

    def __repr__(self) -> str:
        if self._is_closed:
            return f"<Store {self.path}, closed until it is asked>"
        if not self.path.exists():
            return f"<Store {self.path}, empty until the first load>"
        from labelstore.notebook.overview import line

        try:
            return f"<Store {self.path}: {line(self._open())}>"
        except StoreError as error:
            return f"<Store {self.path}: {error.reason}>"

    def _repr_html_(self) -> str | None:
        if not self.path.exists():
            return None
        from labelstore.notebook.overview import html

        return html(self._open())

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"an open Store cannot be pickled or copied; open it again: labelstore.open({str(self.path)!r})"
        )


def _only(keyword: str, value: str | None, filters: Mapping[str, Any]) -> dict[str, str]:
    """The value of a filter that was given by its other word. Raises `UsageError` where it was given by both."""
    if value is not None and filters.get(keyword) is not None:
        raise UsageError(f"labels: {keyword} is given twice, by two names")
    return {} if value is None else {keyword: value}
