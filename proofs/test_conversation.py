"""Facts about the other end of a request: when it leaves, and how an app learns of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import Request as StarletteRequest
from starlette.types import Message, Receive, Scope, Send

from contract_tests.instruments.exchange import UNSENT, Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.service.transports import asgi, sending
from contract_tests.service.transports.asgi import AsgiTransport
from contract_tests.service.transports.conversation import PADDING, ClientBehaviour

App = Callable[[Scope, Receive, Send], Awaitable[None]]
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
MORE: Message = {"type": "http.response.body", "body": b"a", "more_body": True}
END: Message = {"type": "http.response.body", "body": b"b"}
POST = Request("POST", "/", body=b"{}")


def told(app: App, client: ClientBehaviour, request: Request = POST) -> Exchange:
    """What happens when this client sends a request to this app."""
    return asyncio.run(AsgiTransport(app, Recorder()).exchange(request, client))


def kinds(exchange: Exchange) -> list[str]:
    """The kinds of its events, in order."""
    return [event.kind for event in exchange.events]


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in two parts, whatever is sent."""
    for message in (START, MORE, END):
        await send(message)


def test_a_body_comes_in_two_parts_with_a_blank_at_the_end() -> None:
    """Both are as long as the header says, and the second is the last."""
    seen: list[Message] = []
    lengths: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        lengths.append(dict(scope["headers"])[b"content-length"])
        seen.extend([await receive(), await receive()])

    told(app, ClientBehaviour(parts=2))
    assert [(m["body"], m["more_body"]) for m in seen] == [(b"{}", True), (PADDING, False)]
    assert lengths == [b"3"]


def test_a_client_that_has_left_sends_no_more() -> None:
    """One that leaves before its second message has sent the first only."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend([(await receive())["type"] for _ in range(3)])

    exchange = told(app, ClientBehaviour(parts=2, leaves=2))
    assert seen == ["http.request", "http.disconnect", "http.disconnect"]
    assert kinds(exchange) == ["request body", "client gone", "returned"]


@pytest.mark.parametrize("leaves", [1, 2, 3])
def test_what_is_sent_to_a_client_that_has_left_is_dropped(leaves: int) -> None:
    """The app is not told, and the exchange has what had passed before."""
    exchange = told(answering, ClientBehaviour(leaves=leaves), Request("GET", "/"))

    assert kinds(exchange)[-2:] == ["client gone", "returned"]
    assert (exchange.messages, exchange.abandoned) == (leaves - 1, True)
    assert (exchange.status, exchange.complete) == (200 if leaves > 1 else None, False)


def test_a_client_that_has_broken_off_is_an_error_to_send_to() -> None:
    """The app gets an `OSError`, and the events say that it was told so."""
    exchange = told(answering, ClientBehaviour(leaves=1, breaks=True), Request("GET", "/"))

    assert [event.text for event in exchange.of("client gone")] == [UNSENT]
    assert exchange.raised.startswith("OSError")
    assert exchange.status is None


def test_a_client_that_leaves_after_the_last_message_has_the_whole_answer() -> None:
    """It is gone all the same, which an app may notice."""
    exchange = told(answering, ClientBehaviour(leaves=4), Request("GET", "/"))

    assert (exchange.complete, exchange.body, exchange.abandoned) == (True, b"ab", True)


def test_a_client_that_stays_is_never_gone() -> None:
    """Where there are fewer messages than it would leave before, nothing is abandoned."""
    assert not told(answering, ClientBehaviour(leaves=5), Request("GET", "/")).abandoned


@pytest.mark.parametrize(("leaves", "expected"), [(2, [True, True]), (9, [False, False])])
def test_an_app_that_asks_without_waiting_is_told(leaves: int, expected: list[bool]) -> None:
    """`is_disconnected` cancels what it awaits: the answer is there at once, or not at all."""
    seen: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = StarletteRequest(scope, receive)
        await request.body()
        seen.extend([await request.is_disconnected(), await request.is_disconnected()])

    told(app, ClientBehaviour(patient=False, leaves=leaves))
    assert seen == expected


def test_who_waits_for_the_client_is_woken_when_it_leaves() -> None:
    """A stream's listener learns of it as soon as the last message has passed."""
    order: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            order.append("left")

        listening = asyncio.create_task(listen())
        await answering(scope, receive, send)
        await listening
        order.append("answered")

    told(app, ClientBehaviour(patient=False, leaves=4))
    assert order == ["left", "answered"]


async def listening(receive: Receive) -> None:
    """Take messages until there are no more, as frameworks do in a task of their own."""
    while (await receive())["type"] != "http.disconnect":
        pass


def test_who_waits_for_the_client_is_woken_when_all_was_answered() -> None:
    """As uvicorn does: an app may answer and then wait for its listener."""
    order: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        listener = asyncio.create_task(listening(receive))
        await answering(scope, receive, send)
        await listener
        order.append("ended")

    exchange = told(app, ClientBehaviour())
    assert order == ["ended"]
    assert (exchange.complete, exchange.abandoned) == (True, False)


def test_who_still_waits_when_the_app_has_returned_is_woken() -> None:
    """A listener that an app leaves behind ends with its request."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asyncio.create_task(listening(receive))  # noqa: RUF006 - forgotten on purpose
        raise RuntimeError("before any answer")

    assert told(app, ClientBehaviour()).lasting == ()


def test_what_never_settles_is_waited_for_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that every request leaves behind for good must not cost each of a thousand seconds."""
    waits: list[float] = []
    wait = asyncio.wait

    async def waiting(tasks: Any, *, timeout: float) -> Any:  # noqa: ASYNC109 - as asyncio's
        waits.append(timeout)
        return await wait(tasks, timeout=min(timeout, asgi.BRIEFLY))

    async def forever() -> None:
        await asyncio.Event().wait()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asyncio.create_task(forever())  # noqa: RUF006 - forgotten on purpose
        await answering(scope, receive, send)

    async def requests() -> list[Exchange]:
        target = AsgiTransport(app, Recorder())
        with monkeypatch.context() as patched:
            patched.setattr(asyncio, "wait", waiting)
            return [await target.exchange(POST) for _ in range(5)]

    exchanges = asyncio.run(requests())
    settling = [limit for limit in waits if limit != sending.LIMIT]
    assert settling == [sending.SETTLING] * 3 + [asgi.BRIEFLY] * 2
    assert all("forever" in name for each in exchanges for name in each.lasting)
    assert all(each.lasting for each in exchanges)
