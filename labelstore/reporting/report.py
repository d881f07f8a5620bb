"""A store → one self-contained page: its overview, and a gallery of drawn labels."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import LabelstoreError
from labelstore.figures import figure
from labelstore.files.asset_folder import AssetFolder
from labelstore.files.outputs import check_output, output_file
from labelstore.version import __version__

LABELS = 24
LARGEST_PAGE = 4_000_000
"""Characters; labels that do not fit are left out, and the page says how many."""
MOST_LABELS = 500
_MOST_ROWS = 30
_NOUNS = {
    "projects": "projects",
    "data_rows": "data rows",
    "labels": "labels",
    "objects": "objects",
    "classifications": "answered questions",
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
    from the folder `assets` and become part of the page. Nothing in it runs or requests anything, and query
    strings, tokens and e-mail addresses are removed. Raises `UsageError`, `StoreError`, `NotFoundError`,
    `InputError`, and `LabelstoreError` without the extra browse.
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
            folder,
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
    folder: AssetFolder | None,
    title: str | None,
    progress: ReportProgress | None,
) -> tuple[bytes, int, int]:
    from labelstore.drawing.charts import bars, columns_over_time
    from labelstore.publishing import Redactor
    from labelstore.reporting.gallery import entries, label_ids
    from labelstore.reporting.numbers import label_filter, read_numbers
    from labelstore.reporting.redacted import SceneRedactor

    redactor = SceneRedactor(Redactor(secrets.token_bytes(32)))
    labels = label_filter(database, projects)
    numbers = read_numbers(database, labels)
    wanted = label_ids(database, labels, min(most, MOST_LABELS))
    kept, size = [], 0
    for number, entry in enumerate(entries(database, wanted, folder, redactor), 1):
        length = len(entry.drawing) + len(entry.answers)
        if size + length <= LARGEST_PAGE:
            size += length
            kept.append(entry)
        if progress is not None:
            progress(number, len(wanted))
    left_out = len(wanted) - len(kept)

    def names(counted: list[tuple[str, float]]) -> list[tuple[str, float]]:
        return [(redactor.text(name), count) for name, count in counted]

    charts = []
    if numbers.classes:
        charts.append(bars(names(numbers.classes), title="Objects of each class"))
    if numbers.questions:
        charts.append(bars(names(numbers.questions), title="Answered questions"))
    if len(numbers.asset_types) > 1:
        types = [(str(row["asset_type"] or "unknown"), row["labels"]) for row in numbers.asset_types]
        charts.append(bars(sorted(types, key=lambda pair: -pair[1]), title="Labels of each asset type"))
    if numbers.over_time:
        charts.append(columns_over_time(numbers.over_time, title="Labels made over time"))
    style = _style()
    values = {
        "policy": _policy(style),
        "style": style,
        "title": title or f"Labels in {store.name}",
        "subtitle": _subtitle(redactor, numbers.projects),
        "totals": [(noun, figure(numbers.total[key])) for key, noun in _NOUNS.items() if numbers.total.get(key)],
        "charts": "".join(charts) and type(charts[0])("").join(charts),
        "tables": list(_tables(redactor, numbers.projects, numbers.asset_types)),
        "entries": kept,
        "footer": _footer(left_out, folder is not None),
    }
    return _template().render(values).encode("utf-8", "replace"), len(kept), left_out


def _tables(redactor: Any, projects: list[dict[str, Any]], asset_types: list[dict[str, Any]]) -> Any:
    """(heading, columns, rows, how many more there are)"""
    columns = ("data_rows", "labels", "objects", "classifications")
    for heading, key, rows in (("Projects", "name", projects), ("Asset types", "asset_type", asset_types)):
        known = [column for column in columns if rows and column in rows[0]]
        shown = [
            (
                redactor.text(row[key] or row.get("project_id") or "unknown")[:200],
                *(figure(row[column]) for column in known),
            )
            for row in rows[:_MOST_ROWS]
        ]
        heads = (heading[:-1], *(_NOUNS[column] for column in known))
        yield heading, heads, shown, max(len(rows) - _MOST_ROWS, 0)


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

    own = files("labelstore.reporting").joinpath("page.css").read_text(encoding="utf-8")
    return Markup(style_sheet() + own)


def _policy(style: str) -> str:
    """Nothing but this one style sheet, and pictures that are in the page."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _template() -> Any:
    from jinja2 import Environment

    text = files("labelstore.reporting").joinpath("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(text)
