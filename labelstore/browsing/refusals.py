"""Refused requests: those of other sites' pages, and those that end in an error."""

import errno
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from labelstore.engines.limits import BROWSE, explained

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Any, Send], Awaitable[None]]

FROM_ELSEWHERE = (
    "This request came from a page of another site, which may link to pages of a store, but not read them.\n"
    "Open the address in a new tab, or use a client that is not a browser.\n"
)
_LONGEST = 300
_ODD_ADDRESS = (ValueError, OverflowError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What Datasette or a database raises for an unexpected address."""


def is_from_elsewhere(scope: Scope) -> bool:
    """Whether a browser says that a page of another site made the request, other than by a link that the user followed.

    Another port of this machine is another site too. Who sends no such headers is no browser, or an old one.
    """
    headers = {name.lower(): value.lower() for name, value in scope["headers"] if name.lower().startswith(b"sec-")}
    if headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin"):
        return False
    leads_here = (
        scope["method"] == "GET"
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
        and b"sec-purpose" not in headers  # it would be made before anybody asked for it
    )
    return not leads_here


async def refuse(send: Send, status: int, text: str) -> None:
    """Respond with a line of text."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def with_error_responses(app: Asgi) -> Asgi:
    """The application; its errors become one line on stderr and a response."""

    async def guard(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        has_begun = False

        async def noticed(message: dict[str, Any]) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await app(scope, receive, noticed)
        except Exception as error:
            status, text = response_to(error)
            log(scope, error)
            if not has_begun:
                await refuse(send, status, text + "\n")

    return guard


def response_to(error: Exception) -> tuple[int, str]:
    """Status and text of the response to an error that is not one of Datasette's own."""
    stopped = explained(error, BROWSE)
    if stopped is not None:
        return 400, str(stopped)
    if (
        isinstance(error, sqlite3.DatabaseError)
        and "image is malformed" not in str(error)
        and "not a database" not in str(error)
    ):
        return 400, f"SQLite: {error}"
    if isinstance(error, _ODD_ADDRESS):
        return 400, "No page has this address; start at the overview of the store"
    if isinstance(error, OSError) and error.errno in (errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
        return 404, "No file has this name"
    return 500, "The store cannot be read; the stderr of the server says why"


def log(scope: Scope, error: Exception) -> None:
    """Write one line to stderr, with nothing of the store but the error's own text."""
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    line = f"labelstore: {scope['method']} {ascii(path.decode('latin-1'))[1:-1][:_LONGEST]}: {ascii(error)[:_LONGEST]}"
    print(line, file=sys.stderr)


def error_page(datasette: Any, request: Any, error: Exception) -> Callable[[], Awaitable[Any]]:
    """What makes the response to an error, without a traceback."""
    from datasette.utils.asgi import Base400, Response
    from datasette.views.base import DatasetteError
    from markupsafe import Markup

    async def respond() -> Any:
        title, info = None, {}
        if isinstance(error, Base400):
            status, message = error.status, str(error.args[0]) if error.args else ""
        elif isinstance(error, DatasetteError):
            status, title, info = error.status, error.title, dict(error.error_dict)
            status = 400 if status == 500 else status  # what Datasette says of a wrong _sort
            message = Markup(error.message) if error.message_is_html else error.message
            stopped = explained(Exception(message), BROWSE)
            message = str(stopped) if stopped is not None else message
        else:
            status, message = response_to(error)
            log(request.scope, error)
        info.update({"ok": False, "error": message, "status": status, "title": title})
        if request.path.partition("?")[0].endswith(".json"):
            return Response.json(info, status=status)
        text = await datasette.render_template([f"{status}.html", "error.html"], info, request=request)
        return Response.html(text, status=status)

    return respond
