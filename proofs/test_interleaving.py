"""Facts about interleaving: every schedule is met once, and each again from its letters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from contract_tests.instruments.exchange import Request
from contract_tests.runner.opening import open_service
from contract_tests.runner.options import Options
from contract_tests.scenarios.concurrency.interleaving import Interleaving, interleaved
from contract_tests.scenarios.concurrency.schedules import depth_first
from contract_tests.service.service import Service

ROOT = Path(__file__).resolve().parent.parent


def test_schedules_are_tried_depth_first_until_there_are_none() -> None:
    """Each is asked for once, beginning with the empty one."""

    class Step:
        def __init__(self, schedule: str) -> None:
            asked.append(schedule)
            self.schedule = schedule
            self.following = {"": "AB", "AB": "B"}.get(schedule)

    asked: list[str] = []
    assert len(list(depth_first(Step, 10))) == 3
    assert asked == ["", "AB", "B"]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Give the reference app under contract."""
    with open_service(Options(app="reference_app:create_app", root=ROOT)) as opened:
        yield opened


def changes(service: Service) -> tuple[Request, ...]:
    """Two requests that change one field each of one row."""
    service.restore()
    row = service.row({"name": "old", "description": "old"})
    bodies = ({"name": "new"}, {"description": "new"})
    return tuple(service.draft_of("update", row.id, body) for body in bodies)


def interleavings(service: Service, most: int) -> list[Interleaving]:
    """Send the two changes, anew for each, in at most so many schedules."""
    return list(depth_first(partial(interleaved, service, lambda: changes(service)), most))


def test_two_changes_of_a_row_are_both_kept_in_every_order(service: Service) -> None:
    """The reference app writes what was sent and nothing else."""
    found = interleavings(service, 20)

    assert found[-1].following is None
    assert {one.before["example_items"][-1][1:] for one in found} == {("old", "old")}
    assert {one.after["example_items"][-1][1:] for one in found} == {("new", "new")}


def test_it_is_told_that_there_were_more(service: Service) -> None:
    """No more are tried than asked for, and the last one says what would have come."""
    (only,) = interleavings(service, 1)

    assert only.following == "B"


def test_an_interleaving_is_replayed_from_its_schedule(service: Service) -> None:
    """The line that describes it is the same again."""
    *_, last = interleavings(service, 3)

    again = interleaved(service, lambda: changes(service), last.schedule)

    assert last.is_exact
    assert str(again) == str(last)
    assert str(last).endswith("-> A 200, B 200")
