"""Concurrency: two actions on one row that meet in every order."""

from __future__ import annotations

from ..instruments.row_locks import IgnoredLocks
from ..runner.judge import Judge, judges
from ..scenarios.concurrency.actions import adding_actions, races
from ..scenarios.concurrency.once_only import both_succeed, interleavings, once_only_actions
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


@judges("CON-16")
def test_of_two_actions_that_succeed_once_one_is_refused(judge: Judge, service: Service) -> None:
    """In every order, what is refused the second time does not succeed twice."""
    with IgnoredLocks() as locks:
        once = list(once_only_actions(service))
    if locks.statement:
        judge.not_applicable("an action locks rows, and the database has no such lock")
    if not once:
        judge.not_applicable("no action on a row is refused when it is sent once more")
    met = [meeting for drafts in once for meeting in interleavings(service, drafts)]
    if not met:
        judge.not_applicable("no action is refused the second time, where two do not overlap")
    twice = [meeting for meeting in met if both_succeed(meeting)]
    judge.that(
        not twice,
        expected=f"one of the two refused, in each of {len(met)} orders",
        observed=f"both succeeded: {twice[0]}; so in {len(twice)} orders" if twice else "",
        seen=twice[0].evidence if twice else None,
    )
