"""Names of questions and projects that tell them apart where several have the same."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol


class _Question(Protocol):
    @property
    def project_id(self) -> str | None: ...
    @property
    def project(self) -> str | None: ...
    @property
    def question(self) -> str: ...
    @property
    def schema_id(self) -> str | None: ...
    @property
    def parent(self) -> str | None: ...


_Key = tuple[str | None, str, str | None, str | None]


def key_of(row: _Question) -> _Key:
    """What tells a question from others: its project, name, schema id and parent question."""
    return row.project_id, row.question, row.schema_id, row.parent


def question_names(rows: Sequence[_Question]) -> dict[_Key, str]:
    """By `key_of`: the name; with the question above it, or the schema id, where a project has several of this name."""
    keys = dict.fromkeys(map(key_of, rows))
    same = Counter(key[:2] for key in keys)
    below = Counter((*key[:2], key[3]) for key in keys)
    found = {}
    for key in keys:
        _, question, schema_id, parent = key
        if same[key[:2]] > 1 and below[*key[:2], parent] == 1:
            question += f" (under {parent})" if parent else " (not nested)"
        elif same[key[:2]] > 1:
            question += f" (schema id {schema_id})"
        found[key] = question
    return found


def project_names(projects: Sequence[tuple[str | None, str | None]]) -> dict[str | None, str]:
    """By project id: the name; with the id where several projects have this name."""
    named = dict(projects)
    same = Counter(named.values())
    return {
        project_id: f"{name} ({project_id})" if same[name] > 1 else name or project_id or ""
        for project_id, name in named.items()
    }
