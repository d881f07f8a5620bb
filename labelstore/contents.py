"""What a store holds and held, as its methods list it: projects, classes, words, tables, loads, versions."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from labelstore.displaying.records import Records
from labelstore.engines.database import Database
from labelstore.errors import UsageError
from labelstore.inputs.gathering import Files
from labelstore.loading import Progress
from labelstore.query.projects import check_project

if TYPE_CHECKING:
    from labelstore.analyses.agreement import Agreement
    from labelstore.analyses.listings import Labeler, ObjectClass, Project
    from labelstore.history import LabelChange, Load, Version
    from labelstore.query.describe import Described, Listed
    from labelstore.query.search import Hit
    from labelstore.verifying import VerifyReport


class Contents(ABC):
    """The part of a `Store` that lists."""

    path: Path

    @abstractmethod
    def _open(self) -> Database:
        """The store, open for reading."""

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
