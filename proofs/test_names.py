"""A database that a killed run has left on a given server is dropped by the next run there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from contract_tests.databases import provide
from contract_tests.databases.names import abandoned, fresh_name
from proofs.conftest import Servers

DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
KILLED = """
import os, sys
from contract_tests.databases import provide
with provide(sys.argv[1]) as server:
    print(server.make().url.render_as_string(hide_password=False), flush=True)
    os._exit(0)
"""
NAME = "from contract_tests.databases.names import fresh_name; print(fresh_name())"


def said_by(*arguments: str, environ: dict[str, str] | None = None) -> str:
    """What a process printed that lives no more."""
    command = [sys.executable, "-c", *arguments]
    return subprocess.check_output(command, env=os.environ | (environ or {}), text=True).strip()


def test_only_the_dead_of_this_machine_leave_databases() -> None:
    """Those of others, of runs that live, and what looks alike are left alone."""
    dead, living = said_by(NAME), fresh_name()
    elsewhere = f"contract_000000{dead[15:]}"
    assert abandoned([dead, living, elsewhere, "contract_shop", f"{dead}_backup"]) == [dead]


def test_a_name_fits_an_account() -> None:
    """MySQL gives 32 characters, whatever number the process has."""
    longest = len(fresh_name()) - len(str(os.getpid())) + len(str(2**22))
    assert longest <= 32


def is_there(url: URL) -> bool:
    """Return whether one can connect to a database."""
    engine = create_engine(url)
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


@pytest.mark.parametrize("database", DRIVERS)
def test_the_next_run_drops_it(database: str, servers: Servers) -> None:
    """Not the one that is made now, nor one that somebody is connected to."""
    environ = servers.environ(database)
    left, used = (
        make_url(said_by(KILLED, database, environ=environ)).set(drivername=DRIVERS[database])
        for _ in range(2)
    )
    connected = create_engine(used, poolclass=NullPool).connect()
    with connected, provide(database, environ=environ) as server:
        mine = server.make().url.set(drivername=DRIVERS[database])
        assert [is_there(url) for url in (left, used, mine)] == [False, True, True]
