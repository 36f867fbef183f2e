"""An action that redirects is a success, and commits like one."""

from __future__ import annotations

from fastapi import FastAPI

from proofs.broken.openapi_actions import archiving
from proofs.matrix import run_contract


def committed() -> FastAPI:
    """The reference app with an action that commits, then answers 303."""
    return archiving(commits=True)


def test_an_action_that_commits_and_redirects_is_spared() -> None:
    """It is seen to write, and upheld."""
    asked = ("--contract-rule", "API-18", "--contract-profile", "quick")
    result = run_contract(f"{__name__}:committed", "sqlite", *asked)

    assert [row["verdict"] for row in result.report["verdicts"]] == ["upheld"], result.printed
