"""What a load is asked to do, does and did."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.files import Source

FRAMES = "frames"
"""The generation of a frames file."""
FIRST_REJECTS = 5
"""How many of a file are named."""
MOST_NAMED = 10_000
"""So many names of projects, classes or questions are counted one by one."""

Confirm = Callable[[Mapping[str, int]], bool]
"""Asked before labels are removed, with their number by project."""


@dataclass(frozen=True)
class Options:
    """`force`: take labels that are older than the stored ones, too. `history`: keep what is replaced in `versions`.

    `max_rejects`: how many records may be refused before the load is given up; None for any number.
    `is_partial`: the files hold some data rows of their projects only, so only labels of those can be missing.
    `projects`: ids of projects of which the files hold everything, even where that is nothing.
    """

    force: bool = False
    history: bool = True
    max_rejects: int | None = None
    is_partial: bool = False
    projects: tuple[str, ...] = ()


class Reading(NamedTuple):
    """How far a source has been read; `size` is None for a stream."""

    name: str
    size: int | None
    bytes_read: int

    @classmethod
    def of(cls, source: "Source") -> Self:
        """Of a source."""
        return cls(source.name, source.size, source.bytes_read)


Progress = Callable[[Reading], None]


@dataclass
class FileReport:
    """What came of one file. `repeated`: records whose label (or data row) a later record of the file had again.

    `stale`: records older than what the store holds. `missing`: labels of the file's projects that the store held and
    the whole load did not bring; `pruned`: those of them that were removed. Both are counted at the load's last file.

    `unheard`: rejected records that cannot be read, so nobody knows which labels they hold.

    `foreign` says what the first JSON value is that is no record of an export.
    """

    name: str
    load_id: int = 0
    sha256: str = ""
    started_at: str = ""
    finished_at: str = ""
    generation: str | None = None
    framing: str = ""
    table_form: str | None = None
    bytes: int = 0
    records: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    stale: int = 0
    rejected: int = 0
    missing: int = 0
    pruned: int = 0
    unheard: int = 0
    foreign: str = ""
    first_rejects: list[dict[str, Any]] = field(default_factory=list)


@dataclass(repr=False)
class Report:
    """What came of a whole load; counts of labels, objects and classifications are of records added or changed.

    Labels that stand in model runs, `model_run_labels` and `predictions`, are in no other count, nor is what they hold.

    `projects` (by id), `classes` and `questions` (by name) are what the labels, objects and classifications of these
    counts belong to; more than `MOST_NAMED` names are not told apart.

    `unread` counts the values that are not what belongs in their place, and are kept as JSON: odd elements of lists and
    maps, values of known keys (null excepted), what is no geometry and no answer in legacy labels.

    `notes` are sentences for people, as about files of a folder or an archive that are no exports.
    """

    store: str
    engine: str
    files: list[FileReport] = field(default_factory=list)
    labels: int = 0
    objects: int = 0
    classifications: int = 0
    frames: int = 0
    projects: Counter[str] = field(default_factory=Counter)
    project_names: dict[str, str] = field(default_factory=dict)
    classes: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    model_run_labels: int = 0
    predictions: int = 0
    unread: int = 0
    asset_types: Counter[str] = field(default_factory=Counter)
    frames_files: int = 0
    frames_missing: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    bytes: int = 0

    @property
    def exports(self) -> list[FileReport]:
        """The files without the frames files of their labels."""
        return [file for file in self.files if file.generation != FRAMES]

    def __repr__(self) -> str:
        names = ("records", "added", "changed", "unchanged", "rejected")
        return f"<Report {self.store}: {', '.join(f'{figure(self.total(name))} {name}' for name in names)}>"

    def total(self, count: str) -> int:
        """A count of `FileReport`, over all files."""
        return sum(getattr(file, count) for file in self.files)

    @property
    def megabytes_per_second(self) -> float:
        """Bytes of the files read per second, in MB; 0.0 before the end."""
        return self.bytes / 1e6 / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        """What `labelstore load --json` prints."""
        counts = ("records", "added", "changed", "unchanged", "repeated", "stale", "rejected", "missing", "pruned")
        return {
            "store": self.store,
            "engine": self.engine,
            **{count: self.total(count) for count in counts},
            "labels": self.labels,
            "objects": self.objects,
            "classifications": self.classifications,
            "frames": self.frames,
            "projects": [
                {"project_id": project_id, "name": self.project_names.get(project_id), "labels": count}
                for project_id, count in self.projects.most_common()
            ],
            "classes": _named(self.classes),
            "questions": _named(self.questions),
            "model_run_labels": self.model_run_labels,
            "predictions": self.predictions,
            "unread": self.unread,
            "asset_types": dict(sorted(self.asset_types.items())),
            "frames_files": self.frames_files,
            "frames_missing": self.frames_missing,
            "notes": self.notes,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "megabytes_per_second": round(self.megabytes_per_second, 1),
            "files": [asdict(file) for file in self.files],
        }


def _named(counts: Counter[str]) -> dict[str, int] | None:
    """The counts, most first; None for more names than are told apart."""
    return dict(counts.most_common()) if len(counts) < MOST_NAMED else None
