"""A label drawn in HTML for a notebook, with a style of its own that touches nothing else on the page."""

from functools import cache

from labelstore.assets.at_hand import at_hand
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import LabelstoreError
from labelstore.notebook.source import LabelSource
from labelstore.scenes import Scene, read_scene

_OWN = """
color: var(--front); max-width: 52rem; font: 0.95rem/1.5 system-ui, sans-serif; color-scheme: light dark;
dl, dd, dt, ul, li, p, h4 { margin: 0; padding: 0; border: 0; background: none; color: inherit; font-size: inherit; }
h4 { font-size: 1rem; }
svg { max-width: 100%; }
"""


def label_html(source: LabelSource) -> str | None:
    """The drawing of a label with its facts and answers; None where it cannot be drawn: then its JSON is shown."""
    try:
        from labelstore.reporting.gallery import LIMIT, entry_of
        from labelstore.reporting.redacted import AsItIs
        from labelstore.reporting.templates import template
    except ImportError:  # the extra browse is not installed
        return None
    try:
        with open_database(source.path, read_only=True) as database:
            scene = _scene(database, source, LIMIT)
            entry = None if scene is None else entry_of(scene, at_hand(database, source.assets), AsItIs())
    except LabelstoreError:
        return None
    if entry is None:
        return None
    article: str = template("entry.html").render(entry=entry)
    return f'<div class="labelstore-label"><style>{_style()}</style>{article}</div>'


def _scene(database: Database, source: LabelSource, limit: int) -> Scene | None:
    if source.load_id is None:
        return read_scene(database, source.label_id, limit=limit)
    from labelstore.browsing.version_scenes import Versions, read_versions

    found = read_versions(database, source.path, source.label_id)
    if not isinstance(found, Versions):
        return None
    numbers = [number for number, version in enumerate(found.versions) if version.load_id <= source.load_id]
    return found.scene(database, numbers[-1], limit, None, None) if numbers else None


@cache
def _style() -> str:
    """The style sheets of drawings and of entries, for what is inside alone: nested, as browsers read since 2023."""
    from labelstore.drawing import style_sheet
    from labelstore.reporting.templates import text_of

    name = ".labelstore-label"
    colors = text_of("colors.css").replace(":root", name)
    return f"{colors}{name} {{{_OWN}{style_sheet()}{text_of('entry.css')}}}"
