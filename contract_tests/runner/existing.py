"""A run on a database that the kit did not make: one worker, and a word about what is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .items import SUITE
from .spreading import is_controller, is_worker, send_home, sent_home

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler.loadscope import LoadScopeScheduling

    from .run import ContractRun

FILES = frozenset(path.name for path in SUITE.glob("test_*.py"))
"""The names of the files of the suite."""
CONTRACT = "the contract"
"""The name of one piece of work for pytest-xdist, which goes to one worker."""

ALONE = "contract: all on one worker, since the database is there once"


class ExistingDatabase:
    """The plug-in object of a run with `--contract-allow-existing-database`."""

    NAME = f"{__package__}.existing"

    def __init__(self, run: ContractRun) -> None:
        self._run = run
        self._lines: list[str] = []
        self._is_red = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(
        self, config: pytest.Config, log: Producer
    ) -> LoadScopeScheduling:
        """Give all contract tests to one worker; those of a team are spread as they asked."""
        return scheduler(config, log)

    def pytest_report_header(self, config: pytest.Config) -> str | None:
        """Say in the header that one worker runs all contract tests."""
        return ALONE if is_controller(config) else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the database back before the outcome is decided: rows that are left make it red."""
        self._run.close()
        self._take(list(self._remarks()), is_red=self._has_left())
        if is_worker(session.config):
            told = {"lines": self._lines, "red": self._is_red}
            send_home(session.config, contract_existing=told)
        elif self._is_red and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from the worker what is left."""
        told = sent_home(node).get("contract_existing")
        if told:
            self._take(told["lines"], is_red=told["red"])

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what is left, and what was not done so that nothing would be."""
        for line in self._lines:
            terminalreporter.line(line)

    def _take(self, lines: list[str], *, is_red: bool) -> None:
        self._lines += lines
        self._is_red |= is_red

    def _has_left(self) -> bool:
        service = self._run.opened
        return service is not None and service.has_back_door and bool(service.door.left_behind)

    def _remarks(self) -> Iterator[str]:
        service = self._run.opened
        if service is None:
            return
        if service.spared:
            yield f"requests not sent, to rows that were there before: {service.spared}"
        if service.has_back_door and service.database.found_left:
            yield f"database: {service.database.found_left}"
        if self._has_left():
            yield f"database NOT as it was before: {service.door.left_behind}"


def scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Make the scheduler that `--dist` asks for, with all contract tests in one piece."""
    from xdist.scheduler import LoadFileScheduling, LoadGroupScheduling, LoadScopeScheduling

    kinds = {
        "loadscope": LoadScopeScheduling,
        "loadfile": LoadFileScheduling,
        "loadgroup": LoadGroupScheduling,
    }
    kind = kinds.get(config.getvalue("dist"))
    made = (kind or LoadScopeScheduling)(config, log)
    others = made._split_scope if kind else str  # noqa: SLF001 - what xdist documents to override

    def split(nodeid: str) -> str:
        return CONTRACT if is_of_suite(nodeid) else others(nodeid)

    made._split_scope = split  # noqa: SLF001 - the same
    return made


def is_of_suite(nodeid: str) -> bool:
    """Tell a contract test by its file's name: the folder is not always part of its id."""
    return Path(nodeid.partition("::")[0]).name in FILES
