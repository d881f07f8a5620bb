"""Login at Labelbox by its SDK, and what goes wrong there, as errors of labelstore."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from labelstore.connected.service.client import connect
from labelstore.connected.service.errors import (
    ForbiddenError,
    KeyMissingError,
    KeyRefusedError,
    UnknownThingError,
    told,
)
from labelstore.connected.service.keys import VARIABLE
from labelstore.errors import BusyError, ServiceError, UsageError
from tests.labelbox_service import Answer, Service, Workspace, hurried, labelbox_service
from tests.labelbox_service.samples import PROJECT, small_lines


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with labelbox_service(Workspace(small_lines(2))) as service, hurried():
        monkeypatch.setenv(VARIABLE, service.key)
        yield service


def says(body: bytes) -> Answer:
    return Answer(200, body)


def found(service: Service, project: str = PROJECT) -> Any:
    with told(f"project {project}"):
        return connect(service.endpoint).get_project(project)


def test_the_key_of_the_environment_logs_in(service: Service) -> None:
    assert found(service).name == "Signs"
    assert {request.headers["authorization"] for request in service.requests} == {f"Bearer {service.key}"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (lambda faults: faults.key_expires(), KeyRefusedError),
        (lambda faults: faults.forbid(), ForbiddenError),
        (lambda faults: faults.throttle(), BusyError),
        (lambda faults: faults.status(503, times=None), BusyError),
        (lambda faults: faults.drop(), BusyError),
        (lambda faults: faults.break_off("graphql"), BusyError),
        (lambda faults: faults.not_json(), BusyError),
        (lambda faults: faults.status(404), BusyError),
        (lambda faults: faults.refuse("ODD", "never seen", "graphql"), ServiceError),
        (lambda faults: faults.answer(says(b"[]"), "graphql"), ServiceError),
        (lambda faults: faults.answer(says(b'{"data": {"project": {}}}'), "graphql"), ServiceError),
        (lambda faults: faults.answer(says(b'{"data": {"project": 5}}'), "graphql"), ServiceError),
        (lambda faults: faults.answer(says(b'{"data": 5}'), "graphql"), ServiceError),
        (lambda faults: faults.answer(says(b'{"errors": [5]}'), "graphql"), ServiceError),
    ],
)
def test_every_fault_of_the_service_is_an_error_of_ours(
    service: Service, fault: Callable[[Any], None], error: type[ServiceError], caplog: pytest.LogCaptureFixture
) -> None:
    fault(service.faults)
    with caplog.at_level(logging.DEBUG), pytest.raises(error) as raised:
        found(service)
    assert type(raised.value) is error
    for text in (str(raised.value), repr(raised.value), caplog.text):
        assert service.key not in text


def test_a_server_that_comes_back_is_waited_for(service: Service) -> None:
    service.faults.status(502, times=3)
    assert found(service)


def test_an_unknown_project_is_named(service: Service) -> None:
    with pytest.raises(UnknownThingError, match="project another: there is none with this id"):
        found(service, "another")


def test_a_key_is_needed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, " ")
    monkeypatch.setattr("labelstore.connected.service.keys._of_keyring", lambda: "")
    with pytest.raises(KeyMissingError, match=f"set {VARIABLE}"):
        connect(service.endpoint)
    assert not service.requests


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://labelbox.example.com/graphql",
        "ftp://127.0.0.1/graphql",
        "https://",
        "https://a:b@example.com",
        "graphql",
    ],
)
def test_a_key_goes_to_no_address_that_others_can_read(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "a key")
    with pytest.raises(UsageError, match="give the https:// address"):
        connect(endpoint)
