"""A field that no answer shows: the database decides what became of it."""

from __future__ import annotations

from fastapi import FastAPI

from proofs.broken.concurrency_hidden import hiding
from proofs.matrix import run_contract
from reference_app import create_app


def honest() -> FastAPI:
    """The reference app, which never shows a description."""
    return hiding(create_app())


def test_a_hidden_field_that_survives_is_no_loss() -> None:
    """Both rules that compare whole rows are upheld; a read that shows one field has no parts."""
    asked = ("--contract-rule", "CON-01,CON-07,CON-08")
    result = run_contract(f"{__name__}:honest", "sqlite", *asked)
    found = {(row["rule"], row["verdict"]) for row in result.report["verdicts"]}

    assert found == {
        ("CON-01", "upheld"),
        ("CON-07", "upheld"),
        ("CON-08", "not applicable"),
    }
