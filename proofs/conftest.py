"""Fixtures of the proofs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from contract_tests.databases import DatabaseUnavailable
from proofs.servers import shared_server

collect_ignore = ["template", "own_tests"]  # projects whose tests need their own settings


class Servers:
    """Starts a server for a kind of database on first use."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._environs: dict[str, dict[str, str]] = {}

    def environ(self, database: str) -> dict[str, str]:
        """What to set so that a contract run uses the shared server; skip where there is none."""
        if database not in self._environs:
            try:
                self._environs[database] = self._stack.enter_context(shared_server(database))
            except DatabaseUnavailable as absent:
                pytest.skip(str(absent))
        return self._environs[database]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Servers shared by all contract runs of this session."""
    with ExitStack() as stack:
        yield Servers(stack)
