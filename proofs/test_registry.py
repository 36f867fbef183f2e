"""Facts about the registry of databases: one folder each, and a team may add its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.databases import registry
from proofs.matrix import ContractResult, run_contract

ROOT = Path(__file__).resolve().parent.parent
APP = "proofs.innocent.list_envelope:app"
RULES = ("SES-01", "CRU-01", "SCH-03", "FAI-14", "FAI-16")
"""Requests, starts in other processes, a database out of reach, and one that is read-only."""


def judged(database: str, *rules: str) -> ContractResult:
    """Judge an app on a database that a module of the team registers."""
    asked = ("-p", "proofs.pretend_database", "--contract-rule", ",".join(rules))
    return run_contract(APP, database, *asked)


def test_a_database_from_outside_is_judged_like_those_of_the_kit() -> None:
    """A record alone makes it known to the run, and to the processes that the run starts."""
    result = judged("pretend", *RULES)
    assert set(RULES) == result.rules("upheld"), result.printed
    assert (result.exit_code, result.report["facts"]["database"]["name"]) == (0, "pretend")


@pytest.mark.parametrize("word", ["pretent", "untrue"])
def test_a_database_from_outside_is_among_the_valid_ones(word: str) -> None:
    """A misspelt name is answered with it."""
    printed = judged(word, "SES-01").printed
    assert "sqlite, sqlite-memory, postgresql, mysql, pretend" in printed


def test_every_folder_is_one_database() -> None:
    """A folder that is not registered would be a database nobody can name."""
    folders = {
        path.parent.name for path in (ROOT / "contract_tests/databases").glob("*/__init__.py")
    }
    assert folders == {vendor.name for vendor in registry.vendors()}


def test_a_name_that_is_taken_is_refused() -> None:
    """The error says who has the name."""
    other = replace(registry.of("mysql"), module="ours.database", words=(), also=())
    taken = "ours.database registers the database 'mysql', a name that .*databases.mysql has"
    with pytest.raises(ValueError, match=taken):
        registry.register(other)


def test_an_unknown_database_has_no_features() -> None:
    """Whoever asks about a backend that nobody registered is told nothing."""
    unknown = registry.of("oracle")
    assert not unknown.lead(None, [], {})  # type: ignore[arg-type]
    assert (unknown.place(object()), unknown.embedded) == (None, None)


def test_the_names_are_known_without_a_database_library() -> None:
    """The plug-in lists the databases in every pytest run, also where none is used."""
    program = (
        "import sys\n"
        "from contract_tests.databases import registry\n"
        "print(*registry.words(), *{'sqlalchemy', 'sqlite3', 'asyncpg'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["sqlite", "sqlite-memory", "postgresql", "mysql"]


LATE = """
import sys
from dataclasses import replace

from contract_tests.databases import registry
from contract_tests.instruments.sockets import Sockets

sqlite = registry.of("sqlite")
opening = replace(sqlite.embedded, opening="late.open", place_of_name=lambda name: name)
late = replace(sqlite, name="late", module="late", words=(), nicknames={}, embedded=opening)
registry.register(late)
with Sockets(lambda *asked: None, print):
    sys.audit("late.open", "a file")
"""


def test_files_of_a_database_from_outside_are_told_of() -> None:
    """Its own audit event is listened to, though the instrument was imported before it."""
    done = subprocess.run(
        [sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("a file\n", "")
