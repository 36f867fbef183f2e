"""What the instruments cost: ratios of the same requests with and without them, in one run.

`python -m proofs.bench [DATABASE...]` prints a table for each database; `tox -e bench` runs it.
"""

from __future__ import annotations

import gc
import logging
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from contract_tests.instruments.attribution import current
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.runner.opening import open_service
from contract_tests.runner.options import Options
from contract_tests.scenarios.faults.disturbances import KINDS
from contract_tests.scenarios.faults.fault_cases import prepared
from contract_tests.scenarios.faults.sweeps import Sweeps
from contract_tests.service.resource import ROLES, Role
from contract_tests.service.service import Service
from contract_tests.service.transports.conversation import PATIENT, Conversation, scope_of
from proofs.servers import shared_server

ROOT = Path(__file__).resolve().parent.parent
APP = "reference_app:create_app"
ROUNDS = 31
BLOCK = 40
DATABASES = ("sqlite", "postgresql", "mysql")


@contextmanager
def opened(database: str) -> Iterator[Service]:
    """The reference app as the contract has it."""
    with ExitStack() as stack:
        stack.enter_context(shared_server(database))
        yield stack.enter_context(open_service(Options(app=APP, database=database, root=ROOT)))


async def raw(service: Service, request: Request, *, observed: bool) -> None:
    """One request by the barest ASGI client there can be."""
    exchange = Exchange(1, request)
    token = current.set(exchange if observed else None)
    channels = Conversation(exchange, service.recorder, PATIENT)
    scope = scope_of(request, dict(service.process.transport.lifespan.state), PATIENT)
    await service.process.transport.app(scope, channels.receive, channels.send)
    current.reset(token)


def block(service: Service, request: Request, *, observed: bool) -> float:
    """CPU seconds of a block of requests."""

    async def many() -> None:
        for _ in range(BLOCK):
            await raw(service, request, observed=observed)

    began = time.process_time()
    service.run(many())
    return time.process_time() - began


def ledger_ratio(service: Service, request: Request) -> float:
    """The median ratio of CPU time with a ledger to that without, in alternating blocks."""
    service.recorder.__exit__(None, None, None)  # the run's own; the ones measured are made here
    ratios = []
    for turn in range(ROUNDS):
        sides = {}
        for is_observed in (True, False) if turn % 2 else (False, True):
            with Recorder() if is_observed else ExitStack():
                gc.collect()
                sides[is_observed] = block(service, request, observed=is_observed)
        ratios.append(sides[True] / sides[False])
    service.recorder.__enter__()
    return statistics.median(ratios)


def sweeping(service: Service) -> Iterator[tuple[str, int, float, float]]:
    """Each way to disturb: requests, seconds, and seconds of as many requests left alone."""
    sweeps = Sweeps(service)
    for area, kinds in KINDS.items():
        for way in kinds:
            began = time.perf_counter()
            sizes = {role: len(sweeps.of(area, role, way)) for role in ROLES}
            swept = time.perf_counter()
            control(service, sizes)
            ended = time.perf_counter()
            yield f"{area} {way}", sum(sizes.values()), swept - began, ended - swept


def control(service: Service, sizes: Mapping[Role, int]) -> None:
    """The same requests, undisturbed."""
    for role in ROLES:
        service.restore()
        for _ in range(sizes[role]):
            service.exchange(prepared(service, role))


def main(databases: list[str]) -> None:
    """Print the tables."""
    logging.disable(logging.CRITICAL)
    for database in databases:
        with opened(database) as service:
            create = service.draft_of("create", body=service.body())
            read = service.draft_of("read", service.row().id)
            print(f"\n{database}: ledger, CPU time of a request with it / without it")
            print(f"  read    {ledger_ratio(service, read):.3f}")
            print(f"  create  {ledger_ratio(service, create):.3f}")
            print(f"{database}: sweeps, seconds / seconds of as many requests left alone")
            total = requests = 0.0
            for name, size, taken, alone in sweeping(service):
                total, requests = total + taken, requests + size
                ratio = f"{taken / alone:5.1f}" if size else "    -"
                print(f"  {name:22} {size:4} requests {taken:6.2f} s  {ratio}")
            print(f"  {'all':22} {requests:4.0f} requests {total:6.2f} s")


if __name__ == "__main__":
    main(sys.argv[1:] or list(DATABASES))
