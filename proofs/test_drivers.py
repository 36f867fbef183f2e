"""The rules of sessions and errors hold on every driver that SQLAlchemy is used with here."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

import pytest

from contract_tests.rules import RULES
from proofs.conftest import Servers
from proofs.matrix import ContractResult, run_contract

AREAS = ("SES-", "ERR-")


@dataclass(frozen=True)
class Driver:
    """A driver, by the name SQLAlchemy's addresses give it, and the style it is used in."""

    name: str
    style: str
    module: str

    @property
    def database(self) -> str:
        """The kind of database it speaks to."""
        return self.name.partition("+")[0]

    def __str__(self) -> str:
        """A readable test id."""
        return f"{self.module}-{self.style}"


DRIVERS = (
    Driver("sqlite+aiosqlite", "async", "aiosqlite"),
    Driver("sqlite+pysqlite", "blocking", "sqlite3"),
    Driver("postgresql+asyncpg", "async", "asyncpg"),
    Driver("postgresql+psycopg", "async", "psycopg"),
    Driver("postgresql+psycopg", "blocking", "psycopg"),
    Driver("mysql+aiomysql", "async", "aiomysql"),
    Driver("mysql+asyncmy", "async", "asyncmy"),
    Driver("mysql+pymysql", "blocking", "pymysql"),
)


@pytest.fixture(params=DRIVERS, ids=str)
def driver(request: pytest.FixtureRequest) -> Driver:
    """Give each driver that is installed."""
    asked: Driver = request.param
    if importlib.util.find_spec(asked.module) is None:
        pytest.skip(f"{asked.module} is not installed")
    return asked


def judged(app: str, driver: Driver, servers: Servers) -> ContractResult:
    """The rules of both areas on one of the apps, through this driver."""
    rules = ",".join(rule.id for rule in RULES if rule.id.startswith(AREAS))
    return run_contract(
        f"proofs.drivers_app:{app}_app",
        driver.database,
        "--contract-rule",
        rules,
        "--contract-env",
        "DATABASE_URL={url_sync}",
        "--contract-env",
        f"DATABASE_DRIVER={driver.name}",
        environ=servers.environ(driver.database),
    )


def test_a_correct_service_keeps_its_rules(driver: Driver, servers: Servers) -> None:
    """Nothing is held against it, and what is promised of every database was really judged."""
    result = judged(driver.style, driver, servers)
    assert result.exit_code == 0, result.printed
    assert result.rules("broken") == set()
    assert {"SES-01", "SES-03", "ERR-01", "ERR-02", "ERR-05", "ERR-06"} <= result.rules("upheld")


def test_a_leak_is_caught(driver: Driver, servers: Servers) -> None:
    """The connection that a 404 keeps is seen whatever the driver."""
    result = judged(f"leaking_{driver.style}", driver, servers)
    assert "SES-01" in result.rules("broken"), result.printed
    assert "404" in result.messages("SES-01")
