"""Sessions: what the requests made from the document leave behind, of every operation."""

from __future__ import annotations

import pytest

from ..instruments.commits import commit_of, lateness, write_before_answer
from ..instruments.exchange import Event, Exchange
from ..rules.findings import GENERATED
from ..runner.judge import Judge, judges
from ..scenarios.fuzzing.fuzz_session import Exploration, Explored
from ..scenarios.fuzzing.partition import PARTS, FuzzPart
from ..service.capabilities import unseen, unseen_drivers
from ..service.service import Service


def generated_case(part: FuzzPart) -> str:
    """Name the case of a part: other tests have cases that are called as parts are."""
    return f"{part.subject}-{GENERATED}-{part.phase}"


@judges("SES-01")
@pytest.mark.parametrize("explored", PARTS, ids=generated_case, indirect=True)
def test_an_explored_request_returns_its_connections(
    judge: Judge, service: Service, explored: Explored
) -> None:
    """No connection is out once a generated request has ended, by whichever branch."""
    if unseen_drivers(service):
        judge.not_applicable(unseen(service))
    if explored.doubt and not explored.holding:
        judge.not_applicable(explored.doubt)
    holding = explored.holding
    # The seed decides which request it is: the finding has the same name for all of them.
    judge.defects = ("a connection is out after a generated request",)
    left = [f"{exchange}: {'; '.join(map(str, exchange.held))}" for exchange in holding]
    judge.that(
        not holding,
        expected="no connection out once the request has ended",
        observed=f"still out after {'; '.join(left)}",
        seen=holding[0] if holding else None,
    )


@judges("SES-03")
def test_an_action_is_committed_before_it_is_answered(
    judge: Judge, exploration: Exploration
) -> None:
    """The COMMIT of what an operation beside the collection writes comes before its answer ends."""
    actions = exploration.actions
    committed = [(action, commit) for action in actions if (commit := _commit_in(action))]
    if not committed:
        judge.not_applicable("no operation beside the collection is seen to commit what it writes")
    late = [each for each in committed if lateness(each[1], each[0])]
    action, commit = (late or committed)[0]
    judge.that(
        not late,
        expected="COMMIT before the answer is complete",
        observed=f"{action}, and its COMMIT {lateness(commit, action)}",
        seen=action,
        at=commit,
    )


def _commit_in(action: Exchange) -> Event | None:
    """Return the COMMIT of the last write before an answer; None if it has written nothing."""
    write = write_before_answer(action)
    return commit_of(write, action) if write else None
