"""Without a document the kit sends what a service takes, and not what it sets by itself."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contract_tests.rules import AREAS
from proofs.conftest import Servers
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText
from proofs.matrix import run_contract

RULES = ",".join(rule.id for area in ("crud", "payloads") for rule in AREAS[area])


NoteId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Number = Annotated[int, Query(ge=1, le=1_000_000)]
Size = Annotated[int, Query(ge=1, le=100)]


class Base(DeclarativeBase):
    pass


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    created_at: Mapped[datetime] = mapped_column(
        default=lambda: datetime.now(UTC).replace(tzinfo=None)
    )
    archived_at: Mapped[datetime | None]


def notes(extra: Any) -> FastAPI:
    """Notes without a document, which take a title and a priority of at most a thousand."""

    class NoteIn(BaseModel):
        model_config = ConfigDict(extra=extra)
        title: SafeText = Field(min_length=1, max_length=80)
        priority: int = Field(ge=0, le=1000)

    engine = create_async_engine(os.environ["APP_DATABASE_URL"])
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        yield
        await engine.dispose()

    def shown(note: Note) -> dict[str, Any]:
        return {
            "id": note.id,
            "title": note.title,
            "priority": note.priority,
            "state": note.state,
            "created_at": note.created_at,
        }

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.get("/notes")
    async def list_notes(page: Number = 1, size: Size = 20) -> list[dict[str, Any]]:
        asked = select(Note).order_by(Note.id).limit(size).offset((page - 1) * size)
        async with sessions() as session:
            return [shown(note) for note in await session.scalars(asked)]

    @app.post("/notes", status_code=201)
    async def add_note(body: NoteIn) -> dict[str, Any]:
        note = Note(title=body.title, priority=body.priority)
        async with sessions.begin() as session:
            session.add(note)
        return shown(note)

    @app.get("/notes/{note_id}")
    async def read_note(note_id: NoteId) -> dict[str, Any]:
        async with sessions() as session:
            note = await session.get(Note, note_id)
        if note is None:
            raise HTTPException(404)
        return shown(note)

    return app


def lenient() -> FastAPI:
    """What it does not know is ignored."""
    return notes("ignore")


def strict() -> FastAPI:
    """What it does not know is refused."""
    return notes("forbid")


@pytest.mark.parametrize(("app", "database"), [("lenient", "sqlite"), ("strict", "postgresql")])
def test_a_service_is_not_held_to_columns_of_its_own(
    app: str, database: str, servers: Servers
) -> None:
    """Stamps, a state and what is never shown are not asked for again."""
    result = run_contract(
        f"proofs.test_own_fields:{app}",
        database,
        "--contract-resource",
        "/notes",
        "--contract-rule",
        RULES,
        "--contract-profile",
        "quick",
        environ=servers.environ(database),
    )
    assert result.exit_code == 0, result.printed
    assert result.report["facts"]["resource"]["paging"] == ["size", "page"]
    assert {"CRU-01", "CRU-02", "CRU-03", "CRU-23", "CRU-32", "PAY-01"} <= result.rules("upheld")
