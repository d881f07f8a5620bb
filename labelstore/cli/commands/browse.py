"""`browse`: a store in a browser, with the annotations drawn."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import say
from labelstore.cli.options import Store, downloaded
from labelstore.cli.sections import Section

SECTION = Section.LOOK

WARNING = "This store is not published: others that reach this server see its signed URLs, tokens and e-mail addresses."


def browse(
    db: Store,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID...", help="Label ids, data row ids, external ids or global keys: open their pages."),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address to listen on; any but loopback lets others in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="0 takes a free one.")] = 8001,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    assets: Annotated[Path | None, downloaded()] = None,
    remote_assets: Annotated[
        bool, typer.Option("--remote-assets", help="Let the browser fetch pictures from the stored URLs.")
    ] = False,
    tile_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Map tiles under geospatial labels, with {z}, {x} and {y}.")
    ] = None,
) -> None:
    """Show a store in a browser, with the annotations drawn.

    Serves Datasette with a page for each label and data row. Prints the address of the first page, or those of
    the pages of the IDs; --open opens the first. Runs until Ctrl-C. Nothing is fetched from elsewhere unless
    --remote-assets or --tile-url allows it. A DuckDB store is first copied to a temporary SQLite store. Needs the
    extra "browse": pip install 'labelstore-db[browse]'

    \b
    Examples:
      labelstore browse labels.db --open
      labelstore browse labels.db IMG_0042.jpg --open
      labelstore browse labels.duckdb --assets images --port 0
    """
    from labelstore.assets.folder import AssetFolder
    from labelstore.browsing.saved_views import SUFFIX
    from labelstore.browsing.serving import (
        addresses,
        application,
        as_sqlite,
        check_installed,
        check_tile_url,
        is_loopback,
        listening,
        serve,
        url_of,
    )
    from labelstore.browsing.settings import Settings
    from labelstore.engines import SQLITE, engine_at, open_database
    from labelstore.publishing import is_published
    from labelstore.query.find import thing_of

    check_installed()
    check_tile_url(tile_url)
    folder = str(assets.absolute()) if assets is not None and AssetFolder(assets) else None
    with open_database(db, read_only=True) as database:
        things = [thing_of(database, name) for name in ids or ()]
    warned = not is_loopback(host) and not is_published(db)
    if engine_at(db) is not SQLITE and db.exists():
        say(f"{db}: Datasette reads SQLite, so the store is copied to a temporary file first")
    with progress.shown() as line, as_sqlite(db, line.counted if line else None) as store:
        if line:
            line.clear()
        with listening(host, port) as listener:
            notice = f"{WARNING} It is bound to {host}." if warned else None
            if warned:
                say(f"{WARNING} Make a copy for others with: labelstore publish {db} OUT.db")
            refused = None if is_loopback(host) else "Views are not saved, as others reach this server."
            settings = Settings(folder, remote_assets, tile_url, notice, f"{db.absolute()}{SUFFIX}", refused)
            datasette = application(store, settings)
            urls = addresses(datasette, url_of(host, listener), things)

            def ready() -> None:
                output.write("".join(f"{url}\n" for url in urls))
                sys.stdout.flush()
                print("Ctrl-C ends it", file=sys.stderr)
                if open_browser:
                    import webbrowser

                    webbrowser.open(urls[0])

            serve(datasette, listener, host, ready)
