"""Sources: what is opened under which name, decompressed, counted, hashed; what is refused and how."""

import gzip
import hashlib
import io
import json
import os
import re
import sys
import threading
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from labelstore.errors import InputError
from labelstore.files import Broken, Record, Source, digest_of, open_sources, split
from labelstore.files import sources as sources_module
from labelstore.files.compression import ZSTD

LABELS = [{"ID": f"label {number}", "Label": {"n": list(range(number % 50))}} for number in range(300)]
ARRAY = json.dumps(LABELS).encode()
LINES = b"".join(json.dumps(label).encode() + b"\n" for label in LABELS)
VALUES = LINES.replace(b"\n", b"")
FRAMINGS = {"array": ARRAY, "lines": LINES, "concatenated": VALUES}


def zstd(data: bytes) -> bytes:
    compressed: bytes = import_module(ZSTD).compress(data)
    return compressed


def in_frames(compress: Callable[[bytes], bytes], data: bytes) -> bytes:
    return b"".join(compress(data[begin : begin + 1000]) for begin in range(0, len(data), 1000))


COMPRESSIONS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("none", lambda data: data),
    "gzip": ("gzip", gzip.compress),
    "gzip members": ("gzip", lambda data: in_frames(gzip.compress, data)),
    "gzip padded": ("gzip", lambda data: gzip.compress(data) + b"\0" * 9000),
    "zstd": ("zstd", zstd),
    "zstd frames": ("zstd", lambda data: in_frames(zstd, data)),
}


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def one_source(path: Path, **options: Any) -> Source:
    (source,) = open_sources([str(path)], **options)
    return source


def values_of(source: Source, chunk_bytes: int = 1 << 20) -> list[Any]:
    with source:
        items = list(split(source, json.loads, chunk_bytes=chunk_bytes))
    assert all(isinstance(item, Record) for item in items)
    return [item.value for item in items if isinstance(item, Record)]


def refusal(argument: object, **options: Any) -> InputError:
    """The error that reading the argument ends with."""

    def read_all() -> None:
        for source in open_sources([str(argument)], **options):
            with source:
                list(split(source, json.loads))

    with pytest.raises(InputError) as caught:
        read_all()
    assert caught.value.source.startswith(str(argument))
    return caught.value


@pytest.mark.parametrize("chunk_bytes", [7, 64, 1 << 20])
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_framing_in_every_compression(tmp_path: Path, compression: str, framing: str, chunk_bytes: int) -> None:
    shown, compress = COMPRESSIONS[compression]
    content = compress(FRAMINGS[framing])
    path = tmp_path / "name that tells nothing.png"
    path.write_bytes(content)
    source = one_source(path)
    assert (source.name, source.compression, source.size) == (str(path), shown, len(content))
    assert values_of(source, chunk_bytes) == LABELS
    assert (source.framing, source.bytes_read) == (framing, len(content))
    assert source.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("compression", ["plain", "gzip", "zstd"])
def test_every_framing_in_a_zip(tmp_path: Path, compression: str) -> None:
    shown, compress = COMPRESSIONS[compression]
    path = tmp_path / "export"
    hidden = {"folder/": b"", "__MACOSX/._a": b"\0\1"}
    members = {f"folder/{framing}.json": compress(data) for framing, data in FRAMINGS.items()}
    path.write_bytes(zipped(hidden | members))
    seen = []
    for source in open_sources([str(path)]):
        assert source.compression == ("zip" if shown == "none" else f"zip+{shown}")
        assert values_of(source) == LABELS
        name = source.name.removeprefix(f"{path}!")
        assert source.bytes_read == source.size
        assert source.sha256 == hashlib.sha256(members[name]).hexdigest()
        seen.append(name)
    assert seen == list(members)


def test_members_of_a_zip_can_be_opened_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"a": b"[1]", "b": b"[2]"}))
    assert [values_of(source) for source in list(open_sources([str(path)]))] == [[1], [2]]


def test_patterns_are_expanded_in_order_and_names_win(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "c.txt", "[a].json"):
        (tmp_path / name).write_text(f'"{name}"')
    (tmp_path / "d.json").mkdir()
    found = [values_of(source) for source in open_sources([f"{tmp_path}/?.json", f"{tmp_path}/[a].json"])]
    assert found == [["a.json"], ["b.json"], ["[a].json"]]
    assert refusal(tmp_path / "*.zst").reason == "no file matches this pattern"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO(gzip.compress(ARRAY))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(content))
    (source,) = open_sources(["-"])
    assert (source.name, source.compression, source.size) == ("-", "gzip", None)
    assert values_of(source) == LABELS
    assert not content.closed
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(zipped({"a": ARRAY}))))
    assert refusal("-").reason == "is a zip archive in a pipe"
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal("-").reason == "there is no standard input"


def test_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    for content, reason in ((ARRAY, None), (zipped({"a": ARRAY}), "is a zip archive in a pipe")):
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        writer = threading.Thread(target=write_ignoring_readers, args=(path, content))
        writer.start()
        if reason:
            assert refusal(path).reason == reason
        else:
            source = one_source(path)
            assert source.size is None
            assert values_of(source) == LABELS
        writer.join()


def write_ignoring_readers(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except BrokenPipeError:
        return


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"SQLite format 3\0\x10\0", "a SQLite database"),
        (b"\1\2\3\4\5\6\7\0DUCK\x40\0", "a DuckDB database"),
        (b"PAR1\x15\0", "a Parquet file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\0" * 257 + b"ustar\x0000", "a tar archive"),
        (b"BZh91AY", "bzip2 data"),
        (b"\xfd7zXZ\0\0", "xz data"),
        (gzip.compress(gzip.compress(b"[]", mtime=0), mtime=0), "gzip data inside compressed data"),
        (gzip.compress(b"SQLite format 3\0", mtime=0), "a SQLite database"),
        (b"\n<!DOCTYPE html><html>", "an HTML page"),
        (b"<?xml version='1.0'?><Errors>", "an XML document"),
        (b"<Error><Code>ExpiredToken</Code></Error>", "the answer of a file storage, ExpiredToken"),
        (
            b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n<Code>AccessDenied</Code><Message>no',
            "the answer of a file storage, AccessDenied",
        ),
        (b"<html>Sign in</html>", "an HTML page"),
        (b"<annotation>", "an XML or HTML document"),
        (b"version https://git-lfs.github.com/spec/v1\noid ", "a Git LFS pointer to the file, which is elsewhere"),
        (b"[{'data_row': {'id': 'x', 'n': None, 'b': True}}]", "Python's print of a list or dict"),
        (b"{'data_row': {}}\n{'data_row': {}}", "Python's print of a list or dict"),
        (b"['{\"data_row\": {}}']", "Python's print of a list or dict"),
        (b"[JsonConverterOutput(current_offset=0, json_str='{}')]", "Python's print of an object"),
        (b"[<labelbox.schema.export_task.JsonConverterOutput object at 0x7f>]", "Python's print of an object"),
        (b"\1\2\0\3", "binary data"),
        (b"ID,Label\n1,x\n", "text that begins with 'ID,Label\\n1,x\\n'"),
        (b"\xef\xbb\xbfID,Label", "text that begins with 'ID,Label'"),
        (b"name,age", "text that begins with 'name,age'"),
        (b'"ID","Label"\n', 'text that begins with \'"ID","Label"\\n\''),
        (b"2024-01-01,x", "text that begins with '2024-01-01,x'"),
        (b"x" * 100, f"text that begins with '{'x' * 40}'"),
        (b"NaN", "text that begins with 'NaN'"),
    ],
)
def test_what_is_not_json_is_called_by_its_name(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    assert refusal(path).reason == f"is {kind}, not a Labelbox export"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["[]", '{"ID": "\U0001f600é"}\r\n{"ID": 2}\r\n', '\ufeff[{"ID": 1}]'])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda data: zipped({"a": data})])
def test_wide_text_is_read(tmp_path: Path, encoding: str, text: str, pack: Callable[[bytes], bytes]) -> None:
    if text.startswith("\ufeff") and encoding in ("utf-16", "utf-32"):
        text = text[1:]
    path = tmp_path / "export.json"
    path.write_bytes(pack(text.encode(encoding)))
    with one_source(path) as source:
        items = list(split(source, json.loads, chunk_bytes=5))
        assert source.sha256 == digest_of(path) or "zip" in source.compression
    text = text.removeprefix("\ufeff")
    expected = json.loads(text) if text[0] == "[" else [json.loads(line) for line in text.splitlines()]
    assert [item.value for item in items if isinstance(item, Record)] == expected
    assert len(items) == len(expected)
    assert source.encoding == "-".join([*encoding.split("-")[:2], encoding[7:] or "le"])


def test_wide_text_with_damage(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    data = '{"ID": 1}\n{"ID": "\ud800"}\n{"ID": 3}\n'.encode("utf-16", "surrogatepass")
    path.write_bytes(data + b"\0")
    assert re.fullmatch(r"the UTF-16 text is damaged \(.*\), after byte \d+ of its content", refusal(path).reason)
    path.write_bytes(data)
    with one_source(path) as source:
        items = list(split(source, lambda raw: json.loads(raw.decode())))
    assert [isinstance(item, Record) for item in items] == [True, False, True]
    assert isinstance(items[1], Broken)
    assert items[1].reason.startswith("not utf-8")


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    assert refusal(tmp_path).reason == "is a directory"
    assert refusal(tmp_path / "none.json").reason == "no such file"
    assert refusal("").reason == "no such file"
    (tmp_path / "file").touch()
    assert "Not a directory" in refusal(tmp_path / "file" / "x").reason
    assert refusal("a\0b").reason == "embedded null byte"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    path.touch(mode=0)
    assert refusal(path).reason == "may not be read"


def test_a_file_that_fails_while_it_is_read() -> None:
    class Failing(io.BytesIO):
        def read1(self, count: int | None = -1) -> bytes:
            if data := super().read1(min(count or 0, 100)):
                return data
            raise OSError(5, "Input/output error")

    source = Source("disk.json", Failing(LINES[:250]))
    with pytest.raises(InputError, match=r"cannot be read \(Input/output error, EIO\), at byte 250"):
        list(split(source, json.loads))


def read_until_error(path: Path) -> tuple[list[Any], list[Broken], InputError]:
    items: list[Record[Any] | Broken] = []
    with one_source(path) as source, pytest.raises(InputError) as caught:
        items.extend(split(source, json.loads))
    values = [item.value for item in items if isinstance(item, Record)]
    return values, [item for item in items if isinstance(item, Broken)], caught.value


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("compression", ["gzip", "zstd", "gzip members", "zstd frames"])
def test_cut_data_gives_its_records_before_the_error(tmp_path: Path, compression: str, framing: str) -> None:
    path = tmp_path / "export"
    kind, compress = COMPRESSIONS[compression]
    data = FRAMINGS[framing]
    content = compress(data)
    path.write_bytes(content[: len(content) * 2 // 3])
    values, broken, error = read_until_error(path)
    assert values == LABELS[: len(values)]
    assert values or compression == "zstd"  # whose one block is lost
    assert error.reason.startswith(f"the {kind} data ends too early, after byte ")
    assert [item.reason for item in broken] in ([], ["the file ends inside this value"])
    if broken and not data[broken[0].byte_offset + len(broken[0].raw) :].startswith(b" "):
        assert f"after byte {len(data[: broken[0].byte_offset] + broken[0].raw)}" in error.reason


def test_damaged_gzip_gives_what_is_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "export"
    content = gzip.compress(ARRAY)
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\xff" * 4 + content[middle + 4 :])
    values, _, error = read_until_error(path)
    assert values == LABELS[: len(values)]
    assert 0 < len(values) < len(LABELS)
    assert "the gzip data is damaged (" in error.reason
    path.write_bytes(content[:-6] + b"\0\0" + content[-4:])  # only its checksum
    values, _, error = read_until_error(path)
    assert values == LABELS
    assert "incorrect data check" in error.reason


def test_text_after_gzip_data_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(gzip.compress(ARRAY) + b"garbage")
    values, _, error = read_until_error(path)
    assert values == LABELS
    assert f"after byte {len(ARRAY)} " in error.reason


def test_damaged_zip_archives(tmp_path: Path) -> None:
    path = tmp_path / "export"
    content = zipped({"a.json": LINES})
    path.write_bytes(content[:-40])
    assert refusal(path).reason.startswith("is a damaged zip archive (")
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\xff" * 8 + content[middle + 8 :])
    values, _, error = read_until_error(path)
    assert values == LABELS[: len(values)]
    assert error.source == f"{path}!a.json"
    path.write_bytes(zipped({}))
    assert refusal(path).reason == "is a zip archive without files"
    flag = content.index(b"PK\1\2") + 8
    path.write_bytes(content[:flag] + b"\1" + content[flag + 1 :])
    assert refusal(path).reason == "is encrypted"


def test_without_a_zstd_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export"
    path.write_bytes(zstd(ARRAY))
    monkeypatch.setitem(sys.modules, ZSTD, None)
    assert 'pip install "labelstore-db[zstd]"' in refusal(path).hint


@pytest.mark.parametrize("compression", ["gzip", "zstd", "zip"])
def test_bombs(tmp_path: Path, compression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "_RATIO_FREE_BYTES", 1 << 20)
    data = b"[" + b" " * (4 << 20) + b"]"
    path = tmp_path / "export"
    path.write_bytes(zipped({"a": data}) if compression == "zip" else COMPRESSIONS[compression][1](data))
    error = refusal(path, max_ratio=100.0)
    assert error.reason == "decompresses to more than 100 times its size"
    assert "--max-ratio" in error.hint
    for bound in (None, 1e6):
        assert values_of(one_source(path, max_ratio=bound)) == []
    path.write_bytes(b" " * (3 << 20))
    assert values_of(one_source(path, max_ratio=0.1)) == []
