"""Orders with their lines: one create stores rows of two tables."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, String, event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(String(80))
    lines: Mapped[list["Line"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Line.id"
    )


class Line(Base):
    __tablename__ = "order_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    article: Mapped[str] = mapped_column(String(80))
    quantity: Mapped[int]


class LineIn(BaseModel):
    article: SafeText = Field(min_length=1, max_length=80)
    quantity: int = Field(ge=1, le=1_000_000)


class OrderIn(BaseModel):
    customer: SafeText = Field(min_length=1, max_length=80)
    lines: list[LineIn] = Field(min_length=1, max_length=50)


class LineOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    article: str
    quantity: int


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    customer: str
    lines: list[LineOut]


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
OrderId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/orders")


async def order_or_404(session: AsyncSession, order_id: int) -> Order:
    order = await session.get(Order, order_id, with_for_update=True)
    if order is None:
        raise HTTPException(404, "Order not found")
    return order


@router.get("", response_model=list[OrderOut])
async def list_orders(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Order).order_by(Order.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("", response_model=OrderOut, status_code=201)
async def create_order(order: OrderIn, session: Session) -> Any:
    lines = [Line(**line.model_dump()) for line in order.lines]
    row = Order(customer=order.customer, lines=lines)
    session.add(row)
    await session.commit()
    return row


@router.get("/{order_id}", response_model=OrderOut)
async def read_order(order_id: OrderId, session: Session) -> Any:
    return await order_or_404(session, order_id)


@router.put("/{order_id}", response_model=OrderOut)
async def replace_order(order_id: OrderId, order: OrderIn, session: Session) -> Any:
    row = await order_or_404(session, order_id)
    row.customer = order.customer
    row.lines = [Line(**line.model_dump()) for line in order.lines]
    await session.commit()
    return row


@router.delete("/{order_id}", status_code=204)
async def delete_order(order_id: OrderId, session: Session) -> None:
    await session.delete(await order_or_404(session, order_id))
    await session.commit()


def enforce(connection: Any, _record: Any) -> None:
    """SQLite keeps foreign keys only when each connection asks for it."""
    connection.execute("PRAGMA foreign_keys=ON").close()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", enforce)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="One create writes several rows; lines come back with ids that nobody sent.")
def app() -> FastAPI:
    """A parent with its children in one body and one transaction."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
