"""The state of a service that has broken down: what it holds, and where it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from ...instruments.await_stack import waiting_line
from ...service.service import Service


def state_of(service: Service) -> tuple[str, ...]:
    """Say in lines which connections are out, what is open in the database, and who waits."""
    inside = (*_lent(service), *_pools(service), *_waiting(service)) if service.has_process else ()
    return (*inside, *_transactions(service))


def _lent(service: Service) -> Iterator[str]:
    recorder = service.recorder
    for loan in (*recorder.lent_to_requests(), *recorder.outstanding(None)):
        if loan.is_out:
            yield f"connection {loan.connection} is out, taken at {loan.where or 'an unknown line'}"


def _pools(service: Service) -> Iterator[str]:
    yield from (pool.status() for pool in service.recorder.pools)


def _waiting(service: Service) -> Iterator[str]:
    """Give the lines of the app at which tasks wait."""
    lines = [waiting_line(task.get_coro()) for task in asyncio.all_tasks(service.loop)]
    yield from (f"a task waits at {line}" for line in sorted(filter(None, lines)))


def _transactions(service: Service) -> Iterator[str]:
    if service.has_back_door:
        found = service.run(service.database.open_transactions())
        yield from (f"open transaction: {each}" for each in found)
