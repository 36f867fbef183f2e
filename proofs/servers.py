"""One throwaway server for many contract runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from contract_tests.databases import provide

VARIABLES = {"postgresql": "CONTRACT_POSTGRES_URL", "mysql": "CONTRACT_MYSQL_URL"}


@contextmanager
def shared_server(database: str) -> Iterator[dict[str, str]]:
    """The environment that lets contract runs make their databases on one server."""
    if database not in VARIABLES:
        yield {}
        return
    given = os.environ.get(VARIABLES[database])
    if given:
        yield {VARIABLES[database]: given}
        return
    with provide(database) as server:
        url = server.make().url.set(drivername=database)
        yield {VARIABLES[database]: url.render_as_string(hide_password=False)}
