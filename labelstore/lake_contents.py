"""Public API: open a snapshot of a lake, query it, get labels back."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelstore.contents import Contents
from labelstore.engines.database import Database
from labelstore.inputs.gathering import Files
from labelstore.loading import Progress

if TYPE_CHECKING:
    from labelstore.verifying import VerifyReport


def open_lake(lake: str | os.PathLike[str], *, at: int | None = None) -> "Lake":
    """Open the newest snapshot of a lake, or the one with the number `at`, for reading.

    `lake` is a folder, or a URL such as `s3://bucket/lake`. Raises `StoreError` for what is no lake, for a snapshot
    that it has not, and where packages of the extra `lake` are missing.

    >>> labelstore.open_lake("s3://example/lake").query("select count(*) from labels").df()
    """
    return Lake(os.fspath(lake), at)


class Lake(Contents):
    """A snapshot of a lake, for one thread; use it as a context manager, or `close` it. What is loaded meanwhile, it
    does not see. Its methods are those of a `Store` that only read.

    >>> with labelstore.open_lake("lake/") as lake:
    ...     lake.ask("class-counts", project="Roads").df()
    """

    def __init__(self, url: str, at: int | None = None) -> None:
        from labelstore.lake.opening import opened, snapshot_at

        snapshot = snapshot_at(url, at)
        self.url: str = url
        self.path = Path(url)
        self.number: int = snapshot.number
        """Of the snapshot."""
        self._database = opened(snapshot)

    def _open(self) -> Database:
        return self._database

    def label(self, label_id: str) -> dict[str, Any]:
        """One label as exported: the v1 array element, or the v2 label object.

        `label_id` can also be the id, external id or global key of a data row with one label. Raises `NotFoundError`.

        >>> lake.label("ck1")["Label"]["objects"]
        """
        from labelstore.notebook.source import LabelSource
        from labelstore.notebook.stored import read_label

        return dict(read_label(self._open(), LabelSource(self.path, label_id, None, None)))

    def verify(
        self,
        files: Files,
        *,
        frames: str | Path | None = None,
        max_ratio: float | None = 1000.0,
        jobs: int | None = None,
        progress: Progress | None = None,
    ) -> "VerifyReport":
        """Read exports again and compare each record with what the snapshot rebuilds, as `Store.verify` does.

        >>> lake.verify("export.json").ok
        """
        from labelstore.verifying import verify_lake

        given: dict[str, Any] = {"frames": frames, "max_ratio": max_ratio, "jobs": jobs, "progress": progress}
        return verify_lake(self.url, files, at=self.number, **given)

    def close(self) -> None:
        """Close it; nothing can be asked then."""
        self._database.close()

    def __repr__(self) -> str:
        return f"<Lake {self.url}, snapshot {self.number}>"

    def __enter__(self) -> "Lake":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
