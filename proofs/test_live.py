"""A service that runs elsewhere is judged by its answers, and left as it was."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.rules import AREAS
from contract_tests.service.transports.http import HttpTransport
from proofs.matrix import run_contract
from proofs.owners import script_of
from proofs.serving import served

WRITING = "--contract-allow-existing-database"
QUICK = ("--contract-profile", "quick")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of the service is."""
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def reference(folder: Path) -> Iterator[str]:
    """The reference app behind a server."""
    with served("reference_app:create_app", str(folder)) as (address, _):
        yield address


def rows_in(folder: Path) -> int:
    """How many rows there are."""
    with sqlite3.connect(folder / "served.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM example_items").fetchone()
    return int(count)


def test_answers_alone_decide_what_they_can(reference: str, folder: Path) -> None:
    """Rules about answers are decided, those about connections are not, and no row is left."""
    outer = {"CRU-01", "CRU-19", "CRU-32", "PAY-01", "PAY-15", "PAY-20", "API-01", "API-03"}
    inside = {rule.id for area in ("sessions", "failures", "schema") for rule in AREAS[area]}
    asked = ("--contract-rule", ",".join(outer | inside))
    result = run_contract(reference, "sqlite", WRITING, *QUICK, *asked)
    assert result.exit_code == 0, result.printed
    assert outer <= result.rules("upheld")
    assert inside <= result.rules("not applicable")
    assert not result.rules("broken")
    assert rows_in(folder) == 0


def test_what_http_cannot_carry_is_not_sent(reference: str) -> None:
    """It is answered as the service's own server would, and no failure of the service."""
    answered: list[Exchange] = []
    transport = HttpTransport(reference, Recorder(), answered.append)
    (exchange,) = asyncio.run(transport.together([Request("GET", "/a b")]))
    assert answered == [exchange]
    assert (exchange.status, exchange.text.partition(":")[0]) == (400, "not sent")


def test_the_address_of_its_database_opens_the_back_door(reference: str, folder: Path) -> None:
    """With it, what is stored is judged too; what was there before stays."""
    address = f"sqlite+aiosqlite:///{folder}/served.db"
    with sqlite3.connect(folder / "served.db") as connection:
        connection.execute("INSERT INTO example_items (name) VALUES ('kept')")
    result = run_contract(reference, address, WRITING, "--contract-rule", "CRU-02,CRU-20,CRU-29")
    assert result.rules("upheld") == {"CRU-02", "CRU-20", "CRU-29"}, result.printed
    assert rows_in(folder) == 1


@pytest.mark.parametrize(
    ("app", "rule"),
    [
        ("proofs.broken.crud_semantics:zero_is_nothing", "CRU-45"),
        ("proofs.broken.openapi:forgotten_report", "API-03"),
    ],
)
def test_a_broken_answer_is_seen_from_outside(app: str, rule: str, tmp_path: Path) -> None:
    """What a broken app answers is the same behind a server, and is replayed there."""
    with served(app, str(tmp_path)) as (address, _):
        result = run_contract(address, "sqlite", WRITING, "--contract-rule", rule, *QUICK)
    assert result.rules("broken") == {rule}, result.printed
    assert f"run {address} --contract-rule {rule} {WRITING}" in result.printed


def test_a_surprise_is_shown_by_a_test_against_the_address(tmp_path: Path) -> None:
    """The regression test speaks to the running service, and imports nothing of it."""
    app = "proofs.broken.crud_changes:update_without_where"
    with served(app, str(tmp_path)) as (address, _):
        result = run_contract(address, "sqlite", WRITING, "--contract-rule", "CRU-32")
    said = result.messages("CRU-32")
    assert f"httpx.AsyncClient(base_url='{address}'" in said, result.printed
    assert "update_without_where" not in said.partition("as a separate test")[2]


@pytest.mark.parametrize(
    ("address", "arguments", "words"),
    [
        ("http://127.0.0.1:9", (), "Permit this with --contract-allow-existing"),
        ("http://127.0.0.1:9", (WRITING,), "nobody answers at http://127.0.0.1:9"),
        ("http://127.0.0.1:port", (WRITING,), "is no address of a service, such as http://"),
        ("ftp://127.0.0.1", (WRITING,), "is no address of a service, such as http://"),
        ("http://me:secret@127.0.0.1:9", (WRITING,), "--contract-header 'Authorization: ...'"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(
    address: str, arguments: tuple[str, ...], words: str
) -> None:
    """One line says what was given, and what would be valid."""
    result = run_contract(address, "sqlite", *arguments)
    assert words in result.printed
    assert "secret" not in result.printed
    assert "Traceback" not in result.printed


def test_rows_that_cannot_be_deleted_are_counted(tmp_path: Path) -> None:
    """Where there is no DELETE, the run says how many rows it leaves."""
    with served("proofs.innocent.append_only:app", str(tmp_path)) as (address, _):
        result = run_contract(address, "sqlite", WRITING, "--contract-rule", "CRU-01")
    assert result.exit_code == 0, result.printed
    assert "left behind: no DELETE took 3 of them away" in result.printed


def test_a_service_without_a_document_is_told_what_it_takes(tmp_path: Path) -> None:
    """Where neither a document nor a table can be read, the fields are given by hand."""
    bodies = ('--contract-body=title="note {n}"', "--contract-body=priority=5")
    given = ("--contract-resource=/notes", *bodies)
    with served("proofs.test_own_fields:lenient", str(tmp_path)) as (address, _):
        result = run_contract(
            address, "sqlite", WRITING, *given, "--contract-rule", "CRU-01,CRU-03"
        )
    assert result.rules("upheld") == {"CRU-01", "CRU-03"}, result.printed


def test_rows_that_the_list_shows_are_spared(tmp_path: Path) -> None:
    """Where nobody can put rows back, drawn requests do not go to those that were there before."""
    with served("reference_app:create_app", str(tmp_path)) as (address, _):
        with sqlite3.connect(tmp_path / "served.db") as connection:
            names = [(f"kept {number}",) for number in range(50)]
            connection.executemany("INSERT INTO example_items (name) VALUES (?)", names)
        before = script_of(tmp_path / "served.db")
        result = run_contract(address, "sqlite", WRITING, *QUICK, "--contract-rule", "API-03")
        assert before == script_of(tmp_path / "served.db")
    assert "requests not sent, to rows that were there before: " in result.printed
