"""The pace of requests: what a service answers with 429 is sent again, and never judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.instruments.scheduler import Scheduler
from contract_tests.rules.violation import CannotGoOn, PutOff, Undecided
from contract_tests.scenarios.concurrency.schedules import in_peace
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
            Exchange(1, request, status=status, headers=self._headers, complete=True)
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


def test_what_was_put_off_together_is_tried_once_more() -> None:
    """The second time, the service may serve it."""
    left = [PutOff("closed")]

    def run(schedule: str) -> str:
        if left:
            raise left.pop()
        return schedule

    assert in_peace(run, "AB") == "AB"  # type: ignore[type-var]  # a text stands for its result


def test_a_crowded_service_may_put_off(waits: list[float]) -> None:
    """Where the service is crowded on purpose, a 429 is its answer."""
    paced = PacedTransport(Answering(429))
    with paced.unpaced():
        (exchange,) = asyncio.run(paced.together([ASKED]))
    assert (exchange.status, waits) == (429, [])


def answers(paced: PacedTransport, times: int) -> list[int | None]:
    """The statuses of so many requests, sent one after the other."""
    return [asyncio.run(paced.together([ASKED]))[0].status for _ in range(times)]


@pytest.mark.usefixtures("waits")
def test_a_service_that_closes_for_a_moment_is_asked_again() -> None:
    """Nothing was wrong before, and it is open again at once."""
    paced = PacedTransport(Answering(200, 503, 200, 404))
    assert answers(paced, 3) == [200, 200, 404]


@pytest.mark.usefixtures("waits")
def test_what_stays_closed_is_an_answer() -> None:
    """An operation that always says so is not waited for, and a long pause is not either."""
    assert answers(PacedTransport(Answering(503, 503, 503, 503, 200)), 2) == [503, 200]
    later = (("Retry-After", "3600"),)
    assert answers(PacedTransport(Answering(503, 200, headers=later)), 2) == [503, 200]


@pytest.mark.parametrize(("before", "headers"), [(500, SOON), (200, ())])
@pytest.mark.usefixtures("waits")
def test_a_503_that_may_have_a_cause_is_an_answer(
    before: int, headers: tuple[tuple[str, str], ...]
) -> None:
    """A failure came before it, or nothing is said of another time."""
    paced = PacedTransport(Answering(before, 503, 200, headers=headers))
    assert answers(paced, 3) == [before, 503, 200]


def test_a_disturbed_service_may_close(waits: list[float]) -> None:
    """Inside a disturbance a 503 is the answer to it, and it may last for a while."""
    paced = PacedTransport(Answering(200, 503, 503, 200))
    assert answers(paced, 1) == [200]
    with paced.disturbed():
        assert answers(paced, 1) == [503]
    assert answers(paced, 2) == [503, 200]
    assert waits == []


@pytest.mark.usefixtures("waits")
def test_a_service_known_to_close_explains_a_503_after_a_failure() -> None:
    """It has closed before when nothing was wrong."""
    paced = PacedTransport(Answering(503, 200, 500, 503, 200))
    assert answers(paced, 3) == [200, 500, 200]


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
