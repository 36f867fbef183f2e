"""Vouchers that nobody may list: they are made, and read by whoever knows their number."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Voucher(Base):
    __tablename__ = "vouchers"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)


class VoucherIn(BaseModel):
    code: SafeText = Field(min_length=1, max_length=40)


class VoucherOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    code: str


class Problem(BaseModel):
    detail: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def issue(voucher: VoucherIn, session: Session) -> VoucherOut:
    row = Voucher(code=voucher.code)
    session.add(row)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(409, "there is such a voucher") from error
    return VoucherOut.model_validate(row)


async def show(
    voucher_id: Annotated[int, Path(ge=1, le=2**31 - 1)], session: Session
) -> VoucherOut:
    row = await session.get(Voucher, voucher_id)
    if row is None:
        raise HTTPException(404)
    return VoucherOut.model_validate(row)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="no list shows what a create has stored, and no two creates may send the same")
def app() -> FastAPI:
    """A create that takes each code once, and a read by id: nothing lists, changes or deletes."""
    made = FastAPI(lifespan=lifespan)
    made.add_api_route(
        "/vouchers", issue, methods=["POST"], status_code=201, responses={409: {"model": Problem}}
    )
    made.add_api_route("/vouchers/{voucher_id}", show, responses={404: {"model": Problem}})
    return made
