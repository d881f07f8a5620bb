"""The bytes of a record → the struct of its kind: fast if it has the declared shape, exact if not."""

import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

import msgspec

from labelstore.formats.declaring import JsonObject
from labelstore.formats.foreign import kind_of
from labelstore.formats.lenient_decoding import Extra, Misfit, fit
from labelstore.formats.naming import content_digest
from labelstore.formats.record_kinds import LARGE, RecordKind, decoded, decoder_of, kinds
from labelstore.json.error_location import MAX_DEPTH, is_too_deep

T = TypeVar("T")

_PART_BYTES = 1 << 20

Decoded = JsonObject
"""A record, of the struct of its kind."""


class UnknownRecord(ValueError):
    """A JSON value that is not a record of a known export."""


class RecordDecoder:
    """Decodes the records of one file. They are nearly always of one kind, so that of the last one is tried first.

    In a frames file (`among_frames`) everything with a frame number is a frame.
    """

    def __init__(self, among_frames: bool = False) -> None:
        self._among_frames = among_frames
        self._kind: RecordKind | None = None
        self._decode: Callable[[bytes], Any]
        self._is_nameless: Callable[[Any], bool]

    @property
    def kind(self) -> str | None:
        """The name of the kind of the last record; None before there was one."""
        return None if self._kind is None else self._kind.name

    def __call__(self, raw: bytes) -> Decoded:
        """The record in `raw`.

        Raises `msgspec.DecodeError` for malformed JSON, a number out of the range of doubles or a lone surrogate,
        `UnknownRecord` for another kind of value, `UnicodeDecodeError` for invalid UTF-8, `RecursionError` below
        `MAX_DEPTH`.
        """
        return self._decoded(raw) if len(raw) <= 2 * MAX_DEPTH else _by_its_depth(self._decoded, raw)

    def _decoded(self, raw: bytes) -> Decoded:
        if not raw.isascii() and not (len(raw) > LARGE and _is_utf8(raw)):
            raw.decode()  # strings inside raw geometry are not decoded further on
        if self._kind is None:
            return self._unlike_the_last(raw)
        try:
            record: Decoded = self._decode(raw) if len(raw) <= LARGE else decoded(self._kind, raw)
        except msgspec.ValidationError:
            return self._unlike_the_last(raw)
        return self.fitted(raw) if self._is_nameless(record) else record

    def _unlike_the_last(self, raw: bytes) -> Decoded:
        """The record, of whatever kind: decoded into the first struct that takes it, else fitted.

        The structs are tried first since they skip the value of a key that is repeated in its object.
        """
        for kind in kinds().values():
            if kind is self._kind:
                continue
            try:
                record: Decoded = decoded(kind, raw)
            except msgspec.ValidationError:
                continue
            if kind.is_nameless(record):
                break
            self._choose(kind)
            return record
        return self.fitted(raw)

    def fitted(self, raw: bytes, *, whole_lists: bool = False) -> Decoded:
        """The same record, fitted as one of an unexpected shape; its rows are the same.

        With `whole_lists`, a list or map with an odd element goes to `extra` as a whole.
        """
        value = msgspec.json.decode(raw)
        kind = recognise(value, self._among_frames)
        if kind is not self._kind:
            self._choose(kind)
        with deep_calls():
            try:
                record: Decoded = fit(kind.struct, value, whole_lists=whole_lists)
            except TypeError:
                raise UnknownRecord("a record without the key that its kind requires") from None
            if kind.is_nameless(record):
                record.extra = record.extra or Extra({})
                record.extra.digest = record.extra.digest or content_digest(value)
            return record

    def _choose(self, kind: RecordKind) -> None:
        self._kind, self._decode, self._is_nameless = kind, decoder_of(kind.struct).decode, kind.is_nameless


def _is_utf8(raw: bytes) -> bool:
    """Whether a long text is UTF-8; looks at one part after another."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(raw), _PART_BYTES):
            decoder.decode(raw[begin : begin + _PART_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def tolerant(decoder: RecordDecoder) -> Callable[[bytes], Decoded | Exception]:
    """`decoder`, returning the reason instead of raising it where a well-formed value cannot be stored.

    The file goes on after such a value. It raises where `skim` raises, so both see the same records in a file.
    """

    def decode(raw: bytes) -> Decoded | Exception:
        try:
            return decoder(raw)
        except UnknownRecord as error:
            return error
        except (msgspec.ValidationError, UnicodeDecodeError) as error:
            skim(raw)  # the decoder has not read all of it
            error.__context__ = None  # whose frames hold the record
            return error.with_traceback(None)

    return decode


class _Skimmed(msgspec.Struct):
    """Any object: decoding it checks its syntax and keeps nothing."""


_skimmed = msgspec.json.Decoder(_Skimmed)


def skim(raw: bytes) -> None:
    """Check only the syntax of a JSON value, and that it nests no deeper than `MAX_DEPTH`."""
    if len(raw) <= 2 * MAX_DEPTH:
        _skim(raw)
    else:
        _by_its_depth(_skim, raw)


def _skim(raw: bytes) -> None:
    try:
        _skimmed.decode(raw)
    except msgspec.ValidationError:  # another kind of value
        msgspec.json.decode(raw, type=msgspec.Raw)


def _by_its_depth(decode: Callable[[bytes], T], raw: bytes) -> T:
    """`decode(raw)`; raises `RecursionError` only if the text itself nests too deep.

    The recursion limit counts the stack of the caller too, or no calls of C, and other threads change it; so the text
    is asked, which takes a tenth of a second for 100 MB.
    """
    if is_too_deep(raw):
        raise RecursionError
    with deep_calls():
        return decode(raw)


def recognise(value: Any, among_frames: bool = False) -> RecordKind:
    """The kind of record that a decoded JSON value is; `UnknownRecord` says what it is instead."""
    if not isinstance(value, dict):
        raise UnknownRecord(f"{_json_kind(value)}, not an object")
    for one in kinds().values():
        if one.is_one(value, among_frames):
            return one
    if kind := kind_of(value):
        raise UnknownRecord(kind.name)
    keys = ", ".join(map(repr, list(value)[:5]))
    raise UnknownRecord(f"an object with the keys {keys[:120]}" if keys else "an empty object")


@contextmanager
def bounded_depth() -> Iterator[None]:
    """Lets JSON nest `MAX_DEPTH` deep below the caller, however deep the caller itself stands in the stack."""
    with _limits.at_least(_stack_depth() + MAX_DEPTH + 100):
        yield


def _stack_depth() -> int:
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


@contextmanager
def deep_calls() -> Iterator[None]:
    """Let recursive functions go as deep as JSON nests in a store."""
    with _limits.at_least(_stack_depth() + 10 * MAX_DEPTH):
        yield


class _Limits:
    """The recursion limit, which all threads share: it is what the most demanding of them needs.

    Python ends the process if a thread stands deeper than a limit that another one sets.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._needs: list[int] = []
        self._usual = 0

    @contextmanager
    def at_least(self, limit: int) -> Iterator[None]:
        with self._lock:
            if not self._needs:
                self._usual = sys.getrecursionlimit()
            self._needs.append(limit)
            self._set()
        try:
            yield
        finally:
            with self._lock:
                self._needs.remove(limit)
                self._set()

    def _set(self) -> None:
        # a caller's limit may be too high for calls of C
        sys.setrecursionlimit(max(min(self._usual, 10 * MAX_DEPTH), *self._needs) if self._needs else self._usual)


_limits = _Limits()


def _json_kind(value: Any) -> str:
    return {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}.get(type(value), "a number")


__all__ = [
    "MAX_DEPTH",
    "Decoded",
    "Misfit",
    "RecordDecoder",
    "UnknownRecord",
    "bounded_depth",
    "deep_calls",
    "recognise",
    "skim",
    "tolerant",
]
