"""A small shop that asks a blocking driver, in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from sqlalchemy import Engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

kept: list[Any] = []


class Base(DeclarativeBase):
    """The tables."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str]


def get_session(request: Request) -> Iterator[Session]:
    """A session per request."""
    with request.app.state.maker() as session:
        yield session


def get_committing(request: Request) -> Iterator[Session]:
    """A session that is committed when the answer has been sent."""
    with request.app.state.maker.begin() as session:
        yield session


Given = Annotated[Session, Depends(get_session)]


def make_app(engine: Engine) -> FastAPI:
    """The shop on an engine."""

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        # A connection for as long as the app lives, as a lock of a leader is one.
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            yield

    app = FastAPI(lifespan=lifespan)
    app.state.maker = sessionmaker(engine, expire_on_commit=False)

    @app.post("/orders", status_code=201)
    def create(session: Given, item: str = "tea") -> int:
        order = Order(item=item)
        session.add(order)
        session.commit()
        return order.id

    @app.get("/orders")
    def listed(session: Given) -> list[str]:
        return list(session.execute(text("SELECT item FROM orders")).scalars())

    @app.post("/late", status_code=201)
    def late(session: Annotated[Session, Depends(get_committing)]) -> str:
        session.execute(text("INSERT INTO orders (item) VALUES ('late')"))
        return "stored, soon"

    @app.get("/leak")
    def leak() -> int:
        connection = engine.connect()
        kept.append(connection)
        return connection.execute(text("SELECT count(*) FROM orders")).scalar_one()

    @app.get("/thread")
    def thread() -> str:
        threading.Thread(target=wait_for_ever, daemon=True).start()
        return "started"

    @app.get("/blocked")
    async def blocked(session: Given) -> list[str]:
        return list(session.execute(text("SELECT item FROM orders")).scalars())

    return app


def wait_for_ever() -> None:
    """Wait for what never comes."""
    threading.Event().wait()
