"""What a fault of the service leaves to be judged is judged, and nothing is upheld unseen."""

from __future__ import annotations

from proofs.conftest import Servers
from proofs.matrix import ContractResult, run_contract


def verdicts(result: ContractResult, rule: str) -> dict[str, str]:
    """The verdict on each case of a rule."""
    rows = result.report["verdicts"]
    return {row["case"]: row["verdict"] for row in rows if row["rule"] == rule}


def test_a_list_that_fails_hides_nothing_of_other_operations() -> None:
    """A create is followed up by a read then; nothing about the list is upheld unseen."""
    chosen = ("--contract-rule", "SES-01,DIS-01")
    result = run_contract("proofs.broken.crud:list_always_fails", "sqlite", *chosen)
    assert verdicts(result, "SES-01")["list"] == "not applicable"
    assert verdicts(result, "DIS-01") | {"list": ""} == {
        "list": "",
        "read": "upheld",
        "create": "upheld",
        "replace": "upheld",
        "update": "upheld",
        "delete": "upheld",
    }


def test_a_bad_schema_costs_its_own_operation_alone() -> None:
    """No request can be made for the list; those of all others are."""
    chosen = ("--contract-rule", "API-03", "--contract-profile", "quick")
    result = run_contract("proofs.broken.openapi:misspelt_type", "sqlite", *chosen)
    found = verdicts(result, "API-03")
    assert found["list-valid"] == "not applicable"
    assert found["create-valid"] == "upheld"
    assert result.exit_code == 0, result.printed


def test_a_driver_past_sqlalchemy_is_named_once(servers: Servers) -> None:
    """The header says who connects; what the database itself shows is judged."""
    chosen = ("--contract-rule", "SES-01,SES-02", "-v")
    environ = servers.environ("postgresql")
    result = run_contract("proofs.innocent.driver_pool:app", "postgresql", *chosen, environ=environ)
    assert result.printed.count("  unseen    connections are made by asyncpg itself") == 1
    assert set(verdicts(result, "SES-01").values()) == {"not applicable"}
    assert verdicts(result, "SES-02")["create"] == "upheld"


def test_what_asks_for_a_token_is_not_blamed_for_refusing() -> None:
    """Nothing shows that a request exists which it should have accepted."""
    chosen = ("--contract-rule", "API-08", "--contract-profile", "quick")
    result = run_contract("proofs.innocent.tokens:confirming", "sqlite", *chosen)
    found = verdicts(result, "API-08")
    assert found["others-valid"] == "not applicable"
    assert found["create-valid"] == "upheld"
