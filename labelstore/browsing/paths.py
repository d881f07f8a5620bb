"""Addresses of the pages; ids may hold whatever an export had for an id."""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any
from urllib.parse import urlencode

from datasette.utils import tilde_decode, tilde_encode

from labelstore.browsing.stores import is_new

ROOT = "/-/labelstore"
STATIC = f"{ROOT}-static"
_FILLED_IN = ("frame", "group", "zoom")


class Paths:
    """The addresses of one store of a Datasette; `kept` are arguments that go along from label to label."""

    def __init__(self, datasette: Any, database: str, kept: Sequence[tuple[str, str]] = ()) -> None:
        self._urls = datasette.urls
        self._is_new = is_new(datasette)
        self.database = database
        self.kept = tuple(kept)

    def keeping(self, kept: Sequence[tuple[str, str]]) -> "Paths":
        """The same addresses with other arguments that go along."""
        other = copy(self)
        other.kept = tuple(kept)
        return other

    def overview(self) -> str:
        """The overview of the store."""
        return self._path()

    def gallery(self, arguments: Iterable[tuple[str, Any]] = (), /, **filters: Any) -> str:
        """The gallery with a filter, as pairs or by names: `project`, `labeler`, `review`, `since`, `show`, `sort` …

        A value may be several, as a list; one that is None is left out.
        """
        pairs = [*arguments]
        for name, value in filters.items():
            pairs += ((name, one) for one in (value if isinstance(value, list | tuple) else [value]))
        return self._path("gallery") + _query(pairs)

    def newest(self) -> str:
        """The gallery as browse begins: all labels, the newest first."""
        return self.gallery(sort="-created")

    def scorecard(self, name: str, **arguments: Any) -> str:
        """The page of `labelers`, `projects` or `reviewers`, with `project`, `labeler`, `since`, `until`, `sort`."""
        return self._path(name) + _query(arguments.items())

    def views(self) -> str:
        """Where forms save and delete views of the gallery."""
        return self._path("gallery", "views")

    def label(self, label_id: str, **arguments: Any) -> str:
        """The page of a label, perhaps of one of its frames; `frame` may be `{}`, to be filled in."""
        kept = [(name, value) for name, value in self.kept if name not in arguments]
        return self._path("label", label_id) + _query([*kept, *arguments.items()])

    def frame(self, label_id: str) -> str:
        """What of the page of a label differs from frame to frame; it takes the same arguments."""
        return self._path("frame", label_id)

    def data_row(self, data_row_id: str) -> str:
        """The page of a data row, with all its labels."""
        return self._path("data-row", data_row_id)

    def compare(self, label_ids: Iterable[str], **arguments: Any) -> str:
        """The comparison of labels of a data row; `frame` may be `{}`, to be filled in."""
        return self._path("compare") + _query([*(("label", one) for one in label_ids), *arguments.items()])

    def disagreement(self, **filters: Any) -> str:
        """The data rows whose labels differ most."""
        return self._path("disagreement") + _query(filters.items())

    def history(self, label_id: str, **arguments: Any) -> str:
        """The versions of a label."""
        return self._path("history", label_id) + _query(arguments.items())

    def search(self, words: str | None = None) -> str:
        """The page of a search, for words where there are some."""
        return self._path("search") + _query([("q", words)])

    def asset(self, data_row_id: str) -> str:
        """The file of a data row in the folder of assets."""
        return self._path("asset", data_row_id)

    def document_page(self, data_row_id: str) -> str:
        """The picture of a page of the PDF of a data row, with `{}` for the number of the page."""
        return self._path("document-page", data_row_id) + "/{}"

    def mask(self, object_id: int) -> str:
        """The picture of a mask, cut out of a file in the folder of assets."""
        return self._path("mask", str(object_id))

    def style(self) -> str:
        """The style sheet of all pages."""
        return str(self._urls.path(f"{STATIC}/style.css"))

    def script(self) -> str:
        """The script of all pages."""
        return str(self._urls.path(f"{STATIC}/browse.js"))

    def table(self, table: str, **filters: Any) -> str:
        """A table in Datasette; filters as `_sort`, `project_id` … and their values."""
        return str(self._urls.table(self.database, table)) + _query(filters.items())

    def query(self, name: str) -> str:
        """A canned query in Datasette."""
        return str(self._urls.query(self.database, name))

    def queries(self) -> str:
        """All canned queries, by what they are about."""
        return self._path("queries")

    def sql(self, **arguments: Any) -> str:
        """The page of SQL of one's own in Datasette; `sql` is what it asks."""
        page = f"{self.database_page()}/-/query" if self._is_new else self.database_page()
        return page + _query(arguments.items())

    def json(self, label_id: str) -> str:
        """The rebuilt JSON of a label, as the export had it."""
        return self._path("json", label_id)

    def database_page(self) -> str:
        """The store in Datasette: tables, views, queries, SQL."""
        return str(self._urls.database(self.database))

    def home(self) -> str:
        """All databases of this Datasette."""
        return str(self._urls.instance())

    def _path(self, *parts: str) -> str:
        encoded = (encode(part) for part in (self.database, *parts))
        return str(self._urls.path("/".join((ROOT, *encoded))))


def encode(part: str) -> str:
    """One part of a path: Datasette's tilde encoding, which survives every proxy; unpaired surrogates become `?`."""
    return str(tilde_encode(part.encode("utf-8", "replace").decode("utf-8")))


def decode(part: str) -> str:
    """The id that a part of a path stands for."""
    return str(tilde_decode(part))


def _query(arguments: Iterable[tuple[str, Any]]) -> str:
    """The arguments behind `?`; a name may come several times, and `{}` for a frame, group or zoom stays as it is."""
    pairs = [
        f"{name}={{}}" if value == "{}" and name in _FILLED_IN else urlencode({name: value}, errors="replace")
        for name, value in arguments
        if value is not None
    ]
    return "?" + "&".join(pairs) if pairs else ""
