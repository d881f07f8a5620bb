"""Open the files that a command names as sources of bytes: files, members of zip archives, stdin."""

import glob
import hashlib
import io
import os
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

from labelstore.errors import InputError, NotAnExport
from labelstore.files.columns import Form
from labelstore.files.compression import DamagedError, gunzip, unzstd
from labelstore.files.encodings import LONGEST_MARK, UTF_8, as_utf8, encoding_of
from labelstore.files.opening import File, located, open_stream, reason_of
from labelstore.files.signatures import compression_of
from labelstore.files.urls import RemoteFile, is_url, name_of

MAX_RATIO = 1000.0
_RATIO_FREE_BYTES = 64 << 20
_PLAIN_BYTES = 1 << 20
_MEMBER_BYTES = 16 << 10
_DECODERS = {"gzip": gunzip, "zstd": unzstd}
_READ_ERRORS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class Judge(Protocol):
    """Separates exports from other files in folders and archives."""

    def takes(self, source: "Source") -> bool:
        """Whether it is an export; reads some of it. Other files are noted as passed over."""

    def pass_over(self, name: str, reason: str) -> None:
        """Note a file that is no export, whatever its content."""

    def told(self) -> str:
        """The files that were passed over, as the end of an error message."""


class Source:
    """One stream of bytes, named as the user named it; a context manager that closes it.

    name         as the user wrote it, `archive.zip!member` for a member
    compression  `none`, `gzip`, `zstd`, `zip`, `zip+gzip`, `zip+zstd`
    encoding     `utf-8`, or recoded to it: `utf-16-le`, `utf-16-be`, `utf-32-le`, `utf-32-be`; known after the first
                 read, of a plain file from the start
    size         bytes on disk (for a member: its compressed size), None if unknown
    bytes_read   how many of them have been read so far
    sha256       hex digest of the bytes on disk (for a member: of its own bytes); complete once all is read, empty if
                 only a part of the file is
    member       of a member of a zip archive: its place there and its name
    is_zip       whether it is a zip archive, which has to be opened member by member
    table        the form of a table (CSV), once `split` has found one
    framing      found by `split`: `array`, `wrapped` (an array that is a member of an object), `lines`,
                 `concatenated`, `single`, `csv` or `empty`; None before that
    """

    def __init__(
        self,
        name: str,
        file: BinaryIO,
        *,
        size: int | None = None,
        member_size: int | None = None,
        member: tuple[int, str] | None = None,
        max_ratio: float | None = MAX_RATIO,
        closes: bool = True,
    ) -> None:
        """Take over `file`. `member_size`: the decompressed size of a member of a zip archive."""
        self.name, self.size, self.member = name, size, member
        self.framing: str | None = None
        self.table: Form | None = None
        self._file, self._closes = file, closes
        self._member_size, self._max_ratio = member_size, max_ratio
        self._digest: hashlib._Hash | None = hashlib.sha256()
        self._taken = self._given = 0
        self._step = _PLAIN_BYTES if member_size is None else _MEMBER_BYTES
        self._head = self._pending = b""
        self._pending_from = 0
        self._head = self._peek(8)
        kind = compression_of(self._head)
        layers = ["zip"] * (member_size is not None) + [kind] * (kind in _DECODERS)
        self.compression = "+".join(layers) or "none"
        self.is_zip = kind == "zip"
        self.encoding = encoding_of(self._head)
        if kind in _DECODERS:
            self._pieces = self._recoded(_DECODERS[kind](name, self._take))
        elif self.encoding == UTF_8:
            self._pieces = self._plain()
        else:
            self._pieces = as_utf8(self.encoding, self._plain())

    def begin_at(self, byte_offset: int) -> None:
        """Start reading a plain file at an offset, before anything was read; it then has no digest."""
        self._file.seek(byte_offset)
        self._head, self._taken, self._digest = b"", byte_offset, None

    @property
    def is_plain(self) -> bool:
        """Whether it is neither compressed nor recoded, so that its bytes are those of the records."""
        return not self.is_zip and self.compression == "none" and self.encoding == UTF_8

    @property
    def bytes_read(self) -> int:
        """Bytes of the file read so far; of a member of an archive, its share of the compressed size."""
        if self._member_size is None or self.size is None:
            return self._taken
        return self.size * self._taken // (self._member_size or 1)

    @property
    def sha256(self) -> str:
        """The digest of the bytes read so far, in hex; empty where none is kept."""
        return "" if self._digest is None else self._digest.hexdigest()

    def read(self, count: int) -> bytes:
        """Up to `count` decompressed bytes, none at the end. Raises InputError where the data is damaged."""
        if self._pending_from == len(self._pending):
            self._pending, self._pending_from = self._next_piece(), 0
        if not self._pending_from and len(self._pending) <= count:
            piece, self._pending = self._pending, b""
            return piece
        start = self._pending_from
        self._pending_from = min(start + count, len(self._pending))
        return self._pending[start : self._pending_from]

    def close(self) -> None:
        """Close the file, unless it is stdin or belongs to the caller."""
        if self._closes:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next_piece(self) -> bytes:
        try:
            piece = next((piece for piece in self._pieces if piece), b"")
        except DamagedError as error:
            raise InputError(self.name, f"{error}, after byte {self._given} of its content") from None
        self._given += len(piece)
        self._refuse_bomb()
        return piece

    def _refuse_bomb(self) -> None:
        if self._max_ratio is None or self.compression == "none" or self._given <= _RATIO_FREE_BYTES:
            return
        if self._given > self._max_ratio * max(self.bytes_read, 1):
            reason = f"decompresses to more than {self._max_ratio:g} times its size"
            raise InputError(self.name, reason, "if that is right, allow it with --max-ratio")

    def _plain(self) -> Iterator[bytes]:
        while piece := self._take(self._step):
            yield piece

    def _recoded(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """What was compressed, as UTF-8."""
        head = b""
        while len(head) < LONGEST_MARK and (piece := next(pieces, None)) is not None:
            head += piece
        self.encoding = encoding_of(head)
        pieces = chain([head], pieces)
        yield from pieces if self.encoding == UTF_8 else as_utf8(self.encoding, pieces)

    def _take(self, count: int) -> bytes:
        """Up to `count` bytes of the file, counted and hashed."""
        data = self._head or self._read_file(count)
        self._head = b""
        self._taken += len(data)
        if self._digest is not None:
            self._digest.update(data)
        return data

    def _peek(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (more := self._read_file(count - len(data))):
            data += more
        return data

    def _read_file(self, count: int) -> bytes:
        try:
            return self._file.read1(count) if isinstance(self._file, io.BufferedIOBase) else self._file.read(count)
        except _READ_ERRORS as error:
            raise InputError(self.name, f"{reason_of(error)}, at byte {self._taken} of it") from None


def digest_of(file: str | Path) -> str:
    """The `sha256` of a source that reads the file at a path or URL to its end. Raises `InputError`."""
    name, digest = file if isinstance(file, str) else str(file), hashlib.sha256()
    stream, _ = open_stream(name)
    with closing(stream):
        try:
            while piece := stream.read(_PLAIN_BYTES):
                digest.update(piece)
        except OSError as error:
            raise InputError(name_of(name), reason_of(error)) from None
    return digest.hexdigest()


def open_sources(
    arguments: Iterable[File], *, max_ratio: float | None = MAX_RATIO, judge: Judge | None = None
) -> Iterator[Source]:
    """Open each argument in turn: a path, a glob pattern (sorted by name), a URL of a file, or `-` for stdin.

    A zip archive yields a Source for each of its files; with `judge`, for those that it takes for exports, which it
    reads by a Source of its own. `max_ratio` bounds decompressed bytes per compressed byte beyond 64 MiB; None for no
    bound. Raises InputError for what will not open.
    """
    for argument in arguments:
        if argument == "-":
            yield _standard_input(max_ratio)
            continue
        for file in files_of(argument):
            yield from _open_file(file, max_ratio, judge)


def _standard_input(max_ratio: float | None) -> Source:
    if sys.stdin is None:
        raise InputError("-", "there is no standard input")
    source = Source("-", sys.stdin.buffer, max_ratio=max_ratio, closes=False)
    if source.is_zip:
        raise _zip_in_a_pipe("-")
    return source


def _zip_in_a_pipe(name: str) -> InputError:
    return InputError(name, "is a zip archive in a pipe", "save it to a file first")


def files_of(argument: File) -> Sequence[File]:
    """The files of an argument: those of a pattern of paths, sorted by name. Raises `InputError` if there are none."""
    if not isinstance(argument, str) or is_url(argument) or os.path.exists(argument) or not glob.has_magic(argument):
        return [argument]
    paths = sorted(path for path in glob.glob(argument, recursive=True) if not os.path.isdir(path))
    if not paths:
        raise InputError(argument, "no file matches this pattern")
    return paths


def _open_file(file: File, max_ratio: float | None, judge: Judge | None) -> Iterator[Source]:
    file = located(file)
    stream, size = open_stream(file)
    try:
        source = Source(name_of(file), stream, size=size, max_ratio=max_ratio)
    except BaseException:
        stream.close()
        raise
    if not source.is_zip:
        yield source
        return
    source.close()
    if size is None and isinstance(file, str):
        raise _zip_in_a_pipe(file)
    yield from _open_members(file, max_ratio, judge)


def open_archive(file: File) -> zipfile.ZipFile:
    """A zip archive; what is at a URL is read there as far as that can be, or else copied. Raises `InputError`."""
    found = located(file)
    content: Any = (found.open_at_random() or found.fetch()) if isinstance(found, RemoteFile) else found
    try:
        archive = zipfile.ZipFile(content)
    except _READ_ERRORS as error:
        raise InputError(name_of(file), f"is a damaged zip archive ({reason_of(error)})") from None
    archive.content = content  # type: ignore[attr-defined] # a copy is removed with its last user
    return archive


def _open_members(file: File, max_ratio: float | None, judge: Judge | None) -> Iterator[Source]:
    """The exports in a zip archive; each keeps the archive open, as zipfile counts its users."""
    name, archive = name_of(file), open_archive(file)
    with archive:
        files = [(place, info) for place, info in enumerate(archive.infolist()) if not info.is_dir()]
        members = []
        for place, info in files:
            if (reason := _unfit(info)) and judge is not None:
                judge.pass_over(f"{name}!{info.filename}", reason)
            elif not reason and (judge is None or _takes(judge, open_member(name, archive, place, max_ratio))):
                members.append(place)
        if not members:
            reason = "is a zip archive without " + ("an export" if files and judge is not None else "files")
            raise NotAnExport(name, reason, judge.told() if judge is not None else "")
        for place in members:
            yield open_member(name, archive, place, max_ratio)


def _takes(judge: Judge, source: Source) -> bool:
    with source:
        return judge.takes(source)


def _unfit(info: zipfile.ZipInfo) -> str:
    """Why a member cannot be an export, whatever its content."""
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "no regular file"
    if info.filename.startswith("__MACOSX/"):
        return "made by macOS"
    return "hidden" if info.filename.rpartition("/")[2].startswith(".") else ""


def open_member(archive_name: str, archive: zipfile.ZipFile, place: int, max_ratio: float | None) -> Source:
    """The file at a place in a zip archive, which has it. Raises `InputError`."""
    info = archive.infolist()[place]
    name = f"{archive_name}!{info.filename}"
    if info.flag_bits & 1:
        raise InputError(name, "is encrypted", "unpack the archive with its password first")
    try:
        file = archive.open(info)
    except _READ_ERRORS as error:
        raise InputError(name, reason_of(error)) from None
    sizes = {"size": info.compress_size, "member_size": info.file_size}
    return Source(name, file, member=(place, info.filename), max_ratio=max_ratio, **sizes)  # type: ignore[arg-type]
