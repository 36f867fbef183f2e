"""Facts about turns: every order can be had, each again, and nobody is kept waiting for ever."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from contract_tests.databases import Database, DatabaseUnavailable, Server, provide
from proofs.counting import (
    add_and_undo,
    add_at_once,
    add_at_once_twice,
    add_then_fail,
    counting,
    counting_in_threads,
    do_nothing,
    read_for_update,
    read_then_write,
    read_then_write_in_thread,
)

WITHIN = "A:SELECT B:SELECT A:UPDATE A:COMMIT B:UPDATE B:COMMIT"


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give one server per vendor; skip the vendors that are not installed here."""
    local = {k: v for k, v in os.environ.items() if not k.startswith("CONTRACT_")}
    try:
        running = provide(request.param, environ=local)
    except DatabaseUnavailable as absent:
        pytest.skip(str(absent))
    with running:
        yield running


@pytest.fixture
def database(server: Server) -> Database:
    """Give a new empty database."""
    return server.make()


@pytest.fixture
def locking(database: Database) -> Database:
    """Give a new empty database that locks rows, and tells who waits for them."""
    if database.one_writer:
        pytest.skip("all of this database is locked by one writer")
    return database


def test_an_update_is_lost_unless_one_waits_for_the_other(database: Database) -> None:
    """Reading first loses an update in all orders but the two in which nothing overlaps."""
    with counting(database, read_then_write) as counter:
        found = counter.every()

    kept = {outcome.turns.taken for outcome in found if outcome.n == 2}
    assert kept == {"AAABBB", "BBBAAA"}
    assert len(found) == (8 if database.one_writer else 14)
    assert len({outcome.turns.story for outcome in found}) == len(found)


def test_a_schedule_brings_the_same_about_again(database: Database) -> None:
    """Each is replayed from its letters alone: story, answers and rows."""
    with counting(database, read_then_write) as counter:
        found = counter.every()
        again = [counter.send(outcome.turns.taken) for outcome in found]

    assert [outcome.told for outcome in again] == [outcome.told for outcome in found]
    assert all(outcome.turns.is_exact for outcome in found + again)


def test_what_the_database_adds_is_never_lost(database: Database) -> None:
    """One statement for reading and writing keeps both updates in every order."""
    with counting(database, add_at_once) as counter:
        found = counter.every()

    assert {outcome.n for outcome in found} == {2}
    assert len(found) == (2 if database.one_writer else 4)


def test_a_read_that_locks_loses_nothing(locking: Database) -> None:
    """SELECT FOR UPDATE keeps both updates in every order."""
    with counting(locking, read_for_update) as counter:
        found = counter.every()

    assert {outcome.n for outcome in found} == {2}
    assert len(found) == 6


def test_who_waits_for_a_row_is_recognised(locking: Database) -> None:
    """The server says so, the other goes on, and the one that waited comes back."""
    with counting(locking, read_then_write) as counter:
        turns = counter.send("ABAB").turns

    assert turns.story == "A:SELECT B:SELECT A:UPDATE B:UPDATE(waits) A:COMMIT B:COMMIT"
    assert (turns.taken, turns.options[-2:], turns.waited) == ("ABABAB", ["A", "B"], 1)


def test_a_writer_is_not_sent_where_it_would_have_to_wait(database: Database) -> None:
    """Where one writes at a time, the other cannot go on: its letter means the one who can."""
    if not database.one_writer:
        pytest.skip("several may write here")
    with counting(database, read_then_write) as counter:
        turns = counter.send("ABAB").turns

    assert turns.story == WITHIN
    assert not turns.is_exact


def test_worker_threads_take_turns_too(database: Database) -> None:
    """A driver without asyncio waits in its thread, in as many orders."""
    with counting_in_threads(database, read_then_write_in_thread) as counter:
        found = counter.every()

    assert len(found) == (8 if database.one_writer else 14)
    assert sum(outcome.n == 2 for outcome in found) == 2
    assert all(outcome.turns.is_exact for outcome in found)


def test_three_requests_take_turns(database: Database) -> None:
    """The first order is one after the other, and enumerating stops where it is told to."""
    with counting(database, add_at_once) as counter:
        found = counter.every(requests=3, most=5)

    assert (found[0].turns.taken, found[0].n) == ("AABBCC", 3)
    assert len(found) == 5
    assert found[-1].following


def test_a_request_without_the_database_ends(database: Database) -> None:
    """There is nothing to choose, and nothing that would have to be waited for."""
    with counting(database, do_nothing) as counter:
        (outcome,) = counter.every()

    assert outcome.told == ("", "", [200, 200], 0)
    assert outcome.turns.is_exact


def test_a_rollback_does_not_wait(database: Database) -> None:
    """Whoever gives up does so at once, and the other goes on."""
    with counting(database, add_and_undo) as counter:
        found = counter.every()

    assert [outcome.turns.story for outcome in found] == ["A:UPDATE B:UPDATE", "B:UPDATE A:UPDATE"]


def test_a_request_that_fails_gives_way(database: Database) -> None:
    """An error in the service ends its turns, and is the service's own."""
    with counting(database, add_then_fail) as counter:
        outcome = counter.send("BA")

    assert [exchange.raised for exchange in outcome.exchanges] == ["RuntimeError: no answer"] * 2
    assert outcome.n == 2


def test_who_waits_for_a_connection_is_passed_over(database: Database) -> None:
    """A pool of one lets one request in: the other goes astray, and comes back later."""
    with counting(database, read_then_write, pool_size=1, max_overflow=0) as counter:
        outcome = counter.send("BA")

    assert outcome.turns.taken == "AAABBB"
    assert (outcome.n, outcome.turns.guesses, outcome.turns.is_exact) == (2, 1, False)


def test_calls_at_once_in_one_request_are_not_exact(locking: Database) -> None:
    """They end, all of them, but in which order cannot be said by letters."""
    with counting(locking, add_at_once_twice) as counter:
        outcome = counter.send("")

    assert outcome.n == 4
    assert (outcome.turns.has_forks, outcome.turns.is_exact) == (True, False)


def test_a_call_on_the_loop_itself_cannot_be_held(database: Database) -> None:
    """A driver without asyncio that is used on the loop is counted, not waited for."""
    blocking = create_engine(database.placeholders()["url_sync"])

    async def block(engine: AsyncEngine) -> None:
        read_then_write_in_thread(blocking)

    with counting(database, block) as counter:
        read_then_write_in_thread(blocking)
        turns = counter.send("").turns
    blocking.dispose()

    assert (turns.taken, turns.is_exact) == ("", False)
    assert turns.unheld == 6


def test_nothing_of_it_stays(database: Database) -> None:
    """After the block the dialects are what they were, and no task is left."""
    before = dict(vars(DefaultDialect))
    with counting(database, read_then_write) as counter:
        counter.send("AB")
        tasks = counter.run(_tasks())

    assert before == dict(vars(DefaultDialect))
    assert tasks == 1


def test_an_error_of_the_kit_lets_everybody_through(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service feels nothing of it; it is kept."""

    async def broken() -> tuple[str, ...]:
        raise OSError("the back door is shut")

    monkeypatch.setattr(database, "waiting", broken)
    monkeypatch.setattr(database, "open_transactions", broken)
    with counting(database, add_at_once) as counter:
        outcome = counter.send("")

    assert [exchange.status for exchange in outcome.exchanges] == [200, 200]
    assert outcome.turns.faults == ["OSError('the back door is shut')"]


async def _tasks() -> int:
    return len(asyncio.all_tasks())


def test_the_database_tells_who_waits(locking: Database) -> None:
    """There is a line for each, while it waits and no longer."""

    async def story() -> tuple[int, int, int]:
        engine = create_async_engine(locking.url)
        async with engine.begin() as first:
            await first.execute(text("create table counter (n integer)"))
            await first.execute(text("insert into counter values (0)"))
        async with engine.connect() as first:
            await first.execute(text("update counter set n = 1"))
            alone = len(await locking.waiting())
            second = asyncio.create_task(add_at_once(engine))
            while not (lines := await locking.waiting()):
                pass  # each round is a question to the server
            await first.commit()
            freed = len(await locking.waiting())
        await second
        await engine.dispose()
        await locking.close()
        return alone, len(lines), freed

    assert asyncio.run(asyncio.wait_for(story(), 30)) == (0, 1, 0)
