"""The pages: each a function from a request to a response."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from datasette.utils.asgi import AsgiFileDownload, NotFound, Response
from markupsafe import Markup

from labelstore.browsing import page_queries
from labelstore.browsing.facts import facts_of_asset, facts_of_label
from labelstore.browsing.headers import ASSET, NONCE, strict
from labelstore.browsing.local_assets import draw_options, file_of, image_type, mask_file, sound_type
from labelstore.browsing.overview import Overview, Remembered
from labelstore.browsing.paths import Paths, decode
from labelstore.browsing.settings import Settings, settings_of
from labelstore.browsing.stores import is_store, read
from labelstore.drawing import draw, drawing_of, highlights
from labelstore.drawing.answers import draw_questions
from labelstore.drawing.captions import in_words
from labelstore.drawing.charts import bars, columns_over_time
from labelstore.drawing.masks import mask_png
from labelstore.scenes import Source, read_scene
from labelstore.scenes.assets import read_asset
from labelstore.scenes.scene import Scene

LISTED = 500
"""Objects that are listed next to a drawing."""
SHAPES = 2000
SHAPES_BESIDE = 500
"""Shapes that are drawn of one label, and of each label where several are side by side."""

_remembered = Remembered()


class Drawn(NamedTuple):
    """A label as the pages show it."""

    scene: Scene
    picture: Markup
    questions: Markup


def _drawn(source: Source, label_id: str, settings: Settings, paths: Paths, limit: int, **frame: Any) -> Drawn | None:
    scene = read_scene(source, label_id, limit=limit, **frame)
    if scene is None:
        return None
    picture = draw(scene, draw_options(scene, settings, paths, limit))
    with_answers = drawing_of(scene.asset.asset_type).with_answers
    return Drawn(scene, picture, Markup() if with_answers else draw_questions(scene.questions))


def _highlights(drawings: list[Drawn]) -> Markup:
    """CSS of our own making, of numbers alone."""
    return Markup(highlights(shape.object_id for drawn in drawings for shape in drawn.scene.shapes[:LISTED]))


async def overview(request: Any, datasette: Any) -> Any:
    """The overview of the store."""
    database = _database(request, datasette)
    path = str(datasette.databases[database].path)
    found: Overview = await read(datasette, database, lambda source: _remembered.read(path, source))
    charts = [
        bars([(_class(row), row["objects"]) for row in found.classes], title="Objects by class", most=15),
        columns_over_time(found.months, title="Labels by month"),
    ]
    return await _page(request, datasette, database, "labelstore_overview.html", overview=found, charts=charts)


def _class(row: dict[str, Any]) -> str:
    """A class by its name and kind, since classes of several kinds may share a name."""
    return f"{row['name'] or 'no name'}, {in_words(row['kind'] or 'unknown')}"


async def label(request: Any, datasette: Any) -> Any:
    """One label: its drawing, facts, answers, objects, JSON."""
    database, label_id = _database(request, datasette), decode(request.url_vars["label_id"])
    paths, settings = Paths(datasette, database), settings_of(datasette)
    frame = {"frame": _whole(request.args.get("frame")), "group": request.args.get("group")}

    def work(source: Source) -> dict[str, Any] | None:
        drawn = _drawn(source, label_id, settings, paths, SHAPES, **frame)
        if drawn is None:
            return None
        with_relations = drawing_of(drawn.scene.asset.asset_type).with_relations
        return {
            "drawn": drawn,
            "scene": drawn.scene,
            "highlights": _highlights([drawn]),
            "relations": [] if with_relations else page_queries.relations(drawn.scene),
            "facts": facts_of_label(drawn.scene, paths),
            "asset_facts": facts_of_asset(drawn.scene.asset),
            "neighbours": page_queries.neighbours(source, label_id),
            "workflow": page_queries.workflow(source, drawn.scene.facts),
            "json": page_queries.json_text(source, label_id),
        }

    context = await read(datasette, database, work)
    if context is None:
        return await _missing(request, datasette, database, "label", label_id)
    return await _page(request, datasette, database, "labelstore_label.html", listed=LISTED, **context)


async def label_json(request: Any, datasette: Any) -> Any:
    """The JSON of one label, byte for byte as the view rebuilds it."""
    database, label_id = _database(request, datasette), decode(request.url_vars["label_id"])
    text = await read(datasette, database, lambda source: page_queries.whole_json(source, label_id))
    if text is None:
        raise NotFound("the store holds no label of this id")
    return Response(text, content_type="application/json; charset=utf-8", headers=_of_files())


async def data_row(request: Any, datasette: Any) -> Any:
    """One data row with all its labels, drawn side by side."""
    database, data_row_id = _database(request, datasette), decode(request.url_vars["data_row_id"])
    paths, settings = Paths(datasette, database), settings_of(datasette)

    def work(source: Source) -> dict[str, Any] | None:
        known = next(iter(source.query("select 1 from data_rows where data_row_id = $id", {"id": data_row_id})), None)
        labels = page_queries.labels_of(source, data_row_id)
        if known is None and not labels:
            return None
        ids = [row["label_id"] for row in labels[: page_queries.MOST_LABELS]]
        shown = (_drawn(source, label_id, settings, paths, SHAPES_BESIDE) for label_id in ids)
        drawings = [drawn for drawn in shown if drawn is not None]
        asset = read_asset(source, data_row_id)
        bare = Scene("", {}, asset)
        return {
            "asset": asset,
            "asset_facts": facts_of_asset(asset),
            "labels": labels,
            "drawings": drawings,
            "highlights": _highlights(drawings),
            "empty": None if labels else draw(bare, draw_options(bare, settings, paths, 0)),
            "projects": page_queries.projects(source, data_row_id),
            "attachments": page_queries.attachments(source, data_row_id),
            "metadata_fields": page_queries.metadata_fields(source, data_row_id),
        }

    context = await read(datasette, database, work)
    if context is None:
        return await _missing(request, datasette, database, "data row", data_row_id)
    return await _page(request, datasette, database, "labelstore_data_row.html", data_row_id=data_row_id, **context)


async def asset(request: Any, datasette: Any) -> Any:
    """The file of a data row, if it is a raster picture or a recording: nothing that a browser could run."""
    database, data_row_id = _database(request, datasette), decode(request.url_vars["data_row_id"])
    folder = settings_of(datasette).folder()
    if folder is None:
        raise NotFound("no asset folder is configured")
    found = await read(datasette, database, lambda source: read_asset(source, data_row_id))
    path = file_of(folder, found)
    if path is None:
        raise NotFound("the folder has no file of this data row")
    kind = image_type(path) or sound_type(path)
    if kind is None:
        raise NotFound("the file is not a picture or recording")
    return AsgiFileDownload(str(path), content_type=kind, headers=_of_files())


async def mask(request: Any, datasette: Any) -> Any:
    """The mask of one object as a PNG, cut out of the picture in the folder."""
    database, object_id = _database(request, datasette), _whole(request.url_vars["object_id"])
    folder = settings_of(datasette).folder()
    if folder is None or object_id is None:
        raise NotFound("no mask is available")

    def work(source: Source) -> bytes | None:
        found = mask_file(source, folder, object_id)
        try:
            return None if found is None else mask_png(found.path.read_bytes(), found.rgb, found.color)
        except (OSError, ValueError):  # no picture after all
            return None

    png = await read(datasette, database, work)
    if png is None:
        raise NotFound("the folder has no picture of this mask")
    return Response(png, content_type="image/png", headers=_of_files())


async def style(request: Any, datasette: Any) -> Any:
    """The style sheet of all pages."""
    from labelstore.browsing.styles import style_sheet

    return Response(style_sheet(), content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"})


def _of_files() -> dict[str, str]:
    return {"Content-Security-Policy": ASSET, "X-Content-Type-Options": "nosniff", "Cache-Control": "private"}


def _database(request: Any, datasette: Any) -> str:
    """The store that the address names; raises `NotFound` for anything else."""
    database = decode(request.url_vars["database"])
    if not is_store(datasette, database):
        raise NotFound("no store has this name here")
    return database


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else None


async def _missing(request: Any, datasette: Any, database: str, what: str, wanted: str) -> Any:
    return await _page(request, datasette, database, "labelstore_missing.html", 404, what=what, wanted=wanted)


async def _page(
    request: Any, datasette: Any, database: str, template: str, status: int = 200, **context: Any
) -> Response:
    settings, nonce = settings_of(datasette), request.scope.get(NONCE, "")
    body = await datasette.render_template(
        template,
        {"store": database, "paths": Paths(datasette, database), "settings": settings, **context},
        request=request,
    )
    headers = {"Content-Security-Policy": strict(settings, nonce), "Cache-Control": "private, no-cache"}
    return Response.html(body, status=status, headers=headers)


View = Callable[[Any, Any], Awaitable[Any]]
ROUTES: tuple[tuple[str, View], ...] = (
    (r"^/-/labelstore-static/style\.css$", style),
    (r"^/-/labelstore/(?P<database>[^/]+)$", overview),
    (r"^/-/labelstore/(?P<database>[^/]+)/label/(?P<label_id>[^/]*)$", label),
    (r"^/-/labelstore/(?P<database>[^/]+)/json/(?P<label_id>[^/]*)$", label_json),
    (r"^/-/labelstore/(?P<database>[^/]+)/data-row/(?P<data_row_id>[^/]*)$", data_row),
    (r"^/-/labelstore/(?P<database>[^/]+)/asset/(?P<data_row_id>[^/]*)$", asset),
    (r"^/-/labelstore/(?P<database>[^/]+)/mask/(?P<object_id>\d+)$", mask),
)
