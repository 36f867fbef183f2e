"""Every instrument is taken away whole, whatever the service does with its engines meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, Pool

from contract_tests.databases.redirects import nowhere
from contract_tests.databases.sqlite.session_settings import SQLITE
from contract_tests.instruments.attribution import current
from contract_tests.instruments.barrier import Barrier, Trace
from contract_tests.instruments.call_interceptor import CallInterceptor
from contract_tests.instruments.confinement import Confinement
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.faults import Cold, Faults, Unreachable
from contract_tests.instruments.instrument import Instrument, StillInForce
from contract_tests.instruments.pool_exhaustion import PoolExhaustion
from contract_tests.instruments.recorder import Recorder
from contract_tests.instruments.session_settings import SessionSettings
from contract_tests.instruments.usage import Usage
from proofs.matrix import run_contract

EVENTS: dict[Any, tuple[str, ...]] = {
    Pool: ("connect", "checkout", "checkin", "reset", "invalidate", "close", "detach"),
    Dialect: ("do_connect", "handle_error"),
    Engine: (
        "begin",
        "commit",
        "rollback",
        "before_cursor_execute",
        "after_cursor_execute",
    ),
    Session: ("after_begin",),
}
INSTRUMENTS: dict[str, Callable[[], Instrument]] = {
    "ledger": Recorder,
    "usage": Usage,
    "cold": Cold,
    "faults": lambda: Faults("statement", k=1000),
    "unreachable": lambda: Unreachable(nowhere),
    "hindered": lambda: SessionSettings(SQLITE["short-lock-wait"]),
    "gate": lambda: Barrier("create", lambda _: None),
    "trace": lambda: Trace(lambda _: None),
    "funnel": lambda: CallInterceptor(lambda _, proceed: proceed()),
}


async def two_on_one_pool(engine: AsyncEngine) -> None:
    """Use an engine and one that was derived from it."""
    for each in (engine, engine.execution_options(logging_token="derived")):
        async with each.connect() as connection:
            await connection.execute(text("select 1"))


async def disposed(engine: AsyncEngine) -> None:
    """Use an engine, dispose it, and use it again with its new pool."""
    await two_on_one_pool(engine)
    await engine.dispose()
    await two_on_one_pool(engine)


async def one_for_a_request(engine: AsyncEngine) -> None:
    """Make another engine of the same address, use it and throw it away."""
    other = create_async_engine(engine.url, poolclass=NullPool)
    await two_on_one_pool(other)
    await other.dispose()
    await two_on_one_pool(engine)


def listeners() -> dict[str, int]:
    """Count what listens to SQLAlchemy's classes."""
    return {
        f"{kind.__name__}.{name}": len(getattr(kind.dispatch, name)._clslevel.get(kind, ()))
        for kind, names in EVENTS.items()
        for name in names
    }


async def in_force(instrument: Instrument, path: Path, use: Callable[..., object]) -> None:
    """Use an engine for a request while an instrument is in force, and once after it."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}/some.db")
    await two_on_one_pool(engine)
    current.set(Exchange(1, Request("GET", "/")))
    with instrument:
        await use(engine)  # type: ignore[misc]
    await two_on_one_pool(engine)
    await engine.dispose()


@pytest.mark.parametrize("use", [two_on_one_pool, disposed, one_for_a_request])
@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_leaves_nothing(
    name: str, use: Callable[..., object], tmp_path: Path
) -> None:
    """Engines that share a pool, replace it or last for a request only leave no listener behind."""
    before = listeners()
    asyncio.run(in_force(INSTRUMENTS[name](), tmp_path, use))
    assert before == listeners()


@pytest.mark.parametrize("use", [two_on_one_pool, disposed, one_for_a_request])
def test_a_confinement_leaves_nothing(use: Callable[..., object], tmp_path: Path) -> None:
    """Neither listeners nor replaced functions of drivers stay after a confinement."""
    import sqlite3

    before, connect = listeners(), sqlite3.connect
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/some.db")
    asyncio.run(in_force(Confinement(tmp_path).here(engine.url), tmp_path, use))
    assert (before, connect) == (listeners(), sqlite3.connect)


def test_a_crowd_takes_each_pool_once(tmp_path: Path) -> None:
    """Engines that share a pool are one pool to a crowd, and it gives all of it back."""

    async def seen() -> tuple[int, int]:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/some.db", pool_size=3)
        with Recorder() as recorder:
            await two_on_one_pool(engine)
            crowd = PoolExhaustion(recorder, lambda coroutine: coroutine.close())
            await crowd._take()
            taken = crowd.exhausted
            await crowd._give_back()
        left = engine.pool.checkedout()  # type: ignore[attr-defined]
        await engine.dispose()
        return taken, left

    assert asyncio.run(seen()) == (1, 0)


class Stuck(Instrument):
    """Has three parts, of which the second cannot be undone."""

    def __init__(self) -> None:
        self.undone: list[str] = []

    def _begin(self, undo: ExitStack) -> None:
        undo.callback(self.undone.append, "first")
        undo.callback(lambda: 1 / 0)
        undo.callback(self.undone.append, "third")


def test_what_can_be_undone_is_undone() -> None:
    """A part that fails keeps no other part in force, and the failure is told."""
    stuck = Stuck()
    with pytest.raises(StillInForce, match="Stuck is still in force: ZeroDivisionError"), stuck:
        pass
    assert stuck.undone == ["third", "first"]


def test_an_instrument_that_stays_ends_the_run() -> None:
    """Nothing is judged under an instrument that could not leave: that is the kit's own error."""
    remove = event.remove
    rules = ("--contract-rule", "SES-01,CRU-01,CRU-20,ERR-01,FAI-01")
    result = run_contract("proofs.strays.stuck:app", "sqlite", *rules)
    assert remove is event.remove
    assert result.exit_code != 0
    assert "is still in force" in result.printed
    assert "the run cannot go on" in result.printed
