"""The reference app keeps the whole contract, at level recommended, on every embedded database."""

from __future__ import annotations

import pytest

from proofs.conftest import Servers
from proofs.matrix import IS_WHOLE, run_contract

DATABASES = ("sqlite", "sqlite-memory", "postgresql", "mysql")
BY_DAY = ("postgresql",)
"""SQLite has its turn in the contract of the test run itself."""


@pytest.mark.parametrize("database", DATABASES if IS_WHOLE else BY_DAY)
def test_the_reference_app_is_conformant(database: str, servers: Servers) -> None:
    """Nothing is broken, nothing undecided, in one run of all rules, one after the other."""
    profile = "default" if IS_WHOLE else "quick"
    result = run_contract(
        "reference_app:create_app",
        database,
        *("--contract-level", "recommended", "--contract-profile", profile),
        environ=servers.environ(database),
    )
    assert result.exit_code == 0, result.printed
    assert len(result.rules("upheld")) > 150


def test_a_database_in_memory_has_no_other_starts(servers: Servers) -> None:
    """Rules on starts of their own do not apply to it; those on the one start hold."""
    rules = "SES-01,CAN-01,SET-01,SET-02,SET-03,REP-01,MIG-01,SCH-01"
    result = run_contract(
        "reference_app:create_app",
        "sqlite-memory",
        *("--contract-rule", rules),
        environ=servers.environ("sqlite-memory"),
    )
    assert result.exit_code == 0, result.printed
    assert result.rules("upheld") >= {"SES-01", "CAN-01"}
    assert result.rules("not applicable") >= {"SET-01", "REP-01"}
