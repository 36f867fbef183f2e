"""Apps that stumble over bodies which are no JSON, no text or no object."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from proofs.broken import breaks
from proofs.innocent.free_form import documents
from reference_app import create_app
from reference_app.errors import answer_invalid_request, logger

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


def echoing(*kinds: type, respond: Callable[[Any], Response]) -> FastAPI:
    """The reference app, its refusals repeating inputs of these kinds."""
    app = create_app()

    async def answer(request: Request, error: RequestValidationError) -> Response:
        inputs = [e["input"] for e in error.errors() if type(e["input"]) in kinds]
        if inputs:
            respond({"input": inputs})
        return await answer_invalid_request(request, error)

    app.add_exception_handler(RequestValidationError, answer)  # type: ignore[arg-type]
    return app


@breaks("PAY-08", says="lone surrogate")
def echo_of_texts() -> FastAPI:
    """A refusal repeats the text it refuses, even one that cannot be encoded."""
    return echoing(str, respond=JSONResponse)


@breaks("PAY-09", says="NaN")
def echo_of_numbers() -> FastAPI:
    """A refusal repeats the number it refuses, even one that JSON does not have."""
    return echoing(float, respond=JSONResponse)


@breaks("PAY-10", says="nested 600 deep")
def measured_depth() -> FastAPI:
    """A refusal measures how deep the refused list is, one call for each level."""

    def depth(value: Any) -> int:
        inside: Iterable[Any] = value if isinstance(value, list) else ()
        return 1 + max((depth(item) for item in inside), default=0)

    def respond(value: Any) -> Response:
        return JSONResponse({"depth": depth(value["input"])})

    return echoing(list, respond=respond)


@breaks("PAY-18", says="an image")
def echo_of_bytes() -> FastAPI:
    """A refusal repeats the bytes it refuses as if they were text."""
    return echoing(bytes, respond=lambda value: Response(b"".join(value["input"]).decode()))


@breaks("PAY-11", says="truncated JSON")
def log_of_the_name() -> FastAPI:
    """The handler of invalid requests logs the name in the body, which may be no object."""
    app = create_app()

    async def answer(request: Request, error: RequestValidationError) -> Response:
        if not isinstance(error.body, bytes):
            logger.info("refused %s", (error.body or {}).get("name"))
        return await answer_invalid_request(request, error)

    app.add_exception_handler(RequestValidationError, answer)  # type: ignore[arg-type]
    return app


class OnCreate:
    """A middleware that looks at the request of every create first."""

    def __init__(self, app: Any, look: Callable[[Message, Message], None]) -> None:
        self.app = app
        self.look = look

    async def __call__(self, scope: Message, receive: Receive, send: Any) -> None:
        """Show scope and body to `look`, then pass both on."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        first = [await receive()]
        self.look(scope, first[0])

        async def again() -> Message:
            return first.pop() if first else await receive()

        await self.app(scope, again, send)


@breaks("PAY-12", says="invalid UTF-8")
def decoded_for_the_log() -> FastAPI:
    """A middleware decodes the body of every JSON request in order to log it."""
    app = create_app()

    def look(scope: Message, message: Message) -> None:
        if dict(scope["headers"]).get(b"content-type", b"").endswith(b"json"):
            # json.loads reads surrogates as bytes, and so does this.
            logger.debug(
                "%s", message["body"].decode(json.detect_encoding(message["body"]), "surrogatepass")
            )

    app.add_middleware(OnCreate, look=look)
    return app


@breaks("PAY-13", says="JSON sent as plain text")
def everything_is_json() -> FastAPI:
    """A middleware calls every body JSON, for the sake of an old client."""
    app = create_app()

    def look(scope: Message, message: Message) -> None:
        others = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
        scope["headers"] = [*others, (b"content-type", b"application/json")]

    app.add_middleware(OnCreate, look=look)
    return app


@breaks("PAY-15", says="nested 300 deep", also=("PAY-10",))
def documents_of_any_depth() -> FastAPI:
    """A document is stored that is too deep to be written out again, in the list as well."""
    return documents(levels=1000)
