"""What the kit cannot reach of a service is no part of it, and asking for it is not applicable."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from contract_tests.instruments.exchange import Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.rules.violation import NotApplicable
from contract_tests.service.access import Access
from contract_tests.service.capabilities import held
from contract_tests.service.loop import open_loop
from contract_tests.service.resource import Resource
from contract_tests.service.service import Service
from contract_tests.service.transports.conversation import ClientBehaviour
from contract_tests.service.transports.http import HttpTransport


@pytest.fixture
def service() -> Iterator[Service]:
    """A service of which no more than its address is known."""
    with socket.create_server(("127.0.0.1", 0)) as listening, open_loop() as loop:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        transport = HttpTransport(url, Recorder(), answered=lambda _: None)
        yield Service(Access(url, transport, loop), Resource("/items", {}))


@pytest.mark.parametrize("part", ["process", "recorder"])
def test_a_service_elsewhere_has_no_process(service: Service, part: str) -> None:
    """Neither its app nor what its engines did is here."""
    assert not service.has_process
    with pytest.raises(NotApplicable, match="only its answers are seen"):
        getattr(service, part)


@pytest.mark.parametrize("part", ["door", "database"])
def test_without_an_address_there_is_no_back_door(service: Service, part: str) -> None:
    """The words say how to open one."""
    assert not service.has_back_door
    with pytest.raises(NotApplicable, match="name its URL with --contract-database"):
        getattr(service, part)


def test_an_address_alone_shows_nothing_inside(service: Service) -> None:
    """Every capability of a part that is not there is missing; asking raises nothing."""
    inside = {"inside-view", "outside-view", "network", "async-engine", "factory"}
    assert inside.isdisjoint(held(service))


def test_over_http_the_client_is_the_ordinary_one(service: Service) -> None:
    """One that leaves early is not silently replaced by one that stays."""
    with pytest.raises(NotApplicable, match="the ordinary one"):
        service.exchange(Request("GET", "/items"), ClientBehaviour(leaves=1))
