"""Every message on the page of troubles is what an app says that has the trouble."""

from __future__ import annotations

import pytest

from proofs.conftest import Servers
from proofs.matrix import run_contract
from proofs.troubles import Trouble, read_troubles

TROUBLES = read_troubles()
RUN = [trouble for trouble in TROUBLES if not trouble.is_in_kill_matrix]


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_a_trouble_has_a_broken_app_and_its_rule(trouble: Trouble) -> None:
    """The kill matrix has the app under the rule that is named."""
    assert trouble.app is not None


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_a_trouble_has_a_cause_and_a_fix(trouble: Trouble) -> None:
    """Nobody is left with a message alone."""
    assert trouble.is_whole


@pytest.mark.parametrize("trouble", RUN, ids=str)
def test_the_evidence_has_the_message(trouble: Trouble, servers: Servers) -> None:
    """What the kill matrix does not look for is looked for in a run of the rule."""
    result = run_contract(
        trouble.locator,
        trouble.database,
        "--contract-rule",
        trouble.rule,
        environ=servers.environ(trouble.database),
    )
    assert trouble.messages.splitlines()[0] in result.messages(trouble.rule), result.printed
