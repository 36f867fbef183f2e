"""Words as a plain ASGI callable: no framework at all."""

import json
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import String, delete, select
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

ITEM = re.compile(r"/words/([1-9][0-9]{0,9})\Z")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Base(DeclarativeBase):
    pass


class Word(Base):
    __tablename__ = "words"
    id: Mapped[int] = mapped_column(primary_key=True)
    spelling: Mapped[str] = mapped_column(String(45))
    meaning: Mapped[str] = mapped_column(String(400), default="")


class WordIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    spelling: SafeText = Field(min_length=1, max_length=45)
    meaning: SafeText = Field(default="", max_length=400)


class Refusal(Exception):  # noqa: N818 - an answer, not a defect
    """The request is at fault: a status and a reason."""


class Words:
    """The ASGI app: lifespan, a collection at /words, rows below it."""

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            try:
                status, body = await self.answer(scope, receive)
            except Refusal as refusal:
                status, body = refusal.args[0], {"reason": refusal.args[1]}
            await self.say(send, status, body)

    async def live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.engine = create_async_engine(os.environ["DATABASE_URL"])
        async with self.engine.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.engine.dispose()
        await send({"type": "lifespan.shutdown.complete"})

    async def answer(self, scope: Message, receive: Receive) -> tuple[int, Any]:
        path, method = scope["path"], scope["method"]
        item = ITEM.match(path)
        async with self.sessions() as session:
            match method:
                case "GET" if path == "/words":
                    words = await session.scalars(select(Word).order_by(Word.id).limit(200))
                    return 200, [shown(word) for word in words]
                case "POST" if path == "/words":
                    word = Word(**(await sent(scope, receive)).model_dump())
                    session.add(word)
                    await session.commit()
                    return 201, shown(word)
                case "GET" if item:
                    return 200, shown(await found(session, int(item[1])))
                case "DELETE" if item:
                    word = await found(session, int(item[1]))
                    await session.execute(delete(Word).where(Word.id == word.id))
                    await session.commit()
                    return 200, None
        raise Refusal(405 if path == "/words" or item else 404, f"no {method} here")

    async def say(self, send: Send, status: int, body: Any) -> None:
        head = [(b"content-type", b"application/json")]
        if status == 405:
            head.append((b"allow", b"GET, POST, DELETE"))
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def shown(word: Word) -> dict[str, Any]:
    return {"id": word.id, "spelling": word.spelling, "meaning": word.meaning}


async def found(session: AsyncSession, word_id: int) -> Word:
    word = await session.get(Word, word_id, with_for_update=True) if word_id < 2**31 else None
    if word is None:
        raise Refusal(404, "no such word")
    return word


async def sent(scope: Message, receive: Receive) -> WordIn:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    if kinds != [b"application/json"]:
        raise Refusal(415, "application/json only")
    body, is_more = b"", True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the client has left")
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    try:
        return WordIn.model_validate_json(body)
    except ValidationError:
        raise Refusal(422, "not a word") from None


@innocent(
    looks="No framework, no document, no PUT, no PATCH, and a delete that answers null.",
    arguments=("--contract-resource", "/words"),
)
def app() -> Words:
    """A callable of scope, receive and send."""
    return Words()
