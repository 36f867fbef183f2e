"""The time of a run: it is dealt out, told, and over when it is said to be."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.instruments.scheduler import Scheduler
from contract_tests.reports.record import RunRecord, Settings
from contract_tests.reports.summary import summary_lines
from contract_tests.rules.extent import Extent, added_up
from contract_tests.rules.totals import Totals
from contract_tests.rules.verdict import Verdict
from contract_tests.rules.violation import OutOfTime
from contract_tests.runner.options import Options
from contract_tests.scenarios.concurrency.schedules import ScheduleCount, run_schedules
from contract_tests.service.budget import Ahead, Budget, duration, evenly, roughly
from contract_tests.service.transports.conversation import PATIENT, ClientBehaviour
from contract_tests.service.transports.pacing import PacedTransport
from contract_tests.service.transports.sending import Sender
from proofs.matrix import run_contract
from proofs.virtual_time import Hands

ASKED = Request("GET", "/pens")


class Endless:
    """A transport to a service that never answers."""

    sender = Sender(Recorder())

    async def together(
        self,
        requests: Sequence[Request],
        client: ClientBehaviour = PATIENT,
        *,
        turns: Scheduler | None = None,
    ) -> list[Exchange]:
        """Wait for ever."""
        await asyncio.Event().wait()
        return []


@dataclass(frozen=True)
class Followed:
    """A schedule that two requests of two calls each followed; the next one is not known."""

    asked: str
    following: None = None

    @property
    def schedule(self) -> str:
        """The schedule, or that of the first alone."""
        return self.asked or "AABB"


@pytest.fixture
def hands() -> Hands:
    """The hands of a clock."""
    return Hands()


@pytest.fixture
def budget(hands: Hands) -> Budget:
    """Sixty seconds that have begun."""
    budget = Budget(60.0, hands.now)
    budget.begin()
    return budget


def test_a_budget_counts_from_its_beginning(hands: Hands) -> None:
    """What was before is nobody's, and to begin twice is to begin once."""
    budget = Budget(60.0, hands.now)
    hands.move(500)
    assert (budget.left, budget.spent) == (60.0, 0.0)
    budget.begin()
    hands.move(20)
    budget.begin()
    assert (budget.left, budget.spent, budget.is_over) == (40.0, 20.0, False)


def test_a_worker_ends_with_all_others(hands: Hands) -> None:
    """It takes what they have left."""
    budget = Budget(60.0, hands.now)
    budget.begin(left=5.0)
    assert budget.left == 5.0


def test_nothing_is_sent_once_the_time_is_over(budget: Budget, hands: Hands) -> None:
    """The line says after how long."""
    hands.move(60)
    with pytest.raises(OutOfTime, match="no more requests after 60 s"):
        asyncio.run(PacedTransport(Endless(), budget).together([ASKED]))
    assert budget.was_short


def test_a_request_in_flight_ends_with_the_time(hands: Hands) -> None:
    """The line says which."""
    budget = Budget(0.01, hands.now)
    budget.begin()
    with pytest.raises(OutOfTime, match="GET /pens had no answer after 0 s"):
        asyncio.run(PacedTransport(Endless(), budget).together([ASKED]))


def test_what_is_undone_at_the_end_is_sent(budget: Budget, hands: Hands) -> None:
    """The time is lifted when the service is stopped."""
    hands.move(100)
    budget.lift()
    budget.require()


@pytest.mark.parametrize(
    ("fixed", "thinnable", "share"),
    [(10, 40, 1.0), (24, 60, 1.0), (24, 240, 0.125), (0, 540, 0.1), (390, 10, 0.02)],
)
def test_a_share_is_what_there_is_time_for(
    budget: Budget, fixed: float, thinnable: float, share: float
) -> None:
    """What cannot be thinned is taken off; a little is looked at in any case."""
    budget.ahead = Ahead(fixed, thinnable)
    assert budget.share == pytest.approx(share)


def test_an_estimate_is_believed_as_time_goes_by(budget: Budget, hands: Hands) -> None:
    """What a busy machine makes of a few requests is no reason to leave anything out."""
    budget.ahead = Ahead(0, 100)
    assert budget.share == 1.0
    hands.move(50)
    assert budget.share == pytest.approx(0.09)


def test_a_service_that_is_fast_enough_is_not_thinned(budget: Budget) -> None:
    """All of a space is looked at."""
    budget.ahead = Ahead(20, 30)
    assert budget.fewer(37) == 37


def test_chosen_places_are_spread() -> None:
    """The first is among them, and each stretch has one."""
    assert evenly(10, 4) == [0, 2, 5, 7]
    assert evenly(3, 9) == [0, 1, 2]


def test_orders_are_thinned_evenly() -> None:
    """Of all simple orders of two requests some are tried, and how many there are is known."""
    count = ScheduleCount(lambda _: 3)
    tried = list(run_schedules(Followed, 50, count))
    assert (len(tried), count.whole) == (3, 6)


def test_a_speed_is_that_of_either_kind(budget: Budget, hands: Hands) -> None:
    """One slow request among many does not count."""
    for seconds in (1, 1, 30):
        with budget.timed("POST"):
            hands.move(seconds)
    assert (budget.speed.write, budget.speed.read) == (1, 1)


def test_extents_add_up_by_their_unit() -> None:
    """Places are no programs."""
    found = [Extent("places", 2, 9), Extent("programs", 1, 4), Extent("places", 1, 1)]
    assert added_up(found) == (Extent("places", 3, 10), Extent("programs", 1, 4))


def test_durations_are_told_in_seconds_or_minutes() -> None:
    """Long ones in minutes."""
    assert [duration(70.2), duration(600), duration(150)] == ["70 s", "10 min", "2.5 min"]


def test_an_estimate_is_told_no_finer_than_it_is_known() -> None:
    """In tens of seconds, and then in whole minutes."""
    seconds = (0, 7.2, 41, 99, 100, 295)
    told = ["0 s", "8 s", "50 s", "100 s", "2 min", "5 min"]
    assert told == [roughly(each) for each in seconds]


def test_a_thorough_run_has_the_time_it_was_given() -> None:
    """What it may generate is added to the usual budget, and an own one is taken as it is."""
    from contract_tests.rules.profile import THOROUGH

    assert Options().seconds == 600
    assert Options(profile=THOROUGH, minutes=30).seconds == 2400
    assert Options(profile=THOROUGH, minutes=30, budget=0.5).seconds == 30


def test_what_was_not_reached_is_one_line() -> None:
    """However many tests there are; the parts that were seen are told by rule."""
    words = ("case", "A MUST b.", "Type c.")
    late = [
        Verdict("SES-01", "required", "undecided", *words, f"t{n}", reason="x", is_late=True)
        for n in range(3)
    ]
    seen = Verdict("CAN-01", "required", "upheld", *words, "t", extents=(Extent("places", 2, 9),))
    run = RunRecord(Settings(budget=60.0), {}, Totals(), (*late, seen), 4)
    told = list(summary_lines(run))
    assert told[0].startswith("undecided: out of time: 3 tests of 1 rule not reached")
    assert told[1] == "seen in part, to end within 60 s: CAN-01 (2 of 9 places)"
    assert not run.is_conformant


PROGRESS = re.compile(r"^contract: \d+ of \d+ tests, about .* left; ", re.MULTILINE)
RULES = "SES-01,CRU-01,CAN-01,API-03"


@pytest.mark.parametrize(("minutes", "has_late"), [("2", False), ("0.25", True)])
def test_a_slow_service_is_seen_in_part(minutes: str, *, has_late: bool) -> None:
    """Its writes take half a second of a clock that nobody waits for."""
    result = run_contract(
        "proofs.virtual_time:slow_writes",
        "sqlite",
        *(
            "-p",
            "proofs.virtual_time",
            "--contract-rule",
            RULES,
            "--contract-budget",
            minutes,
            "-v",
        ),
    )
    rows = result.report["verdicts"]
    parts = [one for row in rows for one in row["extents"] if one["seen"] < one["whole"]]
    late = [row for row in rows if row["is_late"]]
    assert result.rules("broken") == set()
    assert result.rules("upheld") >= {"SES-01", "CRU-01"}
    assert (bool(late), bool(parts)) == (has_late, True), result.printed
    summary = result.printed.partition(" contract ====")[2]
    assert summary.count("out of time") == has_late
    assert result.exit_code == has_late
    assert "a budget of" in result.printed
    assert bool(PROGRESS.search(result.printed)) != has_late  # which ends before the first line
