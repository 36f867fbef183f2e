"""What a program against the model costs: its requests per second, over those of a bare client.

`python -m proofs.bench_model [DATABASE...]` prints a line for each database.
"""

from __future__ import annotations

import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.rules.profile import DEFAULT
from contract_tests.scenarios.stateful.programs import Search
from contract_tests.service.service import Service
from proofs.bench import opened, raw

ROUNDS = 7
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Rates:
    """Requests per second of CPU time: of the programs, and of the same requests sent raw."""

    programs: float
    raw: float

    @property
    def ratio(self) -> float:
        """How much of the raw rate the programs reach."""
        return self.programs / self.raw


def model_ratio(service: Service, seed: int) -> Rates:
    """Run the default programs of a seed, and then send the very same requests raw."""
    began = time.process_time()
    search = Search(service, ())
    search.run(DEFAULT, seed)
    taken = time.process_time() - began
    programs = noted(service, seed)
    alone = sum(alone_takes(service, requests) for requests in programs)
    return Rates(search.tally.requests / taken, sum(map(len, programs)) / alone)


def noted(service: Service, seed: int) -> list[list[Request]]:
    """The requests of each program of a seed."""
    programs: list[list[Request]] = []
    exchange, restore = service.exchange, service.restore

    def noting(request: Request) -> Exchange:
        programs[-1].append(request)
        return exchange(request)

    def beginning() -> None:
        programs.append([])
        restore()

    with patched(service, exchange=noting, restore=beginning):
        Search(service, ()).run(DEFAULT, seed)
    return programs


@contextmanager
def patched(service: Service, **methods: Callable[..., object]) -> Iterator[None]:
    """The service with some methods of its own."""
    vars(service).update(methods)
    try:
        yield
    finally:
        for name in methods:
            del vars(service)[name]


def alone_takes(service: Service, requests: list[Request]) -> float:
    """CPU seconds of these requests, sent by the barest client to the same rows."""

    async def all_of_them() -> None:
        for request in requests:
            await raw(service, request, observed=False)

    service.restore()
    began = time.process_time()
    service.run(all_of_them())
    return time.process_time() - began


def main(databases: list[str]) -> None:
    """Print a line for each database."""
    logging.disable(logging.CRITICAL)
    for database in databases:
        with opened(database) as service:
            rounds = [model_ratio(service, seed) for seed in range(1, ROUNDS + 1)]
            ratio = statistics.median(rates.ratio for rates in rounds)
            programs = statistics.median(rates.programs for rates in rounds)
            alone = statistics.median(rates.raw for rates in rounds)
            print(
                f"{database}: {programs:.0f} requests/s in programs, {alone:.0f}/s raw, "
                f"ratio {ratio:.2f}"
            )


if __name__ == "__main__":
    main(sys.argv[1:] or list(DATABASES))
