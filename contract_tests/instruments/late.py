"""Confine a process as soon as it imports what can connect to a database, and not before."""

from __future__ import annotations

import sys
from importlib import import_module

from .interception import Imports

LIBRARIES = ("sqlite3", "sqlalchemy", "asyncpg", "psycopg", "psycopg2", "aiomysql", "pymysql")


def confine_when_needed() -> None:
    """Wait for the import of a library that connects; a process without one is left alone."""
    path = list(sys.path)

    def confine(_module: object) -> None:
        waiting.__exit__(None, None, None)
        before, sys.path[:] = list(sys.path), [*sys.path, *path]
        try:
            confined = import_module(f"{__package__}.confinement").confined_here()
        finally:
            sys.path[:] = before
        if confined is not None:
            confined.__enter__()

    waiting = Imports(LIBRARIES, confine)
    waiting.__enter__()
