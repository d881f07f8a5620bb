"""Who writes a file that is locked, as far as the system tells."""

import os
from pathlib import Path

_LOCKS = Path("/proc/locks")


def writer_of(path: Path) -> str:
    """Which process has the SQLite database at `path` locked for writing, said for people."""
    for pid in _holders(path):
        if pid not in (0, os.getpid()):
            return f"process {pid}{_name(pid)} writes it"
    return "another program writes it"


def _holders(path: Path) -> list[int]:
    """The processes with a write lock on the file or on what SQLite keeps beside it; none where nothing tells."""
    inodes = set()
    for suffix in ("", "-shm", "-wal"):
        try:
            inodes.add(str(os.stat(f"{path}{suffix}").st_ino))
        except OSError:
            continue
    try:
        lines = _LOCKS.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:  # 1: POSIX  ADVISORY  WRITE 1234 08:01:5678 120 120
        words = line.split()
        if len(words) >= 6 and words[3] == "WRITE" and words[5].rsplit(":", 1)[-1] in inodes and words[4].isdigit():
            found.append(int(words[4]))
    return found


def _name(pid: int) -> str:
    try:
        return f" ({Path(f'/proc/{pid}/comm').read_text(errors='replace').strip()})"
    except OSError:
        return ""
