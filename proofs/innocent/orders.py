"""Orders on Starlette alone, each paid once, in a session that the endpoint opens itself."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import ForeignKey, String, event, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from proofs.innocent import innocent
from proofs.innocent.accounts import AREAS
from proofs.innocent.parent_children import enforce
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

CHOSEN = ("--contract-operation", 'POST /orders/{row.id}/pay {"card": "4242-{n}"}')
LARGEST = 2**31 - 1
Body = TypeVar("Body", bound=BaseModel)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(10))


class Payment(Base):
    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    card: Mapped[str] = mapped_column(String(40))


class OrderIn(BaseModel):
    item: SafeText = Field(min_length=1, max_length=80)


class OrderOut(OrderIn):
    model_config = ConfigDict(from_attributes=True)
    id: int
    status: str


class PaymentIn(BaseModel):
    card: SafeText = Field(min_length=1, max_length=40)


def shown(order: Order) -> dict[str, Any]:
    return OrderOut.model_validate(order).model_dump()


async def sent(request: Request, model: type[Body]) -> Body:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        return model.model_validate_json(await request.body())
    except ValidationError:
        raise HTTPException(400, f"not a {model.__name__}") from None


class Orders:
    """The routes of the collection, of its rows, and of what is done with one."""

    def __init__(self) -> None:
        self.sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(expire_on_commit=False)

    async def list(self, _request: Request) -> Response:
        async with self.sessions() as session:
            orders = await session.scalars(select(Order).order_by(Order.id).limit(100))
            return JSONResponse([shown(order) for order in orders])

    async def create(self, request: Request) -> Response:
        order = Order(**(await sent(request, OrderIn)).model_dump(), status="open")
        async with self.sessions.begin() as session:
            session.add(order)
        return JSONResponse(shown(order), 201, {"Location": f"/orders/{order.id}"})

    async def read(self, request: Request) -> Response:
        order_id = request.path_params["order_id"]
        async with self.sessions() as session:
            order = await session.get(Order, order_id) if order_id <= LARGEST else None
        if order is None:
            raise HTTPException(404, "no such order")
        return JSONResponse(shown(order))

    async def pay(self, request: Request) -> Response:
        payment = await sent(request, PaymentIn)
        async with self.sessions.begin() as session:
            await self.mark_paid(session, request.path_params["order_id"])
            session.add(self.payment_of(request, payment))
        return Response(status_code=204)

    def payment_of(self, request: Request, payment: PaymentIn) -> Payment:
        return Payment(order_id=request.path_params["order_id"], card=payment.card)

    async def mark_paid(self, session: AsyncSession, order_id: int) -> None:
        """Mark an open order as paid: of two payments at once, one finds none."""
        is_open = (Order.id == order_id, Order.status == "open")
        paid = update(Order).where(*is_open).values(status="paid")
        found = await session.execute(paid) if order_id <= LARGEST else None
        if not getattr(found, "rowcount", 0):
            raise HTTPException(409, "there is no such open order")


async def refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def unavailable(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"error": "try again later"}, 503)


def served(orders: Orders) -> Starlette:
    """An app of these routes."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        engine = create_async_engine(os.environ["DATABASE_URL"])
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", enforce)
        async with engine.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        orders.sessions.configure(bind=engine)
        yield
        await engine.dispose()

    return Starlette(
        routes=[
            Route("/orders", orders.list, methods=["GET"]),
            Route("/orders", orders.create, methods=["POST"]),
            Route("/orders/{order_id:int}", orders.read, methods=["GET"]),
            Route("/orders/{order_id:int}/pay", orders.pay, methods=["POST"]),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: refused, SQLAlchemyError: unavailable},
    )


@innocent(
    looks="An order is paid once, and there is no document that would tell of it.",
    arguments=CHOSEN,
    areas=AREAS,
)
def app() -> Starlette:
    """An endpoint with a session of its own, judged as the operation that was chosen."""
    return served(Orders())
