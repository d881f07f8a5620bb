"""What goes wrong: faults that a test switches on, each for some requests."""

import json
import random
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Act = Literal["answer", "drop", "lose", "slow", "shorten", "break off", "expire"]


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def as_json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body).encode())


def as_xml(status: int, code: str) -> Answer:
    """An error of the store of files."""
    return Answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode(), "application/xml")


def refused(code: str, message: str, status: int = 200) -> Answer:
    """A GraphQL error with the vendor's code."""
    return as_json(status, {"errors": [{"message": message, "extensions": {"code": code}}], "data": None})


def _page(status: int) -> Answer:
    return Answer(status, f"<html><title>{status}</title></html>".encode(), "text/html")


INVALID_KEY = refused("AUTHENTICATION_ERROR", "Invalid API key", 401)
EXPIRED = as_xml(403, "ExpiredToken")


@dataclass
class Fault:
    """What happens to the requests of that name: all but the first `after`, `times` of them (None: for good)."""

    act: Act
    where: str
    after: int
    times: int | None
    answer: Answer | None = None
    seconds: float = 0.0
    seen: int = field(default=0)

    def strikes(self, names: Collection[str]) -> bool:
        """Whether it happens to this request, which it counts."""
        if self.where not in names:
            return False
        self.seen += 1
        return self.seen > self.after and (self.times is None or self.seen <= self.after + self.times)


class Faults:
    """The faults that are switched on.

    `where` is "graphql" for every request to the API, "chunk" for those for chunk files, "rest" for those to the REST
    API, "import file" for those for the results of imports, the name of an operation such as
    "GetExportFileFromOffsetPyApi", or the field that it asks for, such as "task".
    """

    def __init__(self) -> None:
        self.all: list[Fault] = []
        self._storm: tuple[random.Random, float] | None = None
        self._lock = threading.Lock()

    def clear(self) -> None:
        self.all.clear()
        self._storm = None

    def throttle(
        self, where: str = "graphql", *, after: int = 0, times: int | None = 1, retry_after: int | None = None
    ) -> None:
        """HTTP 429 with the vendor's message, and with `Retry-After` in seconds if given."""
        message = "You have exceeded your API request limit, please try again later"
        headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
        self.answer(as_json(429, {"message": message})._replace(headers=headers), where, after=after, times=times)

    def status(self, status: int, where: str = "graphql", *, after: int = 0, times: int | None = 1) -> None:
        """An HTTP error such as 500, 502, 503 or 404, with a page instead of JSON."""
        self.answer(_page(status), where, after=after, times=times)

    def key_expires(self, *, after: int = 0) -> None:
        """AUTHENTICATION_ERROR from then on."""
        self.answer(INVALID_KEY, "graphql", after=after, times=None)

    def forbid(self, where: str = "graphql", *, after: int = 0, times: int | None = None) -> None:
        """AUTHORIZATION_ERROR."""
        self.refuse("AUTHORIZATION_ERROR", "You are not authorized to do this", where, after=after, times=times)

    def refuse(self, code: str, message: str, where: str, *, after: int = 0, times: int | None = 1) -> None:
        """Any GraphQL error by its code."""
        self.answer(refused(code, message), where, after=after, times=times)

    def not_json(self, where: str = "graphql", *, after: int = 0, times: int | None = 1) -> None:
        """HTTP 200 with a page, as a proxy answers."""
        self.status(200, where, after=after, times=times)

    def answer(self, answer: Answer, where: str, *, after: int = 0, times: int | None = 1) -> None:
        """Any answer."""
        self.all.append(Fault("answer", where, after, times, answer))

    def drop(self, where: str = "graphql", *, after: int = 0, times: int | None = 1) -> None:
        """The connection ends without an answer."""
        self.all.append(Fault("drop", where, after, times))

    def lose(self, where: str = "graphql", *, status: int | None = None, after: int = 0, times: int | None = 1) -> None:
        """The service does what it was asked to, but its answer is lost with the connection, or in an HTTP error."""
        answer = _page(status) if status else None
        self.all.append(Fault("lose", where, after, times, answer))

    def slow(self, seconds: float, where: str = "graphql", *, after: int = 0, times: int | None = None) -> None:
        """The answer comes late."""
        self.all.append(Fault("slow", where, after, times, seconds=seconds))

    def shorten(self, where: str = "chunk", *, after: int = 0, times: int | None = 1) -> None:
        """Half of the file, as if it were all of it."""
        self.all.append(Fault("shorten", where, after, times))

    def break_off(self, where: str = "chunk", *, after: int = 0, times: int | None = 1) -> None:
        """The connection ends after half of the answer, whose length was told."""
        self.all.append(Fault("break off", where, after, times))

    def expire(self, *, after: int = 0, times: int | None = 1) -> None:
        """The signed address of the chunk file has expired (403); one that is signed anew works."""
        self.all.append(Fault("expire", "chunk", after, times))

    def storm(self, share: float, seed: int = 0) -> None:
        """Let that share of all requests meet one of the faults that another attempt gets over."""
        self._storm = random.Random(seed), share

    def of(self, names: Collection[str]) -> list[Fault]:
        """The faults that happen to a request with these names."""
        with self._lock:
            return [fault for fault in (*self.all, *self._of_storm(names)) if fault.strikes(names)]

    def _of_storm(self, names: Collection[str]) -> list[Fault]:
        if self._storm is None or self._storm[0].random() >= self._storm[1]:
            return []
        passing = Faults()
        for where in names:
            if where in ("chunk", "import file"):
                passing.shorten(where)
                passing.expire()
            if where in ("chunk", "graphql", "import file"):
                passing.break_off(where)
                passing.drop(where)
                passing.throttle(where)
                passing.status(503, where)
        return [self._storm[0].choice(passing.all)] if passing.all else []
