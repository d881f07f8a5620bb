"""labelstore: an embedded database for Labelbox exports.

    with labelstore.open("labels.db") as store:
        store.load(["export.ndjson"])
        store.query("select name, count(*) from objects group by name")

`open` returns a `Store`; every error is a `LabelstoreError` (see `labelstore.errors`).
"""

from typing import TYPE_CHECKING, Any

from labelstore.errors import InputError, LabelstoreError, NotFoundError, QueryError, StoreError, UsageError
from labelstore.version import __version__

if TYPE_CHECKING:
    from labelstore.store import Store, open

__all__ = [
    "InputError",
    "LabelstoreError",
    "NotFoundError",
    "QueryError",
    "Store",
    "StoreError",
    "UsageError",
    "__version__",
    "open",
]


def __getattr__(name: str) -> Any:
    """`open` and `Store` are imported when first used: the command line starts without them."""
    if name in ("open", "Store"):
        from labelstore import store

        return getattr(store, name)
    raise AttributeError(f"module 'labelstore' has no attribute {name!r}")
