"""Where a lake is: a folder on this computer or at a URL, and the few things that are done in it."""

import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO
from urllib.request import url2pathname
from uuid import uuid4

from labelstore.errors import LabelstoreError, StoreError
from labelstore.files.urls import is_url, shown_name

OWN = "_labelstore"
"""The folder of a lake with what is no table."""
_BUCKETS = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az")
"""Where Delta writes, and where a file can be written on the condition that it is not there."""
_TRIES = 4
_DELTA_OPTIONS = {"s3": {"aws_conditional_put": "etag"}, "s3a": {"aws_conditional_put": "etag"}}


class Place:
    """A folder by its path or URL. Errors are `StoreError`."""

    def __init__(self, url: str | os.PathLike[str]) -> None:
        text = os.fspath(url)
        if not text:
            raise StoreError("''", "is no place for a lake", "name a folder or a URL")
        if text.startswith("file:///"):
            text = url2pathname(text.removeprefix("file://"))
        self.is_local: bool = not is_url(text)
        self.url: str = os.path.abspath(text) if self.is_local else text.rstrip("/")
        self.name: str = shown_name(text)
        with self._told():
            from fsspec.core import url_to_fs

            self.system, self._path = url_to_fs(self.url)

    def __reduce__(self) -> tuple[Any, ...]:
        return Place, (self.url,)

    def path(self, name: str) -> str:
        """The path of a file or folder in it, as its file system has it."""
        return f"{self._path}/{name}" if name else self._path

    def url_of(self, name: str) -> str:
        """The path or URL of a file or folder in it."""
        return f"{self.url}/{name}"

    @property
    def delta_options(self) -> dict[str, str]:
        """What Delta needs beside the environment: conditional puts, and plain HTTP where the endpoint has it."""
        options = dict(_DELTA_OPTIONS.get(self.url.partition("://")[0], {}))
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        if options and endpoint:
            options |= {"aws_endpoint_url": endpoint, "aws_allow_http": str(endpoint.startswith("http:")).lower()}
        return options

    def check_new_files(self) -> None:
        """Raise `StoreError` where `put_new` could let two processes write the same file."""
        if not self.is_local and self.url.partition("://")[0] not in _BUCKETS:
            raise StoreError(self.name, "is no place for a lake", f"use a folder or a URL of {', '.join(_BUCKETS)}")
        probe = f"{OWN}/probe-{uuid4().hex}.json"
        try:
            is_safe = self.put_new(probe, 1) and not self.put_new(probe, 2) and self.get(probe) == 1
        finally:
            self.remove(probe)
        if not is_safe:
            reason = "is no place for a lake (its server writes over files that may only be written once)"
            raise StoreError(self.name, reason, "use a server with conditional puts (If-None-Match)")

    # -- files --------------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A new file; after an error there is none of that name, or nothing that refers to it."""
        with self._told():
            path = self.path(name)
            if self.is_local:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            with self.system.open(path, "wb") as file:
                yield file

    @contextmanager
    def reading(self, name: str) -> Iterator[BinaryIO]:
        """The bytes of a file."""
        with self._told(), self.system.open(self.path(name), "rb") as file:
            yield file

    def put(self, name: str, value: Any) -> None:
        """Write a value as JSON, in place of what was there."""
        with self._told():
            data = json.dumps(value).encode()
            if self.is_local:
                os.replace(self._scratch(name, data), self.path(name))
            else:
                self.system.pipe_file(self.path(name), data)

    def put_new(self, name: str, value: Any) -> bool:
        """Write a value as JSON unless there is something of that name; whether it was written. One of several is."""
        with self._told():
            data = json.dumps(value).encode()
            if not self.is_local:
                return self._pipe_new(name, data)
            scratch = self._scratch(name, data)
            try:
                os.link(scratch, self.path(name))
            except FileExistsError:
                return False
            finally:
                os.unlink(scratch)
            return True

    def _pipe_new(self, name: str, data: bytes) -> bool:
        """A bucket may refuse all who write at once (S3: 409); then nobody has written it, and each tries again."""
        for left in range(_TRIES, -1, -1):
            self.system.invalidate_cache()
            try:
                self.system.pipe_file(self.path(name), data, mode="create")
                return True
            except Exception:  # each file system has an error of its own for what is there already
                if self.exists(name):
                    return False
                if not left:
                    raise
            time.sleep(random.uniform(0.05, 0.3))
        return False

    def _scratch(self, name: str, data: bytes) -> str:
        folder = Path(self.path(name)).parent
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(dir=folder, prefix=".")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return scratch

    def get(self, name: str) -> Any:
        """A value that was written as JSON; None where there is none."""
        with self._told():
            try:
                return json.loads(self.system.cat_file(self.path(name)))
            except FileNotFoundError:
                return None
            except ValueError:
                raise self.damaged(name) from None

    def damaged(self, name: str, way_out: str = "restore it from a copy, or load into a new lake") -> StoreError:
        """The error for a file of ours that does not say what it should."""
        return StoreError(self.name, f"has a damaged file {name}", way_out)

    def names(self) -> list[str]:
        """The names of what lies in it, without hidden files; none where it is not there."""
        with self._told():
            self.system.invalidate_cache()
            try:
                found = self.system.ls(self.path(""), detail=False)
            except FileNotFoundError:
                return []
            paths = (path.rstrip("/") for path in found)
            names = [path.rpartition("/")[2] for path in paths if path != self._path]
            return [name for name in names if not name.startswith(".")]

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of this name."""
        with self._told():
            self.system.invalidate_cache()
            return bool(self.system.exists(self.path(name)))

    def is_free(self) -> bool:
        """Whether nothing is there, or an empty folder."""
        with self._told():
            self.system.invalidate_cache()
            try:
                return not self.system.ls(self._path, detail=False)
            except FileNotFoundError:
                return True

    def numbers(self, folder: str) -> list[int]:
        """The numbers that are the names of the JSON files in a folder, in order."""
        with self._told():
            self.system.invalidate_cache()
            try:
                found = self.system.ls(self.path(folder), detail=False)
            except FileNotFoundError:
                return []
            names = (path.rpartition("/")[2] for path in found)
            return sorted(int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdigit())

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._told(), suppress(FileNotFoundError):
            self.system.rm_file(self.path(name))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except LabelstoreError:
            raise
        except ImportError as error:
            hint = "pip install 'labelstore-db[lake]', and for s3:// s3fs, for gs:// gcsfs, for abfs:// adlfs"
            raise StoreError(self.name, f"cannot be opened yet ({error})", hint) from None
        except Exception as error:  # each file system has errors of its own
            reason = getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
            hint = "is it there, and may you write it?"
            raise StoreError(self.name, f"cannot be read or written ({reason})", hint) from error


def own(kind: str, number: int) -> str:
    """The name of a numbered file of a lake: a claim, a manifest, a commit or a snapshot."""
    return f"{OWN}/{kind}/{number:012}.json"
