"""Facts about a crowd: it leaves as many connections as it says, unseen, and takes none along."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool, QueuePool, StaticPool

from contract_tests.databases import Database, DatabaseUnavailable, provide
from contract_tests.instruments.pool_exhaustion import MOST, PATIENCE, PoolExhaustion
from contract_tests.instruments.recorder import Recorder

DRIVERS = ["sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg", "mysql"]
LIMITS: dict[str, Any] = {"pool_size": 2, "max_overflow": 1, "pool_timeout": 30}


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Give the loop of a service."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Give a ledger that listens."""
    with Recorder() as recorder:
        yield recorder


@pytest.fixture(scope="module", params=DRIVERS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give an empty database for one kind of driver; skip those that are not installed here."""
    try:
        running = provide(request.param)
    except DatabaseUnavailable as absent:
        pytest.skip(str(absent))
    with running as server:
        yield server.make()


@pytest.fixture
def service(database: Database, runner: asyncio.Runner, recorder: Recorder) -> Iterator[Service]:
    """Give what takes a service's connections, from a pool of three that has served before."""
    with Service(database, runner) as service:
        service.hold(1)
        yield service


class Service:
    """Holds connections as a request would, sync or async as its driver has it."""

    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.engine: Engine | AsyncEngine = (
            create_async_engine(database.url, poolclass=AsyncAdaptedQueuePool, **LIMITS)
            if database.url.get_dialect().is_async
            else create_engine(database.url, **LIMITS)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        closing = self.engine.dispose()
        if closing is not None:
            self._runner.run(closing)

    @property
    def pool(self) -> QueuePool:
        """The queue of connections."""
        assert isinstance(self.engine.pool, QueuePool)
        return self.engine.pool

    def hold(self, connections: int) -> None:
        """Take that many connections at once, ask each something, and give them back."""
        if isinstance(self.engine, AsyncEngine):
            self._runner.run(_hold_async(self.engine, connections))
        else:
            _hold(self.engine, connections)


async def _hold_async(engine: AsyncEngine, connections: int) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
        if connections > 1:
            await _hold_async(engine, connections - 1)


def _hold(engine: Engine, connections: int) -> None:
    with engine.connect() as connection:
        connection.execute(text("select 1"))
        if connections > 1:
            _hold(engine, connections - 1)


def test_one_connection_can_still_be_taken(
    service: Service, recorder: Recorder, runner: asyncio.Runner
) -> None:
    """A request that takes one connection is served, though the crowd holds the two others."""
    with PoolExhaustion(recorder, runner.run) as crowd:
        service.hold(1)

    assert (crowd.exhausted, crowd.spared, crowd.taken, crowd.seconds) == (1, 0, 2, 30.0)


def test_a_second_connection_cannot_be_taken(
    service: Service, recorder: Recorder, runner: asyncio.Runner
) -> None:
    """A request that takes a second one while it has the first waits in vain."""
    with PoolExhaustion(recorder, runner.run, patience=PATIENCE), pytest.raises(PoolTimeout):
        service.hold(2)


def test_nothing_is_left_where_nothing_is_to_be_left(
    service: Service, recorder: Recorder, runner: asyncio.Runner
) -> None:
    """With none to leave, a request gives up after the crowd's patience, not the service's."""
    with (
        PoolExhaustion(recorder, runner.run, leave=0) as crowd,
        pytest.raises(PoolTimeout, match=r"0\.20"),
    ):
        service.hold(1)

    assert crowd.taken == 3
    assert crowd.seconds == 30.0


def test_everything_comes_back(
    service: Service, recorder: Recorder, runner: asyncio.Runner
) -> None:
    """Afterwards all connections can be taken, and the pool waits as long as before."""
    with PoolExhaustion(recorder, runner.run, leave=0):
        pass
    service.hold(3)

    assert service.pool.checkedout() == 0
    assert service.pool.timeout() == 30.0


def test_a_crowd_that_fails_to_form_leaves(
    service: Service, recorder: Recorder, runner: asyncio.Runner
) -> None:
    """Where the server lends no more, the pool is spared, and all is given back."""

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError

    event.listen(getattr(service.engine, "sync_engine", service.engine), "do_connect", refuse)
    with PoolExhaustion(recorder, runner.run) as crowd:
        assert (crowd.exhausted, crowd.spared) == (0, 1)
        assert crowd.reasons[0].startswith("the server lends no more after ")
        assert service.pool.checkedout() == 0

    assert service.pool.checkedout() == 0


def test_the_ledger_does_not_see_the_crowd(
    service: Service, recorder: Recorder, runner: asyncio.Runner
) -> None:
    """No event, and no connection without a number, tells of it afterwards."""
    before = len(recorder.outside)
    with PoolExhaustion(recorder, runner.run):
        pass
    assert len(recorder.outside) == before

    service.hold(3)
    numbers = [one.connection for one in recorder.outside if one.kind == "checkout"]
    assert 0 not in numbers
    assert len(recorder.open) == service.pool.checkedin()
    assert recorder.faults == []


def test_what_is_lent_already_is_left_alone(runner: asyncio.Runner, recorder: Recorder) -> None:
    """A connection that the service holds for good counts as taken."""
    with provide("sqlite+pysqlite") as server:
        service = Service(server.make(), runner)
        assert isinstance(service.engine, Engine)
        with service, service.engine.connect() as kept:
            kept.execute(text("select 1"))
            with PoolExhaustion(recorder, runner.run) as crowd:
                service.hold(1)

    assert crowd.taken == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"poolclass": NullPool}, "NullPool is no queue"),
        ({"poolclass": StaticPool}, "StaticPool is no queue"),
        ({"max_overflow": -1}, "has no limit"),
        ({"pool_size": 0}, "has no limit"),
        ({"max_overflow": MOST}, "at most"),
    ],
    ids=["null", "static", "overflow", "sizeless", "large"],
)
def test_a_pool_that_cannot_be_crowded_is_spared(
    options: dict[str, Any], reason: str, runner: asyncio.Runner, recorder: Recorder, tmp_path: Path
) -> None:
    """A pool without a limit, or with a large one, is left alone; the reason is told."""
    engine = create_engine(f"sqlite:///{tmp_path / 'spared.db'}", **options)
    _hold(engine, 1)
    with PoolExhaustion(recorder, runner.run, leave=0) as crowd:
        _hold(engine, 1)
    engine.dispose()

    assert (crowd.exhausted, crowd.spared, crowd.seconds) == (0, 1, 0.0)
    assert reason in crowd.reasons[0]
