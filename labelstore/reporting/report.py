"""A store → one self-contained page: its overview, and a gallery of drawn labels."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from labelstore.assets.at_hand import AssetsAtHand, at_hand
from labelstore.assets.folder import AssetFolder
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import LabelstoreError
from labelstore.figures import figure
from labelstore.files.outputs import check_output, output_file
from labelstore.reporting.templates import template, text_of
from labelstore.version import __version__

LABELS = 24
LARGEST_PAGE = 4_000_000
"""Characters; labels that do not fit are left out, and the page says how many."""
MOST_LABELS = 500
_NOUNS = {
    "projects": "projects",
    "data_rows": "data rows",
    "labels": "labels",
    "objects": "objects",
    "classifications": "classifications",
    "frames": "frames",
}

ReportProgress = Callable[[int, int], None]
"""Is called with the labels drawn so far and those to be drawn."""


@dataclass(frozen=True)
class Reported:
    """What was written: the labels that are shown, and those left out because the page would be too large."""

    store: str
    out: str
    labels: int
    left_out: int
    bytes: int

    def as_json(self) -> dict[str, Any]:
        """What `labelstore report --json` prints."""
        return asdict(self)


def report(
    store: str | Path,
    out: str | Path,
    *,
    labels: int = LABELS,
    projects: str | Sequence[str] = (),
    assets: str | Path | None = None,
    title: str | None = None,
    overwrite: bool = False,
    progress: ReportProgress | None = None,
) -> Reported:
    """Write a page about the store at `store` to `out` ("-" is standard output).

    At most `labels` labels are drawn, of all asset types in turn, of `projects` by id or name. Pictures and texts come
    from the folder `assets`, else from the vault, and become part of the page. Nothing in it runs or requests
    anything, and query strings, tokens and e-mail addresses are removed. Raises `UsageError`, `StoreError`,
    `NotFoundError`, `InputError`, and `LabelstoreError` without the extra browse.
    """
    check_output(out, store, *([assets] if assets is not None else []), overwrite=overwrite)
    _require_extra()
    folder = AssetFolder(assets) if assets is not None else None
    with open_database(store, read_only=True) as database:
        page, shown, left_out = _page(
            database,
            Path(store),
            labels,
            [projects] if isinstance(projects, str) else projects,
            at_hand(database, folder),
            title,
            progress,
        )
    with output_file(out, overwrite=overwrite) as file:
        file.write(page)
    return Reported(str(store), str(out), shown, left_out, len(page))


def _require_extra() -> None:
    try:
        import jinja2  # noqa: F401
        import nh3  # noqa: F401
        import PIL  # noqa: F401
    except ImportError as error:
        hint = "pip install 'labelstore-db[browse]'"
        raise LabelstoreError(f"{error.name} is not installed, which a report needs; {hint}") from error


def _page(
    database: Database,
    store: Path,
    most: int,
    projects: Sequence[str],
    assets: AssetsAtHand | None,
    title: str | None,
    progress: ReportProgress | None,
) -> tuple[bytes, int, int]:
    from labelstore.drawing.charts import bars
    from labelstore.publishing import Redactor
    from labelstore.reporting.choosing import sections
    from labelstore.reporting.numbers import label_filter, read_numbers
    from labelstore.reporting.redacted import SceneRedactor
    from labelstore.reporting.scorecards import read_scorecards

    redactor = SceneRedactor(Redactor(secrets.token_bytes(32)))
    labels = label_filter(database, projects)
    numbers = read_numbers(database, labels)
    ids = None if labels.projects is None else sorted(labels.projects)
    scorecards = read_scorecards(database, ids, redactor.text)
    pictures = _pictures(sections(database, labels, min(most, MOST_LABELS)), database, assets, redactor, progress)

    def names(counted: list[tuple[str, float]]) -> list[tuple[str, float]]:
        return [(redactor.text(name), count) for name, count in counted]

    charts = []
    if numbers.classes:
        charts.append(bars(names(numbers.classes), title="Objects of each class"))
    if numbers.questions:
        charts.append(bars(names(numbers.questions), title="Classifications of each question"))
    if len(numbers.asset_types) > 1:
        types = [(str(row["asset_type"] or "unknown"), row["labels"]) for row in numbers.asset_types]
        charts.append(bars(sorted(types, key=lambda pair: -pair[1]), title="Labels of each asset type"))
    style = _style()
    values = {
        "policy": _policy(style),
        "style": style,
        "title": title or f"Labels in {store.name}",
        "subtitle": _subtitle(redactor, numbers.projects),
        "totals": [(noun, figure(numbers.total[key])) for key, noun in _NOUNS.items() if numbers.total.get(key)],
        "charts": "".join(charts) and type(charts[0])("").join(charts),
        "asset_types": _asset_types(numbers.asset_types),
        "scorecards": scorecards,
        "sections": pictures.sections,
        "footer": _footer(pictures.left_out, assets is not None),
    }
    return template("page.html").render(values).encode("utf-8", "replace"), pictures.shown, pictures.left_out


class _Pictures(NamedTuple):
    """(heading, [(project, entries)]) of each section, how many entries there are and how many are left out."""

    sections: list[tuple[str, list[tuple[str, list[Any]]]]]
    shown: int
    left_out: int


def _pictures(
    wanted: Sequence[Any],
    database: Database,
    assets: AssetsAtHand | None,
    redactor: Any,
    progress: ReportProgress | None,
) -> _Pictures:
    """The labels of each section drawn, by project, as many as fit into the page."""
    from labelstore.reporting.gallery import entries

    count = sum(len(section.label_ids) for section in wanted)
    found, drawn, shown, size = [], 0, 0, 0
    for section in wanted:
        by_project: dict[str, list[Any]] = {}
        for entry in entries(database, section.label_ids, assets, redactor):
            drawn += 1
            length = len(entry.drawing) + len(entry.answers)
            if size + length <= LARGEST_PAGE:
                size += length
                shown += 1
                by_project.setdefault(redactor.text(entry.project), []).append(entry)
            if progress is not None:
                progress(drawn, count)
        found.append((section.heading, list(by_project.items())))
    return _Pictures(found, shown, drawn - shown)


def _asset_types(rows: list[dict[str, Any]]) -> Any:
    """The asset types as a table."""
    from labelstore.reporting.scorecards import Table

    columns = [column for column in ("data_rows", "labels", "objects", "classifications") if rows and column in rows[0]]
    texts = [(str(row["asset_type"] or "unknown"), *(figure(row[column]) for column in columns)) for row in rows]
    return Table("Asset types", ("Asset type", *(_NOUNS[column].capitalize() for column in columns)), texts, 0)


def _subtitle(redactor: Any, projects: list[dict[str, Any]]) -> str:
    today = datetime.now(UTC).date().isoformat()
    names = [redactor.text(row["name"] or row["project_id"] or "unknown")[:80] for row in projects[:3]]
    more = f" and {len(projects) - 3} more" if len(projects) > 3 else ""
    return f"{', '.join(names)}{more}, {today}" if names else today


def _footer(left_out: int, with_assets: bool) -> list[str]:
    lines = []
    if left_out:
        labels = "label" if left_out == 1 else "labels"
        lines.append(f"{left_out} more {labels} left out because the page would be too large.")
    if not with_assets:
        lines.append("Assets were not given: shapes are drawn on an empty canvas of the asset's size.")
    lines.append("Query strings and tokens of URLs are left out; e-mail addresses are replaced.")
    return [*lines, f"Made by labelstore {__version__}."]


def _style() -> Any:
    """The style sheet of the page; text of ours alone."""
    from markupsafe import Markup

    from labelstore.drawing import style_sheet

    return Markup(style_sheet() + "".join(map(text_of, ("colors.css", "page.css", "entry.css"))))


def _policy(style: str) -> str:
    """Nothing but this one style sheet, and pictures that are in the page."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
