"""Concurrency: two actions on one row that meet in every order."""

from __future__ import annotations

from ..instruments.row_locks import IgnoredLocks
from ..runner.judge import Judge, judges
from ..scenarios.concurrency.actions import adding_actions, races
from ..service.service import Service


@judges("CON-15")
def test_of_two_actions_none_is_lost(judge: Judge, service: Service) -> None:
    """In every order, what two successful actions add to a row is in it afterwards."""
    with IgnoredLocks() as locks:
        adding = list(adding_actions(service))
    if locks.statement:
        judge.not_applicable("an action locks rows, and the database has no such lock")
    if not adding:
        judge.not_applicable("no action on a row is seen to add to a number of it")
    met = [race for action in adding for race in races(service, action)]
    if not met:
        judge.not_applicable("no action adds up, not even where two of it do not overlap")
    lost = [race for race in met if race.lost]
    judge.that(
        not lost,
        expected=f"what both have added, in each of {len(met)} orders",
        observed=f"{lost[0].meeting}, and then {lost[0].lost}; so in {len(lost)} orders"
        if lost
        else "",
        seen=lost[0].meeting.evidence if lost else None,
    )
