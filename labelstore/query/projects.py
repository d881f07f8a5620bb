"""Which project is meant by an id or a name."""

from labelstore.engines.reading import Reading
from labelstore.errors import NotFoundError
from labelstore.schema.suggestions import did_you_mean

OF_PROJECTS = """l.project_id in (
    select p.project_id from projects as p where p.project_id in ({these}) or p.name in ({these})
)"""
"""SQL about `labels as l` of projects by id or name; {these} stands for the marks of both."""


def check_project(database: Reading, project: str | None) -> None:
    """Raise `NotFoundError` with near names for a project that the store does not hold; None means all of them."""
    if project is None:
        return
    rows = list(database.query("select project_id, name from projects order by name, project_id").rows)
    known = [str(word) for row in rows for word in row if word is not None]
    if project in known:
        return
    hint = did_you_mean(project, known, 0.5) or "list them with: labelstore stats DB"
    raise NotFoundError(f"{project}: no project has this id or name; {hint}")
