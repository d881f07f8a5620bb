"""The projects, classes and labelers of a store, each with how much there is of it."""

from typing import NamedTuple

from labelstore.engines.reading import Reading

_PROJECTS = """
select project_id, max(name) as name, cast(sum(labels) as bigint) as labels, cast(sum(objects) as bigint) as objects,
    cast(sum(classifications) as bigint) as classifications
from (
    select project_id, name, 0 as labels, 0 as objects, 0 as classifications
    from projects
    union all
    select project_id, null, case when role = 'label' then annotations else 0 end,
        case when role = 'tool' then annotations else 0 end,
        case when role = 'classification' then annotations else 0 end
    from feature_counts
    where grain is null and role in ('label', 'tool', 'classification')
) as counted
group by project_id
having project_id is not null or sum(labels) > 0
order by labels desc, name, project_id
"""
_CLASSES = """
select f.name, f.kind, cast(sum(f.annotations) as bigint) as objects, cast(sum(f.labels) as bigint) as labels
from feature_counts as f
left join projects as p on p.project_id = f.project_id
where f.role = 'tool' and (f.grain is null or f.grain = 'class')
    and ($project is null or f.project_id = $project or p.name = $project)
group by f.name, f.kind
having sum(f.annotations) > 0
order by objects desc, f.name, f.kind
"""
_LABELERS = """
select l.created_by as labeler, count(*) as labels, sum(case when l.skipped then 1 else 0 end) as skipped,
    sum(l.seconds_to_label) as seconds, min(l.created_at) as first_created_at, max(l.created_at) as last_created_at
from labels as l
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null and ($project is null or l.project_id = $project or p.name = $project)
group by l.created_by
order by labels desc, labeler
"""


class Project(NamedTuple):
    """A project by its id and name, and what its labels hold; None is for labels whose export names no project."""

    project_id: str | None
    name: str | None
    labels: int
    objects: int
    classifications: int


class ObjectClass(NamedTuple):
    """A class of objects, drawn as one kind, such as bounding_box: its objects, and the labels that hold any.

    An object of a video counts once for each frame that lists it.
    """

    name: str | None
    kind: str | None
    objects: int
    labels: int


class Labeler(NamedTuple):
    """Who made labels, how many of them, how many were skipped, and the seconds that all took together."""

    labeler: str | None
    labels: int
    skipped: int
    seconds: float | None
    first_created_at: str | None
    last_created_at: str | None


def projects(reading: Reading) -> list[Project]:
    """The projects, those with most labels first."""
    return [Project(*row) for row in reading.query(_PROJECTS).rows]


def object_classes(reading: Reading, project: str | None) -> list[ObjectClass]:
    """The classes of a project (id or name) or of all, those with most objects first."""
    return [ObjectClass(*row) for row in reading.query(_CLASSES, {"project": project}).rows]


def labelers(reading: Reading, project: str | None) -> list[Labeler]:
    """The labelers of a project (id or name) or of all, those with most labels first."""
    return [Labeler(*row) for row in reading.query(_LABELERS, {"project": project}).rows]
