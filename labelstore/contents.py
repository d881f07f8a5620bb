"""What a store or a lake holds and held, as its methods answer and list it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelstore.displaying.records import Records
from labelstore.engines.database import Database, Parameters
from labelstore.engines.result import Result
from labelstore.errors import UsageError
from labelstore.inputs.gathering import Files
from labelstore.loading import Progress
from labelstore.query import ask, ask_named
from labelstore.query.find import json_of
from labelstore.query.objects import objects_of
from labelstore.query.projects import check_project

if TYPE_CHECKING:
    from labelstore.analyses.agreement import Agreement
    from labelstore.analyses.listings import Labeler, ObjectClass, Project
    from labelstore.history import LabelChange, Load, Version
    from labelstore.query.describe import Described, Listed
    from labelstore.query.search import Hit
    from labelstore.verifying import VerifyReport


class Contents(ABC):
    """The part of a `Store` that answers and lists, which a `Lake` has too."""

    path: Path

    @abstractmethod
    def _open(self) -> Database:
        """The store, open for reading."""

    def _questioned(self) -> Database:
        """What answers questions about it."""
        return self._open()

    def data_row(self, data_row_id: str) -> dict[str, Any]:
        """The newest v2 line of a data row as exported, or else its newest v1 element.

        `data_row_id` can also be its external id or global key. Raises `NotFoundError`.

        >>> store.data_row("street-042.jpg")["media_attributes"]
        """
        database = self._open()
        found = database.data_row_json(data_row_id) or [text for _, text in json_of(database, [data_row_id])]
        return _value(found[-1])

    def objects(
        self,
        *,
        kind: str | None = None,
        project: str | None = None,
        asset_type: str | None = None,
        name: str | None = None,
        model_runs: bool = False,
    ) -> Result:
        """One row per object and frame, with its label, class and geometry, in the order of the store.

        `kind` is bounding_box, polygon, polyline, point, mask, text_entity or another kind of the store; without it
        a row has the geometry columns of all kinds. `model_runs` includes labels and predictions of model runs. Raises
        `UsageError` for an unknown kind, `NotFoundError` for a project, asset type or class that no label has.

        >>> store.objects(kind="bounding_box", project="Roads").df()
        """
        return objects_of(self._questioned(), kind, project, asset_type, name, model_runs)

    def query(self, sql: str, parameters: Parameters = (), /, **named: object) -> Result:
        """Run one read-only SQL statement; iterate the result for dicts, or its `rows` for tuples.

        Parameters are named (`$project` in the SQL, `project=` here), a mapping, or a sequence for `?`. The result
        converts with `df()`, `arrow()` and `pl()`. Raises `QueryError` with the position in the SQL, and `UsageError`
        for parameters that do not fit.

        >>> store.query("select * from objects where name = $name", name="Car").df()
        """
        if named:
            if parameters and not isinstance(parameters, Mapping):
                raise UsageError("query: parameters either by position or by name")
            parameters = {**parameters, **named} if isinstance(parameters, Mapping) else named
        return ask(self._questioned(), sql, parameters)

    def ask(self, query: str, /, **values: object) -> Result:
        """Run a canned query, which `labelstore query DB --list` lists, with its parameters.

        Raises `NotFoundError` for an unknown query, parameter or project, and lists the known ones.

        >>> store.ask("class-counts", project="Roads").df()
        """
        return ask_named(self._questioned(), query, values)

    def projects(self) -> "Records[Project]":
        """The projects with their numbers of labels, objects and classifications, those with most labels first.

        >>> [project.name for project in store.projects()]
        """
        from labelstore.analyses.listings import Project, projects

        return Records(projects(self._open()), Project._fields)

    def classes(self, project: str | None = None) -> "Records[ObjectClass]":
        """The classes of objects, those with most objects first; of one project (id or name) or of all.

        Raises `NotFoundError` for an unknown project.

        >>> store.classes("Roads")[0].name
        """
        from labelstore.analyses.listings import ObjectClass, object_classes

        check_project(self._open(), project)
        return Records(object_classes(self._open(), project), ObjectClass._fields)

    def labelers(self, project: str | None = None) -> "Records[Labeler]":
        """Who made labels, those with most labels first; in one project (id or name) or in all.

        `seconds` is the time of all their labels together. Raises `NotFoundError` for an unknown project.

        >>> {one.labeler: one.labels for one in store.labelers()}
        """
        from labelstore.analyses.listings import Labeler, labelers

        check_project(self._open(), project)
        return Records(labelers(self._open(), project), Labeler._fields)

    def search(self, *words: str, places: str | Sequence[str] = (), limit: int | None = 100) -> "Records[Hit]":
        """Labels and data rows with a text that holds all words, in any order and case; parts of words match too.

        `places` are of names, answers, entities and ids (external ids and global keys), everywhere by default. At most
        `limit` hits come; None for all. Raises `UsageError` for no words and for an unknown place.

        >>> store.search("night", "rain", places="answers")
        """
        from labelstore.query.search import Hit, search

        found = search(self._open(), words, [places] if isinstance(places, str) else places)
        hits = list(islice(found.hits, None if limit is None else limit + 1))
        is_cut = limit is not None and len(hits) > limit
        return Records(hits[:limit], Hit._fields, "there are more; limit=None finds all" if is_cut else "")

    def agreement(self, project: str | None = None, *, iou: float = 0.5) -> "Agreement":
        """How much labels of the same data row agree: objects by their overlap, answers beyond chance.

        Objects match if they are of one class and their intersection over union is `iou` or more, above 0 and at most
        1. Of one project (id or name) or of all. Raises `NotFoundError` for an unknown project, and `UsageError`.

        >>> store.agreement("Roads", iou=0.7).objects
        """
        from labelstore.analyses.agreement import agreement

        return agreement(self._open(), project, iou)

    def loads(self) -> "Records[Load]":
        """The loads of exports, oldest first; each counts the frames files that came with it.

        >>> store.loads()[-1].file_name
        """
        from labelstore.history import Load, loads_of

        return Records(loads_of(self._open()), Load._fields)

    def history(self, label_id: str) -> "Records[Version]":
        """The versions of a label, the oldest first; it may be named as in `label`. Raises `NotFoundError`.

        >>> [version.change for version in store.history("ck1")]
        """
        from labelstore.history import Version, versions_of

        return Records(versions_of(self._open(), label_id), Version._fields)

    def diff(self, load_a: int | None = None, load_b: int | None = None) -> "Iterator[LabelChange]":
        """The labels added, removed and changed between two loads; without numbers, the last two that changed labels.

        Raises `NotFoundError` for an unknown load and where there are no two, `UsageError` for one number alone.

        >>> for change in store.diff(1, 2):
        ...     print(change.label_id, change.change)
        """
        from labelstore.history import diff_loads, last_two

        if load_a is None and load_b is None:
            load_a, load_b = (load.last_load_id for load in last_two(self._open()))
        if load_a is None or load_b is None:
            raise UsageError("diff: give two loads, or none for the last two that changed labels")
        return diff_loads(self._open(), load_a, load_b)

    def schema(self) -> "Records[Listed]":
        """The tables and views: what one row of each is, and how many there are where that is known.

        >>> [one.name for one in store.schema() if one.kind == "view"]
        """
        from labelstore.query.describe import Listed, listed

        return Records(listed(self._open()), Listed._fields)

    def columns(self, table: str) -> "Records[Described]":
        """The columns of a table or view: type, meaning, and the value in its first row. Raises `NotFoundError`.

        >>> [column.name for column in store.columns("objects")]
        """
        from labelstore.query.describe import Described, described

        return Records(described(self._open(), table)[1], Described._fields)

    def verify(
        self,
        files: Files,
        *,
        frames: str | Path | None = None,
        max_ratio: float | None = 1000.0,
        jobs: int | None = None,
        progress: Progress | None = None,
    ) -> "VerifyReport":
        """Read exports again and compare each record with what the store rebuilds; `ok` says whether all are equal.

        The arguments are those of `load`. Raises `InputError` for a file that cannot be read.

        >>> store.verify("export.json").ok
        """
        from labelstore.verifying import verify

        return verify(self.path, files, frames=frames, max_ratio=max_ratio, jobs=jobs, progress=progress)


def _value(text: str) -> dict[str, Any]:
    import msgspec  # here, so that `import labelstore` stays light

    return msgspec.json.decode(text, type=dict[str, Any])
