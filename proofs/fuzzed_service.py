"""A small service with a dict for its items, and a run of generated requests against it."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field

from contract_tests.instruments.exchange import Request
from contract_tests.scenarios.fuzzing import (
    PHASES,
    Answer,
    CaseGenerator,
    CheckFailure,
    DrawSpec,
    Executor,
    FuzzResults,
    SendRequest,
    labels,
)


class ItemIn(BaseModel):
    name: str = Field(min_length=1, max_length=255)
    description: str | None = None
    stock: int = Field(default=0, ge=0, le=1000)


class ItemOut(ItemIn):
    id: int


Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=100)]
ABSENT: dict[int | str, dict[str, Any]] = {404: {"description": "no such item"}}
UNREADABLE: dict[int | str, dict[str, Any]] = {400: {"description": "not a JSON body"}}


class Defects:
    """What a correct service does; a broken one overrides one method."""

    def look_at(self, body: ItemIn) -> None:
        """Accept every valid body."""

    def shown(self, item: ItemOut) -> object:
        return item

    def missing(self) -> HTTPException:
        return HTTPException(404)


def service(defects: Defects | None = None) -> FastAPI:
    """A service that keeps its items in a dict and declares everything it answers."""
    app, rows = FastAPI(), {7: ItemOut(id=7, name="seven")}
    defect = defects or Defects()

    @app.get("/items")
    async def listed(limit: Limit = 50) -> list[ItemOut]:
        return list(rows.values())[:limit]

    @app.post("/items", status_code=201, responses=UNREADABLE)
    async def create(body: ItemIn) -> ItemOut:
        defect.look_at(body)
        rows[len(rows) + 100] = ItemOut(id=len(rows) + 100, **body.model_dump())
        return rows[len(rows) + 99]

    @app.get("/items/{item_id}", response_model=None, responses={200: {"model": ItemOut}, **ABSENT})
    async def read(item_id: Id) -> object:
        if item_id not in rows:
            raise defect.missing()
        return defect.shown(rows[item_id])

    @app.put("/items/{item_id}", responses={**ABSENT, **UNREADABLE})
    async def replace(item_id: Id, body: ItemIn) -> ItemOut:
        if item_id not in rows:
            raise HTTPException(404)
        rows[item_id] = ItemOut(id=item_id, **body.model_dump())
        return rows[item_id]

    @app.delete("/items/{item_id}", status_code=204, responses=ABSENT)
    async def remove(item_id: Id) -> None:
        if rows.pop(item_id, None) is None:
            raise HTTPException(404)

    return app


@dataclass
class Wire:
    """Raw ASGI on a loop of its own; remembers every request."""

    loop: asyncio.AbstractEventLoop
    app: FastAPI
    sent: list[tuple[Request, int]] = field(default_factory=list)

    async def __call__(self, request: Request) -> Answer:
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        # An app that fails has answered 500 before it raises.
        with suppress(Exception):
            await self.app(_scope(request), receive, send)
        start, *bodies = messages
        headers = tuple((name.decode(), value.decode()) for name, value in start["headers"])
        body = b"".join(message.get("body", b"") for message in bodies)
        self.sent.append((request, start["status"]))
        return Answer(start["status"], headers, body)

    def now(self, request: Request) -> Answer:
        """Send one request from outside the loop."""
        return self.loop.run_until_complete(self(request))


def _scope(request: Request) -> dict[str, Any]:
    path, _, query = request.target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in request.headers
        ],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


@dataclass(frozen=True)
class Found:
    """What all cards of a document brought to light."""

    cases: Mapping[str, int]
    failures: tuple[CheckFailure, ...]


def explore(
    document: Mapping[str, Any],
    send: SendRequest,
    *,
    seed: int,
    examples: int = 10,
    headers: Mapping[str, str] = MappingProxyType({}),
    known: Mapping[str, object] = MappingProxyType({}),
) -> Found:
    """Play every card of every operation; DELETE comes last, so that the row lives long."""
    drawer = CaseGenerator(document, {})
    player = Executor(document, drawer, tuple(headers.items()))
    cases: dict[str, int] = {}
    failures: list[CheckFailure] = []
    for label in sorted(labels(document), key=lambda each: each.startswith("DELETE")):
        drawn = [drawer.draw(label, phase, DrawSpec(seed, examples)).cards for phase in PHASES]
        cards = [card for some in drawn for card in some]
        results = _run(send, player.play(cards, send, [known]))
        cases[label] = results.cases.get(label, 0)
        failures += results.failures.values()
    return Found(cases, tuple(failures))


def _run(send: SendRequest, playing: Coroutine[Any, Any, FuzzResults]) -> FuzzResults:
    return send.loop.run_until_complete(playing) if isinstance(send, Wire) else asyncio.run(playing)


def explored(app: FastAPI, loop: asyncio.AbstractEventLoop) -> Found:
    return explore(app.openapi(), Wire(loop, app), seed=1, known={"item_id": 7})


def results(found: Found) -> set[tuple[str, str, int]]:
    return {
        (failure.check, failure.card.operation, failure.answer.status)
        for failure in found.failures
        if not failure.suppression
    }
