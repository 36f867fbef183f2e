"""How fast requests made from the document are sent and checked, as ratios in one run.

`python -m proofs.bench_openapi [DATABASE...]` compares, in CPU time and on the same requests: a
bare ASGI call, the same with all that the kit records and checks, and what Schemathesis does for
itself in process. `--command-line` adds its command line against uvicorn, phase by phase, in wall
time, beside two processes of the kit.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from contract_tests.instruments.exchange import Request
from contract_tests.runner.options import Options
from contract_tests.scenarios.fuzzing import FuzzCase
from contract_tests.scenarios.fuzzing.fuzz_session import Exploration
from contract_tests.scenarios.fuzzing.partition import PARTS
from contract_tests.service.service import Service
from contract_tests.service.transports.conversation import PATIENT, scope_of
from proofs.bench import APP, opened
from proofs.side_by_side import by_command_line

ROUNDS = 11
EXAMPLES = 40


@dataclass(frozen=True)
class Hand:
    """The cards of one operation in one phase, and the rows that they are aimed at."""

    cards: Sequence[FuzzCase]
    rows: Sequence[Mapping[str, object]] = ()


class Table:
    """The whole deck of the reference app, played in one way or another."""

    def __init__(self, service: Service, database: str) -> None:
        self.service = service
        self.exploration = Exploration(service, Options(app=APP, database=database), None)
        hands = [
            Hand(self.exploration.choice.cards(label, part.phase))
            for part in PARTS
            for label in self.exploration.choice.operations(part.subject)
        ]
        self.hands = [hand for hand in hands if hand.cards]
        self.size = sum(len(hand.cards) for hand in self.hands)

    @property
    def shares(self) -> dict[str, int]:
        """How many cards are such as each phase of Schemathesis makes."""
        cards = [card for hand in self.hands for card in hand.cards]
        bounds = sum(card.phase == "boundary" for card in cards)
        return {"coverage": bounds, "fuzzing": len(cards) - bounds}

    def played(
        self, play: Callable[[Hand], None], clock: Callable[[], float] = time.process_time
    ) -> float:
        """Seconds that playing all hands takes; making their rows in between is not counted."""
        taken = 0.0
        for hand in self.hands:
            self.service.restore()
            arranged = replace(hand, rows=self.exploration._rows(hand.cards))
            began = clock()
            play(arranged)
            taken += clock() - began
        return taken

    def checked(self, hand: Hand) -> None:
        """As the contract does it: recorded, and every answer checked."""
        exploration = self.exploration
        playing = exploration._player.play(hand.cards, exploration._send, hand.rows)
        self.service.run(playing)

    def bare(self, hand: Hand) -> None:
        """The same requests by the barest ASGI client there can be."""
        rows = cycle(hand.rows or [{}])
        wanted = [card.aimed(next(rows)).request for card in hand.cards]
        self.service.run(self._bare(wanted))

    async def _bare(self, wanted: Sequence[Request]) -> None:
        state = dict(self.service.process.transport.lifespan.state)
        for request in wanted:
            await self._call(request, scope_of(request, state, PATIENT))

    async def _call(self, request: Request, scope: Any) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Any) -> None:
            """Take it."""

        await self.service.process.transport.app(scope, receive, send)


def replay_ratio(table: Table) -> tuple[float, float]:
    """Bare time by checked time, the median of alternating rounds; cards per CPU second."""
    ratios, rates = [], []
    for _ in range(ROUNDS):
        table.service.process.presence.leave()
        bare = table.played(table.bare)
        table.service.process.presence.enter()
        checked = table.played(table.checked)
        ratios.append(bare / checked)
        rates.append(table.size / checked)
    return statistics.median(ratios), statistics.median(rates)


def in_process_rate(database_url: str) -> float:
    """Cases per CPU second of `call_and_validate`, drawn by `@given` as its users do."""
    import hypothesis
    import schemathesis

    from reference_app import create_app

    os.environ["APP_DATABASE_URL"] = database_url
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app())
    count, began = 0, time.process_time()
    operations: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    for operation in operations:
        for mode in schemathesis.GenerationMode:

            @hypothesis.settings(
                max_examples=EXAMPLES,
                database=None,
                deadline=None,
                suppress_health_check=list(hypothesis.HealthCheck),
            )
            @hypothesis.seed(1)
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def check(case: Any) -> None:
                nonlocal count
                count += 1
                case.call_and_validate()

            check()
    return count / (time.process_time() - began)


def main(asked: list[str]) -> None:
    """Print the ratios."""
    logging.disable(logging.CRITICAL)
    databases = [each for each in asked if not each.startswith("-")] or ["sqlite", "postgresql"]
    shares = {database: measured(database) for database in databases}
    with tempfile.TemporaryDirectory() as folder:
        alone = in_process_rate(f"sqlite+aiosqlite:///{Path(folder)}/alone.db")
    print(f"Schemathesis in process, call_and_validate: {alone:.0f} a CPU second")
    if "--command-line" in asked:
        compare_with_command_line(shares["sqlite"])


def measured(database: str) -> dict[str, int]:
    """Print how fast the deck is played; the kinds of its cards."""
    with opened(database) as service:
        table = Table(service, database)
        ratio, rate = replay_ratio(table)
        print(
            f"{database}: {table.size} requests; sent and checked at {ratio:.2f} of the "
            f"speed of bare ASGI calls, {rate:.0f} a CPU second"
        )
        return table.shares


def rate_of_one(database: str) -> float:
    """Cards a second, by the clock on the wall, while another process does the same."""
    logging.disable(logging.CRITICAL)
    with opened(database) as service:
        table = Table(service, database)
        rounds = [
            table.size / table.played(table.checked, time.perf_counter) for _ in range(ROUNDS)
        ]
        return statistics.median(rounds)


def rate_of_two(database: str) -> float:
    """Cards a second of two processes, as many as the command line and its server are."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        return sum(pool.map(rate_of_one, [database] * 2))


def compare_with_command_line(shares: Mapping[str, int]) -> None:
    """Print its rate in each phase, and what it would take for as many cases as a deck has.

    `shares` says how many cards of the deck are of the kind that a phase makes. Both sides are two
    processes: the command line and its server, two of the kit.
    """
    rate = rate_of_two("sqlite")
    needed = 0.0
    for phase, count in shares.items():
        theirs = by_command_line(APP, "", 1, "--phases", phase)
        needed += count * theirs.seconds / theirs.cases
        print(
            f"its command line against uvicorn, {phase}: {theirs.cases} cases, "
            f"{theirs.cases / theirs.seconds:.0f} a second"
        )
    total = sum(shares.values())
    print(
        f"for {total} cases of the deck's kinds: {total / needed:.0f} a second; the kit in two "
        f"processes {rate:.0f}, {rate * needed / total:.1f} times as many"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
