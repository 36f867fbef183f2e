"""The pace of requests: what a service answers with 429 is sent again, and never judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.instruments.scheduler import Scheduler
from contract_tests.rules.violation import CannotGoOn, Undecided
from contract_tests.service.transports.conversation import PATIENT, ClientBehaviour
from contract_tests.service.transports.pacing import PacedTransport, in_turn, requested_pause
from contract_tests.service.transports.sending import Sender

ASKED = Request("GET", "/pens")
SOON = (("Retry-After", "0"),)


class Answering:
    """A transport whose service answers each request with the next status."""

    def __init__(self, *statuses: int, headers: tuple[tuple[str, str], ...] = SOON) -> None:
        self._statuses = list(statuses)
        self._headers = headers
        self.sent = 0
        self.sender = Sender(Recorder())

    async def together(
        self,
        requests: Sequence[Request],
        client: ClientBehaviour = PATIENT,
        *,
        turns: Scheduler | None = None,
    ) -> list[Exchange]:
        """Answer all of them."""
        self.sent += len(requests)
        statuses = [self._statuses.pop(0) for _ in requests]
        return [
            Exchange(1, request, status=status, headers=self._headers)
            for request, status in zip(requests, statuses, strict=True)
        ]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for, none of which takes time."""
    asked: list[float] = []

    async def wait(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr("contract_tests.service.transports.pacing.asyncio.sleep", wait)
    return asked


def test_a_request_that_is_put_off_is_sent_again(waits: list[float]) -> None:
    """The answer that counts is the one after the wait that the service asked for."""
    service = Answering(429, 200, headers=(("retry-after", "7"),))
    (exchange,) = asyncio.run(PacedTransport(service).together([ASKED]))
    assert (exchange.status, service.sent, waits) == (200, 2, [7.0])


def test_later_requests_are_spread(waits: list[float]) -> None:
    """Once the pace is known, requests wait before they are sent."""
    service = Answering(200, 200, 429, 200, 200)
    paced = PacedTransport(service)
    for _ in range(4):
        asyncio.run(paced.together([ASKED]))
    assert service.sent == 5
    assert waits[-1] > 0


def test_a_limit_that_lasts_ends_the_run(waits: list[float]) -> None:
    """The line says which request met the limit, and what to set."""
    service = Answering(429, headers=(("Retry-After", "3600"),))
    with pytest.raises(CannotGoOn, match="GET /pens -> 429, to be sent again after 3600 s") as end:
        asyncio.run(PacedTransport(service).together([ASKED]))
    assert "--contract-profile quick" in str(end.value)
    assert waits == []


def test_a_run_does_not_wait_without_end(waits: list[float]) -> None:
    """Waits are added up over the whole run."""
    paced = PacedTransport(Answering(429, 200, 429, headers=(("Retry-After", "5"),)), enough=8)
    asyncio.run(paced.together([ASKED]))
    with pytest.raises(CannotGoOn, match="has waited 5 s"):
        asyncio.run(paced.together([ASKED]))
    assert waits == [5.0]


def test_requests_sent_together_are_not_sent_again_in_part(waits: list[float]) -> None:
    """Where one was served and one put off, what was to be seen together was not."""
    with pytest.raises(Undecided, match="limits requests"):
        asyncio.run(PacedTransport(Answering(200, 429)).together([ASKED, ASKED]))
    assert len(waits) == 1


def test_a_crowded_service_may_put_off(waits: list[float]) -> None:
    """Where the service is crowded on purpose, a 429 is its answer."""
    paced = PacedTransport(Answering(429))
    with paced.unpaced():
        (exchange,) = asyncio.run(paced.together([ASKED]))
    assert (exchange.status, waits) == (429, [])


@pytest.mark.parametrize(
    ("told", "seconds"), [("12", 12.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", 0.0)]
)
def test_both_spellings_of_a_pause_are_read(told: str, seconds: float) -> None:
    """`Retry-After` is a number of seconds or a date; what is neither says nothing."""
    exchange = Exchange(1, ASKED, status=429, headers=(("retry-after", told),))
    assert seconds == requested_pause(exchange)


def told(*statuses: int) -> Callable[[], Exchange]:
    """Answer with one status after the other, and the last one for ever."""
    left = list(statuses)
    return lambda: Exchange(1, ASKED, status=left.pop(0) if left[1:] else left[0], headers=SOON)


def test_an_app_in_another_interpreter_is_asked_again() -> None:
    """Its pauses are the service's own, and become longer."""
    waits: list[float] = []
    assert in_turn(told(429, 429, 429, 200), waits.append).status == 200
    assert waits == [1.0, 1.0, 2.0]


def test_an_app_in_another_interpreter_is_not_asked_for_ever() -> None:
    """What it would have answered is not known."""
    with pytest.raises(Undecided, match="limits requests: GET /pens -> 429"):
        in_turn(told(429), lambda _: None)
