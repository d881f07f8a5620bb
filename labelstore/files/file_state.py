"""When the file of a SQLite store was last written, by whatever program."""

from pathlib import Path

State = tuple[tuple[int, int] | None, ...]


def file_state(store: Path) -> State:
    """Differs after every write to the store: when its file and the log beside it were written, and their sizes.

    A log without contents is as good as none: readers make one.
    """
    return tuple(_state(store.with_name(store.name + suffix)) for suffix in ("", "-wal"))


def _state(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if status.st_size else None
