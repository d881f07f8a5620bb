"""Headers of pages: what they may load and run, and who may request them.

Our own pages run one script, which they link to. Datasette's pages have scripts of their own in the page. Those, and
only those, carry the nonce of the request: it is written into the text of the templates before they are filled, so
nothing that comes from a store can get it. What Datasette sets by `style=` attributes stays allowed, as there is no
nonce for attributes.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from labelstore.browsing.paths import ROOT, STATIC, decode
from labelstore.browsing.refusals import FROM_ELSEWHERE, is_from_elsewhere, refuse
from labelstore.browsing.settings import Settings, settings_of
from labelstore.browsing.stores import is_new, is_store, stores
from labelstore.browsing.templates import NONCE

Scope = dict[str, Any]
Asgi = Callable[[Scope, Any, Callable[[dict[str, Any]], Awaitable[None]]], Awaitable[None]]

_STYLES_OF_SCRIPTS = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-38xqj8N9cygggde3AvM+xVgS15DUXTOhM9fjk0hLOS0='",
)
"""Style elements that the SQL editor of Datasette 0.65 makes by script: an empty one, and the handle to resize it."""


def strict(settings: Settings, nonce: str) -> str:
    """The policy of our own pages: our one script, which may ask this server; styles of this server, pictures as the
    settings allow."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src {settings.image_sources()}; media-src {settings.image_sources()}; frame-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def for_datasette(settings: Settings, nonce: str, *, is_new: bool) -> str:
    """The policy of Datasette's pages of a store.

    The SQL editor of Datasette 1.0 (`is_new`) makes style elements with whatever it needs, so there they are allowed.
    """
    styles = "'unsafe-inline'" if is_new else " ".join((f"'nonce-{nonce}'", *_STYLES_OF_SCRIPTS))
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; connect-src 'self'; font-src 'self'; "
        f"style-src-elem 'self' {styles}; style-src-attr 'unsafe-inline'; "
        f"img-src {settings.image_sources()}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


ASSET = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""The policy of a file from an asset folder: it is displayed, and nothing in it runs."""
PLAYED = ASSET.replace("sandbox", "media-src 'self'; sandbox allow-same-origin")
"""That of a recording or video: the browser's player, opened for it alone, fetches it as this server's page would."""


def with_headers(datasette: Any, app: Asgi) -> Asgi:
    """The application with headers on all pages of stores; those of other databases pass untouched."""

    async def guard(scope: Scope, receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        if scope["type"] != "http" or not is_ours(datasette, scope):
            await app(scope, receive, send)
            return
        if is_from_elsewhere(scope) and not datasette.cors:
            await refuse(send, 403, FROM_ELSEWHERE)
            return
        nonce = secrets.token_urlsafe(16)

        async def send_with_headers(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                set_already = {name.lower() for name, _ in headers}
                policy = for_datasette(settings_of(datasette), nonce, is_new=is_new(datasette))
                wanted = {
                    b"content-security-policy": policy.encode(),
                    b"x-content-type-options": b"nosniff",
                    b"referrer-policy": b"no-referrer",
                    b"cross-origin-opener-policy": b"same-origin",
                    b"cross-origin-resource-policy": b"same-origin",
                }
                headers += [(name, value) for name, value in wanted.items() if name not in set_already]
                message = {**message, "headers": headers}
            await send(message)

        await app({**scope, NONCE: nonce}, receive, send_with_headers)

    return guard


def is_ours(datasette: Any, scope: Scope) -> bool:
    """Whether the address is one of a store, or of a server that has nothing but stores."""
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    base = datasette.setting("base_url")
    named = {name for name in datasette.databases if not name.startswith("_")}
    if named and named == set(stores(datasette)):
        return True
    path = "/" + raw.removeprefix(base).lstrip("/") if base != "/" else raw
    if path.startswith((f"{ROOT}/", f"{STATIC}/")):
        return True
    first = path.lstrip("/").split("/")[0]
    names = {decode(first), decode(first.partition(".")[0])}
    routes = {database.route: name for name, database in datasette.databases.items()}
    return any(is_store(datasette, routes.get(name, name)) for name in names)
