"""A contract run: the life of the service within a run of pytest."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..masking.addresses import without_passwords
from ..masking.mask import Mask
from ..reports.record import Settings
from ..reports.terminal import header_lines
from ..rules.editions import NEWEST
from ..rules.violation import OutOfTime, UsageError
from .closing import CLOSING, blame, captured_output, note
from .facts import facts_of, operations_of
from .items import rule_of_item
from .option_sources import words_to_repeat
from .option_values import REFERENCE
from .options import Options
from .output import captured_between_tests, ending_of
from .pinned import read_pinned
from .selection import Selection, is_whole
from .spreading import is_controller, is_worker
from .standards import standards_of
from .terminating import interruptible
from .timekeeping import Timekeeping, workers_of

if TYPE_CHECKING:
    from ..service.service import Service


class ContractRun:
    """The plug-in object that starts the service when it is needed, and stops it with the run."""

    NAME = f"{__package__}.run"

    def __init__(
        self,
        config: pytest.Config,
        options: Options,
        mask: Mask,
        selection: Selection,
        timekeeping: Timekeeping,
    ) -> None:
        self.options = options
        self.mask = mask
        self.standards = standards_of(config, options)
        repeated, variables = words_to_repeat(config)
        settings = _settings(options, is_whole=is_whole(config, options))
        self.settings = replace(settings, repeated=mask(repeated), variables=variables)
        self.facts: dict[str, Any] = {}
        path = None if options.is_pinning else options.pinned
        self.pinned = read_pinned(path) if path else None
        self.has_header = False
        self.time = timekeeping
        self._config = config
        self._selection = selection
        self._workers = workers_of(config)
        self._place = "beginning the tests"
        self._closing = config.stash.get(CLOSING, None)
        self._cache = getattr(config, "cache", None)  # with -p no:cacheprovider there is none
        self._open = ExitStack()
        self._service: Service | None = None
        self._is_closed = True

    @property
    def tells_all(self) -> bool:
        """Return whether the whole evidence is asked for: with `-v`, or of one request again."""
        return self._config.get_verbosity() > 0 or self.options.replay is not None

    @property
    def service(self) -> Service:
        """The started service, opened on first use and closed with the run.

        It is opened once more for a last test that is run again.

        Raises `UsageError` if the app cannot be found, started or understood.
        """
        if self._service is None or self._is_closed:
            from .opening import open_service

            budget, selection = self.time.budget, self._selection
            self.time.begin()
            self._open.enter_context(interruptible())
            opened = open_service(self.options, budget, has_startups=selection.has_startups)
            with captured_output():
                self._service = self._open.enter_context(opened)
            self._is_closed = False
            if self.faults:
                raise UsageError(self.faults[0])
            note(self._place)
            self.facts.update(facts_of(self._service, self.options, self.pinned))
            self.standards.require_known(operations_of(self._service))
            self._plan(self._service)
        return self._service

    def _plan(self, service: Service) -> None:
        """Estimate how long the run will take, now that the speed of the service is known."""
        from ..scenarios.crud.ordinary import warm_up
        from .costs import WorkAhead

        with captured_output():
            warm_up(service)
        self.time.plan(WorkAhead(self._selection.ours, self._workers))
        budget = self.time.budget
        whole, began = budget.spent + self.time.ahead.whole, time.time() - budget.spent
        facts = {"estimate": whole, "budget": budget.seconds, "began": round(began, 3)}
        self.facts["time"] = facts

    @property
    def opened(self) -> Service | None:
        """The service, if it was opened, even when it has been closed since."""
        return self._service

    @property
    def roles(self) -> dict[str, str]:
        """The operation of each role, as far as the service is known."""
        operations = self._service.resource.operations if self._service else {}
        return {str(role): str(operation) for role, operation in operations.items()}

    @property
    def faults(self) -> list[str]:
        """The faults in this process that no rule judges, and that no green run may have."""
        return [self.mask(fault) for fault in self._closing.faults] if self._closing else []

    def cache_folder(self, name: str) -> Path | None:
        """A folder of this name that lasts from run to run; None if pytest keeps no cache."""
        return self._cache.mkdir(name) if self._cache is not None else None

    def close(self) -> None:
        """Stop the service, and undo all that was done to have it, as far as that can be done."""
        self._is_closed = True
        self.time.budget.lift()
        try:
            self._open.close()
        except UsageError as error:
            blame(str(error))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Start the service and say what was found, if no tests of others are to run before."""
        config, selection = session.config, self._selection
        is_later = is_worker(config) or is_controller(config) or not selection.is_alone
        if not selection.expected or is_later or config.option.collectonly:
            return
        written: list[str] = []
        try:
            with captured_between_tests(config) as written:
                self.service  # noqa: B018 - opened here, so that a mistake is one line and no test
        except UsageError as error:
            output = filter(None, written)
            told = [str(error), *(output if self.tells_all else map(ending_of, output))]
            raise pytest.UsageError(self.mask("\n".join(told))) from None
        except OutOfTime:
            return  # what is to come is told so, test by test
        if self.time.budget.share < 1:
            session.items[:] = selection.cheapest_first(session.items)
        self.print_header()

    def print_header(self) -> None:
        """Print what was found, once: as soon as something is known of the service."""
        # pytest's own header is printed before collection, when nothing is known yet.
        config = self._config
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or config.get_verbosity() < 0 or self.has_header or not self.facts:
            return
        self.has_header = True
        reporter.ensure_newline()
        for line in header_lines(self.facts):
            reporter.write_line(line)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Step aside for a test of others: a runner may have brought it here after ours."""
        self._place = f"running {item.nodeid}"
        note(self._place)
        if self._service and not self._is_closed and self._service.has_process:
            presence = self._service.process.presence
            (presence.enter if rule_of_item(item) else presence.leave)()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """See to it that what the tests say can still be read."""
        with captured_output() if rule_of_item(item) else nullcontext():
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Stop the service after the last test, before the team's own fixtures are torn down."""
        if nextitem is None:
            with captured_output():
                self.close()

    def pytest_unconfigure(self) -> None:
        """Stop the service, however the run ended."""
        self.close()


def _settings(options: Options, *, is_whole: bool) -> Settings:
    is_usual = options.database == Options().database
    return Settings(
        app=options.app,
        database="" if is_usual else without_passwords(options.database),
        allow_existing_database=options.allow_existing_database,
        level=str(options.level),
        profile=options.profile.name,
        is_endless=options.profile.is_endless,
        seed=options.seed,
        budget=options.seconds,
        interface="reference" if options.interface == REFERENCE else str(options.interface or ""),
        operation=str(options.operation or ""),
        migrations=options.migrations,
        shard=str(options.shard),
        edition=str(options.edition or NEWEST),
        off=options.off,
        levels=options.levels,
        is_whole=is_whole,
    )
