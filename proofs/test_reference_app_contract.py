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
