"""The mirror of a SQLite store: made, refreshed, asked, removed."""

from labelstore.mirroring.mirror import (
    Mirror,
    check_engine,
    drop,
    is_current,
    mirror,
    mirror_file,
    open_engine,
    open_mirror,
)

__all__ = ["Mirror", "check_engine", "drop", "is_current", "mirror", "mirror_file", "open_engine", "open_mirror"]
