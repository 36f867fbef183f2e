"""The scopes of a run that is spread: tests that share what is made go to one worker."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from .items import case_name
from .scope_scheduling import ScopeScheduling, scoped
from .selection import Selection, turn_of
from .spreading import is_worker
from .timekeeping import pace_in

if TYPE_CHECKING:
    from xdist.scheduler import Scheduling

WHOLE = ("startups", "programs", "agreement")
"""Fixtures that make things which all their tests share."""

BY_SUBJECT = ("sweeps", "exploration", "pairs")
"""Fixtures that make things for a subject: an operation, or two that meet."""

KEY = "contract_has_scopes"


class Scopes:
    """The plug-in object by which no two workers make the same sweep, corpus, program or start."""

    NAME = f"{__package__}.scopes"

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._scheduling: ScopeScheduling | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config) -> Scheduling | None:
        """Give the tests of a scope to one worker, unless `--dist` asks for another way."""
        if not _is_asked(config):
            return None
        from xdist.workermanage import parse_tx_spec_config

        self._scheduling = ScopeScheduling(len(parse_tx_spec_config(config)), config)
        return self._scheduling

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Have the cheapest tests sent first once a worker says that there is no time for all."""
        if self._scheduling and pace_in(report).is_short:
            self._scheduling.hurry()
            self._scheduling = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Let a worker tell the scopes of its tests."""
        node.workerinput[KEY] = _is_asked(node.config)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Tell the controller the scopes, the great ones first within their turn."""
        if not is_worker(session.config) or not session.config.workerinput[KEY]:  # type: ignore[attr-defined]
            return (yield)
        items = session.items
        items.sort(key=lambda item: (turn_of(item), _rank(item)))
        turns = {each: k for k, each in enumerate(self._selection.cheapest_first(items), 1)}
        # pytest-xdist sends nothing but the names of these.
        session.items = [ScopedItem(item, turns[item]) for item in items]  # type: ignore[misc]
        try:
            return (yield)
        finally:
            session.items = items


class ScopedItem:
    """A test whose name tells its scope, too, and its turn where time is short."""

    def __init__(self, item: pytest.Item, turn: int) -> None:
        self._item = item
        self.nodeid = scoped(item.nodeid, shared_by(item), turn)

    def __getattr__(self, name: str) -> Any:
        """Return what the test itself has."""
        return getattr(self._item, name)


def shared_by(item: pytest.Item) -> str:
    """Return the name of what a test shares with others; empty for one that shares nothing.

    A sweep is shared by the rules of one area: all that have their turn at the same time.
    """
    fixture = _shared(item)
    if fixture is None or fixture in WHOLE:
        return fixture or ""
    return f"{fixture} {turn_of(item)} {case_name(item).partition('-')[0]}"


def _shared(item: pytest.Item) -> str | None:
    used = getattr(item, "fixturenames", ())
    return next((name for name in (*WHOLE, *BY_SUBJECT) if name in used), None)


def _rank(item: pytest.Item) -> int:
    fixture = _shared(item)
    return 2 if fixture is None else int(fixture in BY_SUBJECT)


def _is_asked(config: pytest.Config) -> bool:
    """Return whether nobody has asked for another way: `load` is what pytest-xdist itself does."""
    return bool(config.getoption("dist", "no") == "load")
