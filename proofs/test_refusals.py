"""A service that refuses nothing is told from one that fails."""

from __future__ import annotations

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.rules.violation import NotApplicable, Undecided
from contract_tests.scenarios.crud.refusals import no_refusal


def answered(status: int) -> Exchange:
    """A create that was answered so."""
    return Exchange(1, Request("POST", "/things"), status=status, complete=True)


@pytest.mark.parametrize("sent", [[], [answered(201), answered(201)]])
def test_a_service_that_takes_everything_has_no_refusal_to_judge(sent: list[Exchange]) -> None:
    """Then the promise has no meaning."""
    with pytest.raises(NotApplicable, match="takes every body"):
        no_refusal(sent)


def test_a_failure_is_no_acceptance() -> None:
    """Then the promise could not be looked at, which is red where it is required."""
    with pytest.raises(Undecided, match="POST /things -> 500"):
        no_refusal([answered(201), answered(500)])
