"""The payload and openapi rules accuse nobody of what other rules are about."""

from __future__ import annotations

import pytest

from proofs.conftest import Servers
from proofs.matrix import ContractResult, run_contract

AREAS = ("-k", "test_payloads or test_openapi")
DATABASES = ("sqlite", "postgresql")


def judged(app: str, database: str, servers: Servers) -> ContractResult:
    """The payload and openapi rules on one of the apps."""
    environ = servers.environ(database)
    return run_contract(f"proofs.elsewhere:{app}", database, *AREAS, environ=environ)


@pytest.mark.parametrize("database", DATABASES)
def test_changes_that_always_fail_are_no_matter_of_strange_bodies(
    database: str, servers: Servers
) -> None:
    """Where not even a plain change succeeds, nothing is said about strange ones."""
    result = judged("without_changes", database, servers)
    assert result.rules("broken") == {"API-03"}
    assert result.rules("undecided") == {"PAY-02", "PAY-26"}
    assert {"PAY-04", "PAY-05", "PAY-11", "PAY-12"} <= result.rules("upheld")


@pytest.mark.parametrize(
    ("app", "rules"),
    [("without_lists", {"ERR-06", "PAY-07"}), ("without_changes", {"CRU-10", "CRU-13"})],
)
def test_what_always_fails_is_no_matter_of_what_was_odd(app: str, rules: set[str]) -> None:
    """A list or a change that fails by itself fails for no injected error, page, null or id."""
    chosen = ("--contract-rule", ",".join(rules))
    result = run_contract(f"proofs.elsewhere:{app}", "sqlite", *chosen)
    assert result.rules("broken") == set()
    assert result.rules("undecided") == rules


@pytest.mark.parametrize("database", DATABASES)
def test_a_null_is_no_text(database: str, servers: Servers) -> None:
    """A service that stumbles over null in a change has not spoilt a text."""
    result = judged("without_nulls", database, servers)
    assert result.rules("broken") <= {"API-03"}
    assert {"PAY-01", "PAY-02"} <= result.rules("upheld")


@pytest.mark.parametrize("database", DATABASES)
def test_keys_codes_and_amounts_are_understood(database: str, servers: Servers) -> None:
    """A row keeps its key, a taken one is no lie of the document, and cents have two digits."""
    result = judged("accounts", database, servers)
    assert {"PAY-11", "PAY-12", "PAY-17", "API-08"} <= result.rules("upheld")
    assert result.rules("broken") <= {"API-03"}
