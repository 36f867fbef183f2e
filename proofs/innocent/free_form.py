"""Documents of any shape: no JSON object is wrong."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException, Path, Query
from sqlalchemy import Text, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables


class Base(DeclarativeBase):
    pass


class Document(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str] = mapped_column(Text)


Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Content = Annotated[dict[str, Any], Body(json_schema_extra={"properties": {"title": {}}})]


def is_deep(value: Any, levels: int) -> bool:
    """Whether more levels are in each other: what is too deep to be written spoils every list."""
    inside = value.values() if isinstance(value, dict) else value
    is_nest = isinstance(value, dict | list)
    return is_nest and (not levels or any(is_deep(item, levels - 1) for item in inside))


def written(content: dict[str, Any], levels: int) -> str:
    if is_deep(content, levels):
        raise HTTPException(422, "too deep")
    try:
        text = json.dumps(content, allow_nan=False)
        text.encode("utf-8")
        json.dumps(content, ensure_ascii=False).encode("utf-8")
    except ValueError:
        raise HTTPException(422, "not a number, or not a character") from None
    return text


def shown(document: Document) -> dict[str, Any]:
    return json.loads(document.content) | {"id": document.id}  # type: ignore[no-any-return]


@innocent(looks="never refuses a body that is an object")
def app() -> FastAPI:
    """Any object is stored as its text, and a PATCH adds to it."""
    return documents(levels=50)


def documents(levels: int) -> FastAPI:
    """Documents of at most so many levels."""
    engine = create_async_engine(os.environ["APP_DATABASE_URL"])
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        yield
        await engine.dispose()

    service = FastAPI(title="Documents", lifespan=lifespan)

    @service.get("/documents")
    async def list_documents(
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[dict[str, Any]]:
        asked = select(Document).order_by(Document.id).limit(limit).offset(offset)
        async with sessions() as session:
            return [shown(document) for document in await session.scalars(asked)]

    @service.post("/documents", status_code=201)
    async def add_document(content: Content) -> dict[str, Any]:
        document = Document(content=written(content, levels))
        async with sessions.begin() as session:
            session.add(document)
        return shown(document)

    @service.get("/documents/{number}")
    async def read_document(number: Id) -> dict[str, Any]:
        async with sessions() as session:
            document = await session.get(Document, number)
        if document is None:
            raise HTTPException(404)
        return shown(document)

    @service.patch("/documents/{number}")
    async def change_document(number: Id, content: Content) -> dict[str, Any]:
        text = written(content, levels)
        async with sessions.begin() as session:
            document = await session.get(Document, number, with_for_update=True)
            if document is None:
                raise HTTPException(404)
            document.content = written(json.loads(document.content) | json.loads(text), levels)
        return shown(document)

    @service.delete("/documents/{number}", status_code=204)
    async def drop_document(number: Id) -> None:
        async with sessions.begin() as session:
            document = await session.get(Document, number, with_for_update=True)
            if document is None:
                raise HTTPException(404)
            await session.delete(document)

    return service
