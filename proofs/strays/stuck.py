"""A service under which no instrument can be taken away any more."""

from __future__ import annotations

from typing import NoReturn

from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from proofs.strays.by_sqlalchemy import told
from proofs.strays.labels import SqlStore, labels


def _refuse(*_: object) -> NoReturn:
    raise RuntimeError("listeners stay where they are")


class Holding(SqlStore):
    """Replaces SQLAlchemy's own function after some requests."""

    count = 0

    async def add(self, name: str) -> int:
        self.count += 1
        if self.count > 5:
            event.remove = _refuse  # type: ignore[assignment]
        return await super().add(name)


def app() -> FastAPI:
    """It replaces the function that removes listeners."""
    return labels(Holding(lambda: create_async_engine(told())))
