"""The end of a watched run: what was not seen, and what showed only then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ..runner.spreading import is_worker, send_home, sent_home

NAMED = 3
"""Tests that a line names."""

LATE = "contract_watch_late"
"""The name by which a worker sends home what showed at its end."""


class Summary:
    """The plug-in object that adds up what the watch has told, on a controller and elsewhere."""

    NAME = f"{__package__}.summary"

    def __init__(self) -> None:
        self._watched = 0
        self._unseen: list[str] = []
        self._late: list[str] = []

    @classmethod
    def of(cls, config: pytest.Config) -> Summary:
        """Return the summary of a run, which is made on first use."""
        if SUMMARY not in config.stash:
            config.stash[SUMMARY] = cls()
            config.pluginmanager.register(config.stash[SUMMARY], cls.NAME)
        return config.stash[SUMMARY]

    def tell(self, config: pytest.Config, late: Sequence[str]) -> None:
        """Keep what showed at the end of the tests of this process, or send it home."""
        if is_worker(config):
            send_home(config, **{LATE: list(late)})
        self._late += late

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the watched tests, and those that saw no connection."""
        facts = getattr(report, "contract_watch", None)
        if facts is not None:
            self._watched += 1
            self._unseen += [] if facts["seen"] else [report.nodeid]

    def pytest_report_teststatus(
        self, report: pytest.TestReport | pytest.CollectReport
    ) -> tuple[str, str, str] | None:
        """Let a test fail that was found broken when its fixtures had been torn down.

        pytest would call it an error: that of a fixture.
        """
        facts = getattr(report, "contract_watch", None)
        return ("failed", "F", "FAILED") if facts and facts["broken"] else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Learn what showed at the end of a worker."""
        self._late += sent_home(node).get(LATE, ())

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Turn a run red for what showed at its end, and for a watch that has seen nothing."""
        if exitstatus == pytest.ExitCode.OK and (self._late or self._is_deaf(session.config)):
            # pytest ends with what stands here after this hook, which it documents nowhere.
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Print both."""
        if not (self._late or self._unseen):
            return
        terminalreporter.section("contract watch")
        for line in "\n".join(self._late).splitlines():
            terminalreporter.line(line)
        if self._unseen:
            terminalreporter.line(self._unseen_line())
        if self._is_deaf(config):
            terminalreporter.line(
                "the run is red: not one watched test saw a connection of SQLAlchemy, so nothing "
                "was watched (contract_watch in the ini file, --contract-watch, CONTRACT_WATCH)"
            )

    def _unseen_line(self) -> str:
        number = len(self._unseen)
        more = f" and {number - NAMED} more" if number > NAMED else ""
        tests = f"{number} watched test{'s' * (number != 1)}"
        return f"{tests} saw no connection: {', '.join(self._unseen[:NAMED])}{more}"

    def _is_deaf(self, config: pytest.Config) -> bool:
        """Return whether a whole run, and not some named tests, has seen no connection at all."""
        is_part = any(Path(each.partition("::")[0]).suffix for each in config.args) or any(
            config.getoption(name, None) for name in ("keyword", "markexpr", "lf", "deselect")
        )
        return not is_part and self._watched > 0 and len(self._unseen) == self._watched


SUMMARY: pytest.StashKey[Summary] = pytest.StashKey()
