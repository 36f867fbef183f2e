"""Authors on Litestar with advanced-alchemy: repositories, DTO-free, its own session plug-in."""

import os
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String
from sqlalchemy.exc import SADeprecationWarning
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

with warnings.catch_warnings():
    # Litestar imports advanced-alchemy, whose decorators SQLAlchemy 2.1 deprecates.
    warnings.simplefilter("ignore", SADeprecationWarning)
    from advanced_alchemy.base import UUIDBase
    from advanced_alchemy.exceptions import NotFoundError
    from advanced_alchemy.extensions.litestar import (
        AsyncSessionConfig,
        SQLAlchemyAsyncConfig,
        SQLAlchemyPlugin,
        repository,
    )
    from advanced_alchemy.filters import LimitOffset
    from litestar import Controller, Litestar, Request, Response, delete, get, patch, post
    from litestar.di import Provide
    from litestar.exceptions import NotFoundException
    from litestar.params import Parameter


class AuthorModel(UUIDBase):
    __tablename__ = "author"
    name: Mapped[str] = mapped_column(String(90))
    origin: Mapped[str | None] = mapped_column(String(90))


class AuthorIn(BaseModel):
    name: SafeText = Field(min_length=1, max_length=90)
    origin: SafeText | None = Field(default=None, max_length=90)


class AuthorChange(BaseModel):
    name: SafeText = Field(default_factory=str, min_length=1, max_length=90)
    origin: SafeText | None = Field(default=None, max_length=90)


class Author(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    name: str
    origin: str | None


class Authors(BaseModel):
    items: list[Author]
    total: int


class AuthorRepository(repository.SQLAlchemyAsyncRepository[AuthorModel]):
    model_type = AuthorModel


async def provide_authors(db_session: AsyncSession) -> AuthorRepository:
    return AuthorRepository(session=db_session)


async def found(authors: AuthorRepository, author_id: UUID) -> AuthorModel:
    try:
        return await authors.get(author_id)
    except NotFoundError:
        raise NotFoundException("there is no such author") from None


def refused(_request: Request[Any, Any, Any], _error: Exception) -> Response[dict[str, str]]:
    """Blame the body: Litestar takes bytes that are no text, or nested too deep, for a defect."""
    return Response({"detail": "the body cannot be read"}, status_code=400)


class AuthorController(Controller):
    path = "/authors"
    dependencies = {"authors": Provide(provide_authors)}  # noqa: RUF012 - as Litestar declares it

    @get()
    async def list_authors(
        self,
        authors: AuthorRepository,
        limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
        offset: Annotated[int, Parameter(ge=0, le=10**9)] = 0,
    ) -> Authors:
        page = LimitOffset(limit, offset)
        rows, total = await authors.list_and_count(page, order_by=(AuthorModel.id, False))
        return Authors(items=[Author.model_validate(row) for row in rows], total=total)

    @post()
    async def create_author(self, authors: AuthorRepository, data: AuthorIn) -> Author:
        row = await authors.add(AuthorModel(**data.model_dump()))
        await authors.session.commit()
        return Author.model_validate(row)

    @get("/{author_id:uuid}")
    async def read_author(self, authors: AuthorRepository, author_id: UUID) -> Author:
        return Author.model_validate(await found(authors, author_id))

    @patch("/{author_id:uuid}")
    async def change_author(
        self, authors: AuthorRepository, author_id: UUID, data: AuthorChange
    ) -> Author:
        row = await found(authors, author_id)
        for name, value in data.model_dump(exclude_unset=True).items():
            setattr(row, name, value)
        await authors.session.commit()
        return Author.model_validate(row)

    @delete("/{author_id:uuid}")
    async def delete_author(self, authors: AuthorRepository, author_id: UUID) -> None:
        await authors.session.delete(await found(authors, author_id))
        await authors.session.commit()


@innocent(
    looks="Invalid bodies answer 400, ids are UUIDs, the document lies at /schema.",
    databases=NOT_MARIADB,
)
def app() -> Litestar:
    """Litestar's controller, advanced-alchemy's repository and session."""
    config = SQLAlchemyAsyncConfig(
        connection_string=os.environ["DATABASE_URL"],
        session_config=AsyncSessionConfig(expire_on_commit=False),
    )

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None, Any]:
        async with config.get_engine().begin() as connection:
            await connection.run_sync(make_tables, UUIDBase.metadata)
        yield
        # The plug-in disposes the engine of the first app only that a process makes.
        await config.get_engine().dispose()

    return Litestar(
        route_handlers=[AuthorController],
        plugins=[SQLAlchemyPlugin(config=config)],
        lifespan=[lifespan],
        exception_handlers={UnicodeDecodeError: refused, RecursionError: refused},
    )
