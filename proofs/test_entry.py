"""Credentials that end: one line ends the run, and nobody is accused for it."""

from __future__ import annotations

import pytest

from contract_tests.rules import RULES, Level
from proofs import entry_apps
from proofs.innocent.bearer_auth import TOKEN
from proofs.matrix import ContractResult, run_contract

RECOMMENDED = [r.id for r in RULES if r.level is Level.RECOMMENDED and r.id.startswith("CRU")]


def judged(app: str, *rules: str) -> ContractResult:
    """The contract on one of the apps, with its token."""
    return run_contract(
        f"{entry_apps.__name__}:{app}",
        "sqlite",
        f"--contract-header=Authorization: Bearer {TOKEN}",
        f"--contract-rule={','.join(rules)}",
        "--contract-profile=quick",
    )


def reasons(result: ContractResult) -> list[str]:
    """Everything that is neither upheld nor not applicable."""
    rows = result.report["verdicts"]
    return [r["reason"] for r in rows if r["verdict"] not in ("upheld", "not applicable")]


def test_a_token_that_ends_is_one_line() -> None:
    """The rest of the run is not judged, and the one verdict names the cause."""
    result = judged("expiring", "CRU-01", "CRU-11", "CRU-12", "CRU-31", "ERR-01")
    (reason,) = reasons(result)
    assert reason.startswith("the credentials of the run have ended")
    assert f"NOT conformant: the run could not go on: {reason}" in result.printed
    assert result.exit_code == pytest.ExitCode.INTERRUPTED


def test_a_token_that_ends_is_no_error_of_the_kit() -> None:
    """What was being judged is undecided; the run is red, though nobody insists on the rule."""
    result = judged("expiring", *RECOMMENDED)
    last = result.report["verdicts"][-1]
    assert (last["verdict"], last["level"]) == ("undecided", "recommended")
    assert result.exit_code == pytest.ExitCode.INTERRUPTED


def test_an_operation_that_revokes_the_token_is_left_out() -> None:
    """The app is made anew, and the run goes on without the operation."""
    result = judged("revoking", "API-03")
    assert reasons(result) == []
    assert "left out: POST /logout, which ended the credentials of the run" in result.printed


def test_an_operation_that_revokes_the_token_for_good_is_named() -> None:
    """What is to be left out is said, with the option that does."""
    (reason,) = reasons(judged("revoking_for_good", "API-03"))
    assert "POST /logout ended the credentials of the run" in reason
    assert "-k 'not others'" in reason
