"""Facts about interleaving: every schedule is met once, and each again from its letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.acts.interleaving import interleave, interleaved, schedules, telling
from contract_tests.instruments.exchange import Request
from contract_tests.opening import open_service
from contract_tests.options import Options
from contract_tests.service import Service

ROOT = Path(__file__).resolve().parent.parent


def test_schedules_are_tried_depth_first_until_there_are_none() -> None:
    """Each is asked for once, beginning with the empty one."""

    class Step:
        def __init__(self, schedule: str) -> None:
            asked.append(schedule)
            self.schedule = schedule
            self.following = {"": "AB", "AB": "B"}.get(schedule)

    asked: list[str] = []
    assert len(list(schedules(Step, 10))) == 3
    assert asked == ["", "AB", "B"]


def test_schedules_that_are_too_many_are_tried_with_the_fewest_interruptions() -> None:
    """First one after the other, then with one interruption, then with two; none of them twice."""

    class Long:
        def __init__(self, schedule: str) -> None:
            self.schedule = schedule or "AAAABBBB"
            self.following = None

    taken = [run.schedule for run in telling(Long, 12)]
    assert taken[:4] == ["AAAABBBB", "BBBBAAAA", "ABBBBAAA", "AABBBBAA"]
    assert taken[8:] == ["ABAAABBB", "ABBAAABB", "ABBBAAAB", "AABAABBB"]
    assert len(set(taken)) == 12


def test_all_schedules_are_tried_where_there_are_few() -> None:
    """Two requests of one call each have two schedules, and both are met."""

    class Short:
        def __init__(self, schedule: str) -> None:
            self.schedule = schedule or "AB"
            self.following = "BA" if not schedule else None

    assert [run.schedule for run in telling(Short, 2)] == ["AB", "BA"]


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


def test_two_changes_of_a_row_are_both_kept_in_every_order(service: Service) -> None:
    """The reference app writes what was sent and nothing else."""
    found = interleave(service, lambda: changes(service), 20)

    assert found[-1].following is None
    assert {one.before["example_items"][-1][1:] for one in found} == {("old", "old")}
    assert {one.after["example_items"][-1][1:] for one in found} == {("new", "new")}


def test_it_is_told_that_there_were_more(service: Service) -> None:
    """No more are tried than asked for, and the last one says what would have come."""
    (only,) = interleave(service, lambda: changes(service), 1)

    assert only.following == "B"


def test_an_interleaving_is_replayed_from_its_schedule(service: Service) -> None:
    """The line that describes it is the same again."""
    *_, last = interleave(service, lambda: changes(service), 3)

    again = interleaved(service, lambda: changes(service), last.schedule)

    assert last.is_exact
    assert str(again) == str(last)
    assert str(last).endswith("-> A 200, B 200")
