"""The classes of objects: which are written, under which names, with which numbers."""

from collections.abc import Collection
from typing import NamedTuple

from labelstore.engines.database import Database
from labelstore.errors import NotFoundError, UsageError
from labelstore.export.annotations import Object
from labelstore.export.choices import Choices, lines_of, option_of
from labelstore.export.constructs import construct_of
from labelstore.schema.suggestions import did_you_mean

_SEEN = """
select distinct f.project_id, p.name as project_name, coalesce(nullif(f.name, ''), f.value) as name, f.kind, f.schema_id
from feature_counts as f
left join projects as p on p.project_id = f.project_id
where f.role = 'tool' and f.grain is null
"""
_SEEN_IN_MODEL_RUNS = """
select distinct l.project_id, null, coalesce(nullif(o.name, ''), o.value), o.kind, o.schema_id
from labels as l
join objects as o on o.label_id = l.label_id
where $model_run is null or l.model_run_id = $model_run
"""
WITHOUT_NAME = "unnamed"
"""The class of objects that have none."""


class Category(NamedTuple):
    """A class as it is written; `number` counts from 0."""

    number: int
    name: str


class Classes:
    """The classes of an export, numbered by their sorted names or in the order of `class_file`."""

    def __init__(
        self, database: Database, choices: Choices, kinds: Collection[str], *, model_runs: bool = False
    ) -> None:
        """Of objects of these kinds; with `model_runs` those of model runs too.

        Raises `NotFoundError` for an unknown class, `UsageError` for an ambiguous one.
        """
        seen = [row for row in _seen(database, choices, model_runs) if construct_of(row[3]) in kinds]
        self._told_apart = _told_apart(seen, choices)
        renames = _renames(choices)
        known = {self._key(name, schema_id) for _, _, name, _, schema_id in seen}
        listed = None if choices.class_file is None else lines_of(choices.class_file)
        for name in (*choices.classes, *renames, *(listed or ())):
            if name not in known and name not in renames.values():
                hint = did_you_mean(name, sorted(known)) or "list them with: labelstore query DB class-counts"
                raise NotFoundError(f"{name or 'no name'}: no object that this format takes is of this class; {hint}")
        wanted = set(choices.classes) or known
        self._names = {name: renames.get(name, name) for name in known if name in wanted or renames.get(name) in wanted}
        if listed is not None:
            self._names = {name: new for name, new in self._names.items() if new in listed}
        names = sorted(set(self._names.values())) if listed is None else list(dict.fromkeys(listed))
        self.categories = tuple(Category(number, name) for number, name in enumerate(names))
        self._by_name = {category.name: category for category in self.categories}

    def of(self, one: Object) -> Category | None:
        """The class of an object; None for one that is not wanted."""
        name = self._names.get(self._key(one.name or one.value, one.schema_id))
        return None if name is None else self._by_name[name]

    def _key(self, name: str | None, schema_id: str | None) -> str:
        name = name or WITHOUT_NAME
        return f"{name} {schema_id}" if name in self._told_apart else name


_Seen = list[tuple[str | None, str | None, str | None, str, str | None]]


def _seen(database: Database, choices: Choices, model_runs: bool) -> _Seen:
    if model_runs or choices.model_run is not None:
        return list(database.query(_SEEN_IN_MODEL_RUNS, {"model_run": choices.model_run}).rows)
    rows = list(database.query(_SEEN).rows)
    wanted = set(choices.filters.of("project"))
    return [row for row in rows if not wanted or wanted & {row[0], row[1]}]


def _told_apart(seen: _Seen, choices: Choices) -> frozenset[str]:
    """The names that several classes of one kind and project have. Raises `UsageError` where they must not."""
    ids: dict[tuple[str | None, str, str | None], set[str]] = {}
    for project_id, project_name, name, kind, schema_id in seen:
        if schema_id is not None:
            ids.setdefault((name, kind, project_name or project_id), set()).add(schema_id)
    several = {key: sorted(found) for key, found in ids.items() if len(found) > 1}
    if choices.class_key == "unique" and several:
        (name, _, project), found = min(several.items(), key=lambda item: str(item[0]))
        key = option_of("class_key")
        raise UsageError(
            f"{name}: {len(found)} classes of project {project} have this name (schema ids {', '.join(found[:3])});"
            f" take them as one with {key} name, or apart with {key} schema-id"
        )
    return (
        frozenset(name or WITHOUT_NAME for name, _, _ in several) if choices.class_key == "schema-id" else frozenset()
    )


def _renames(choices: Choices) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in choices.rename:
        before, equals, after = text.partition("=")
        if not (before and equals and after):
            raise UsageError(f"{option_of('rename')} {text}: write it as OLD=NEW")
        if found.setdefault(before, after) != after:
            raise UsageError(f"{option_of('rename')} {text}: {before} is {found[before]} already; give it one name")
    return found
