"""The HTTP side: GraphQL, chunk files and the REST API on loopback, every request kept."""

import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.labelbox_service.exports import Exports
from tests.labelbox_service.faults import EXPIRED, INVALID_KEY, Answer, Faults, as_json, as_xml, refused
from tests.labelbox_service.graphql import Operation, QueryError, answer, parse
from tests.labelbox_service.imports import Imports
from tests.labelbox_service.ontologies import Ontologies
from tests.labelbox_service.operations import Pulling, Resolver
from tests.labelbox_service.workspace import Json, Workspace

KEY = "test-key-5up3r"


@dataclass(frozen=True)
class Request:
    """A request as it came; header names in lower case; `variables` of GraphQL, with the bytes of uploads in them."""

    method: str
    path: str
    headers: Mapping[str, str]
    names: tuple[str, ...]
    variables: Json = field(default_factory=dict)
    body: bytes = b""

    @property
    def operation(self) -> str:
        """The name of the GraphQL operation, `chunk` and the like for others."""
        return self.names[-1]


class Service:
    """A running service: `endpoint`, `rest_endpoint`, `app_url` and `key` are what `labelbox.Client` wants.

    `workspace`, `exports`, `imports` and `faults` are there to be changed; `requests` are those that came, and
    `imports.all` has what was sent.
    """

    def __init__(self, workspace: Workspace, port: int = 0) -> None:
        self.key = KEY
        self.workspace = workspace
        self.faults = Faults()
        self.requests: list[Request] = []
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.service = self
        self.app_url = f"http://127.0.0.1:{self.server.server_port}"
        self.endpoint = f"{self.app_url}/graphql"
        self.rest_endpoint = f"{self.app_url}/api/v1"
        self.exports = Exports(workspace, self.app_url)
        pulling = Pulling(workspace, self.exports)
        self.imports = Imports(workspace, self.app_url, pulling.project)
        self.ontologies = Ontologies(workspace)
        self.fields: dict[str, Resolver] = pulling.fields() | self.imports.fields() | self.ontologies.fields()
        self.failures: list[BaseException | None] = []
        self.stopped = threading.Event()

    def asked(self, name: str) -> list[Request]:
        """The requests of an operation, of a field of the API, or for `chunk` files."""
        return [request for request in self.requests if name in request.names]

    def respond(self, request: Request, operation: Operation | QueryError | None) -> Answer:
        """The answer if nothing goes wrong."""
        if {"chunk", "import file"}.intersection(request.names):
            return self._file(request)
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return INVALID_KEY
        with self.workspace.lock:
            if operation is None:
                return self._rest(request) or as_json(404, {"message": "Not found"})
            try:
                if isinstance(operation, QueryError):
                    raise operation
                return as_json(200, {"data": answer(operation.fields, self.fields)})
            except QueryError as error:
                return refused(error.code, error.message)

    def _file(self, request: Request) -> Answer:
        if "authorization" in request.headers:  # an address that is signed already
            return as_xml(400, "InvalidArgument")
        if "chunk" in request.names:
            content = self.exports.content(_signature(request))
        else:
            content = self.imports.content(urlsplit(request.path).path.split("/")[2:])
        return EXPIRED if content is None else Answer(200, content, "application/octet-stream")

    def _rest(self, request: Request) -> Answer | None:
        path = urlsplit(request.path).path.removeprefix("/api/v1/").split("/")
        return self.ontologies.rest(request.method, path, json.loads(request.body or b"{}"))


def _signature(request: Request) -> str:
    return parse_qs(urlsplit(request.path).query).get("X-Goog-Signature", [""])[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    service: Service

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, as killed ones do, is no news; what the service cannot do is."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.service.failures.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def _serve(self) -> None:
        service = self.server.service
        request, operation = self._read()
        service.requests.append(request)
        given: Answer | None = None
        half = False
        for fault in service.faults.of(request.names):
            if fault.act == "slow":
                service.stopped.wait(fault.seconds)
            elif fault.act == "expire":
                service.exports.expired.add(_signature(request))
            elif fault.act == "break off":
                half = True
            elif fault.act == "shorten":
                whole = service.respond(request, operation)
                given = given or whole._replace(body=whole.body[: len(whole.body) // 2])
            else:
                if fault.act == "lose":
                    service.respond(request, operation)
                if fault.answer is None:
                    self.close_connection = True
                    return
                given = given or fault.answer
        self._answer(given or service.respond(request, operation), half=half)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def _read(self) -> tuple[Request, Operation | QueryError | None]:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = urlsplit(self.path).path
        if path.startswith(("/files/", "/imports/")):
            name = "chunk" if path.startswith("/files/") else "import file"
            return Request(self.command, self.path, headers, (name,)), None
        if path not in ("/graphql", "/_gql"):
            return Request(self.command, self.path, headers, ("rest",), body=body), None
        try:
            document = _document(self.headers, body)
            variables = document.get("variables") or {}
            operation = parse(document["query"], variables)
        except (ValueError, KeyError):
            error = QueryError("MALFORMED_REQUEST", "Not JSON")
            return Request(self.command, self.path, headers, ("graphql",), body=body), error
        except QueryError as error:
            return Request(self.command, self.path, headers, ("graphql",), variables, body), error
        names = ("graphql", *(field.name for field in operation.fields), operation.name)
        return Request(self.command, self.path, headers, names, variables), operation

    def _answer(self, given: Answer, *, half: bool) -> None:
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        self.send_header("Content-Length", str(len(given.body)))
        for name, value in given.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(given.body[: len(given.body) // 2] if half else given.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or half

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: `requests` has them."""


def _document(headers: Message, body: bytes) -> Json:
    """The query and its variables; files of an upload come as parts that a map sends into the variables."""
    boundary = headers.get_boundary()
    if boundary is None:
        return _object(body)
    parts = dict(_parts(body, b"--" + boundary.encode()))
    document = _object(parts["operations"])
    for name, (place,) in _object(parts["map"]).items():
        document["variables"][place.removeprefix("variables.")] = parts[name]
    return document


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a form by their names, which are UTF-8 as they are."""
    for part in body.split(boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        (name,) = re.findall(r'[ ;]name="(.*?)"', head.decode())
        yield name, content.removesuffix(b"\r\n")


def _object(text: bytes) -> Json:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


@contextmanager
def labelbox_service(workspace: Workspace, port: int = 0) -> Iterator[Service]:
    """The service of this workspace, in a thread of this process."""
    service = Service(workspace, port)
    thread = threading.Thread(target=service.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.stopped.set()
        service.server.shutdown()
        service.server.server_close()
        thread.join()
    assert not service.failures, service.failures
