"""Facts about orders: all where they are few, else those with the fewest interruptions."""

from __future__ import annotations

from contract_tests.scenarios.concurrency.schedules import run_schedules


def test_all_orders_are_tried_where_there_are_few() -> None:
    """Two requests of one call each have two orders, and both are met."""

    class Short:
        def __init__(self, schedule: str) -> None:
            self.schedule = schedule or "AB"
            self.following = None if schedule else "BA"

    assert [run.schedule for run in run_schedules(Short, 2)] == ["AB", "BA"]


def test_of_too_many_orders_the_simplest_are_tried() -> None:
    """First one after the other, then with one interruption, then with two; none of them twice."""

    class Long:
        def __init__(self, schedule: str) -> None:
            self.schedule = schedule or "AAAABBBB"
            self.following: str | None = None

    taken = [run.schedule for run in run_schedules(Long, 12)]
    assert taken[:4] == ["AAAABBBB", "BBBBAAAA", "ABBBBAAA", "AABBBBAA"]
    assert taken[8:] == ["ABAAABBB", "ABBAAABB", "ABBBAAAB", "AABAABBB"]
    assert len(set(taken)) == 12
