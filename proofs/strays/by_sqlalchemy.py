"""Engines that go their own way."""

from __future__ import annotations

import os
from typing import Any

from fastapi import FastAPI
from sqlalchemy import AsyncAdaptedQueuePool, MetaData, event, insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from proofs.strays.drivers import connect
from proofs.strays.labels import LABELS, SqlStore, labels


def own() -> URL:
    return make_url(os.environ["OWN_URL"])


def told() -> str:
    return os.environ["DATABASE_URL"]


def by_creator(url: URL | None = None) -> AsyncEngine:
    place = url or own()
    return create_async_engine(f"{place.drivername}://", async_creator=lambda: connect(place))


def by_listener() -> AsyncEngine:
    engine = create_async_engine(told())

    @event.listens_for(engine.sync_engine, "do_connect")
    def lead(dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> None:
        asked, wishes = dialect.create_connect_args(own())
        cargs[:] = asked
        cparams.update(wishes)

    return engine


class OwnPool(AsyncAdaptedQueuePool):
    """Connects where it likes."""

    def __init__(self, creator: Any, **named: Any) -> None:
        elsewhere = by_creator().sync_engine
        super().__init__(elsewhere.pool._creator, **named)


def by_pool() -> AsyncEngine:
    return create_async_engine(told(), poolclass=OwnPool)


def creator() -> FastAPI:
    """The engine has a creator with an address of its own."""
    return labels(SqlStore(by_creator))


def listener() -> FastAPI:
    """A listener changes the arguments after everybody else."""
    return labels(SqlStore(by_listener))


def pool_class() -> FastAPI:
    """The pool makes its own connections."""
    return labels(SqlStore(by_pool))


def second_engine() -> FastAPI:
    """What writes has an engine of its own."""
    return labels(SqlStore(lambda: create_async_engine(told()), by_creator))


class Late(SqlStore):
    """Changes its mind about where to write after some requests."""

    count = 0

    async def add(self, name: str) -> int:
        self.count += 1
        if self.count > 5:
            self.writes = by_creator()
        return await super().add(name)


def late() -> FastAPI:
    """The address is read anew in a request, long after the start."""
    return labels(Late(lambda: create_async_engine(told())))


def qualified() -> FastAPI:
    """The table is said to be in a database of its own, as MySQL calls a schema."""
    told_engine = create_async_engine(told())

    class Qualified(SqlStore):
        async def add(self, name: str) -> int:
            table = LABELS.to_metadata(MetaData(), schema=str(own().database))
            async with self.writes.begin() as connection:
                made = await connection.execute(insert(table).values(name=name))
                assert made.inserted_primary_key is not None
                return int(made.inserted_primary_key[0])

    return labels(Qualified(lambda: told_engine))
