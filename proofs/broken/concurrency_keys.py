"""Apps whose clients choose the key of a row, which no constraint keeps."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.broken import breaks
from proofs.innocent.starting import make_tables

CODE = "^[a-z0-9-]{1,30}$"


class Base(DeclarativeBase):
    pass


class Voucher(Base):
    __tablename__ = "vouchers"
    number: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), index=True)
    percent: Mapped[int]


class VoucherBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    code: str = Field(pattern=CODE)
    percent: int = Field(ge=1, le=100)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give the session of a request."""
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def voucher_of(session: AsyncSession, code: str) -> Voucher | None:
    """Look for the first voucher of a code."""
    first = select(Voucher).where(Voucher.code == code).order_by(Voucher.number).limit(1)
    found: Voucher | None = await session.scalar(first)
    return found


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make the tables, and keep the engine as long as the app runs."""
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@breaks("CON-02", says="both are stored as ")
def key_looked_up_first() -> FastAPI:
    """A create looks whether the code is there; the column is indexed, and not unique."""
    app = FastAPI(lifespan=lifespan)

    @app.get("/vouchers")
    async def list_vouchers(
        session: Session,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[VoucherBody]:
        page = select(Voucher).order_by(Voucher.number).limit(limit).offset(offset)
        return [VoucherBody.model_validate(row) for row in await session.scalars(page)]

    @app.post("/vouchers", status_code=201)
    async def create_voucher(sent: VoucherBody, session: Session) -> VoucherBody:
        if await voucher_of(session, sent.code):
            raise HTTPException(409, "there is such a voucher")
        session.add(Voucher(**sent.model_dump()))
        await session.commit()
        return sent

    @app.get("/vouchers/{code}")
    async def read_voucher(
        code: Annotated[str, Path(pattern=CODE)], session: Session
    ) -> VoucherBody:
        voucher = await voucher_of(session, code)
        if voucher is None:
            raise HTTPException(404, "there is no such voucher")
        return VoucherBody.model_validate(voucher)

    return app
