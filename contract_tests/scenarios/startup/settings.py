"""Starts of a service with other settings, and what its engines made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from ...instruments.exchange import Exchange
from ...rules.violation import NotApplicable, Undecided
from ...service.address import ADDRESS_NAMES
from ...service.service import Service
from ...service.workers.subprocess_app import SubprocessApp
from . import StartupScenarios
from .asking import AppClient, failure_line
from .unreachable import MASK, PASSWORD

Knob = Literal["url", "size", "overflow", "wait", "recycle", "echo"]

OTHERS = re.compile(
    r"REDIS|CACHE|HTTP|THREAD|WORKER|CELERY|MONGO|EXECUTOR|PROCESS|REPLICA|READ|RABBIT|KAFKA"
)
"""Words in the names of variables that are about another pool."""

NAMES: Mapping[Knob, re.Pattern[str]] = {
    "size": re.compile(r"(?:^|_)POOL_?SIZE$"),
    "overflow": re.compile(r"(?:^|_)(?:MAX|POOL)_?OVERFLOW$"),
    "wait": re.compile(r"(?:^|_)POOL_?TIMEOUT$"),
    "recycle": re.compile(r"(?:^|_)POOL_?RECYCLE$"),
    "echo": re.compile(r"(?:^|_)(?:DB|DATABASE|SQL|SQLALCHEMY|ENGINE)_ECHO$|^ECHO_SQL$|_ECHO_SQL$"),
}
"""The names by which services read the arguments of their engine."""

VALUES: Mapping[Knob, object] = {
    "url": True,
    "size": 3,
    "overflow": 4,
    "wait": 7,
    "recycle": 911,
    "echo": True,
}
"""Values that are nobody's default, as an engine shows them; an address is or is not the alias."""

INVALID = "many"


@dataclass(frozen=True)
class SettingsRun:
    """Observations of a start: its engines, the settings as they print, where the password shows.

    `told` is all that was said about a start that failed.
    """

    start_failure: str
    told: str = ""
    engines: tuple[Mapping[str, Any], ...] = ()
    printed: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    has_password: bool = False

    def begun(self) -> SettingsRun:
        """Give this life, if it began. Raises `Undecided` otherwise."""
        if self.start_failure:
            raise Undecided(f"the app could not start with other settings: {self.start_failure}")
        return self

    def trusted(self) -> SettingsRun:
        """Give this life, if it began and was given the password. Raises `NotApplicable`."""
        if not self.begun().has_password:
            raise NotApplicable(
                "the password has not reached the service; the variable that it reads is named "
                "with --contract-env 'NAME={password}'"
            )
        return self

    def made_of(self, knob: Knob) -> tuple[object, ...]:
        """Give what each engine that has such a thing made of a knob."""
        return tuple(engine[knob] for engine in self.engines if knob in engine)

    def obeys(self, knob: Knob) -> bool:
        """Return whether some engine has the value that was set."""
        return VALUES[knob] in self.made_of(knob)

    @property
    def obeyed(self) -> tuple[Knob, ...]:
        """The knobs that turn."""
        return tuple(knob for knob in VALUES if self.obeys(knob))


class SettingsScenarios:
    """Starts with other settings, each made when first asked for."""

    def __init__(self, service: Service, startups: StartupScenarios) -> None:
        self._service = service
        self._startups = startups

    def names(self, knob: Knob) -> tuple[str, ...]:
        """The variables that turn a knob. Raises `NotApplicable` if none is read."""
        found = tuple(self._found(knob))
        if not found:
            raise NotApplicable(f"no variable is read that would set the {LABELS[knob]}")
        return found

    def has_pool(self, knob: Knob) -> bool:
        """Return whether a knob has to turn here: services often leave a file without a pool."""
        turned = {"size", "overflow", "wait"} & set(self.before.obeyed)
        is_of_pool = knob not in ("url", "echo")
        has_server = "network" in self._service.database.capabilities
        return not is_of_pool or has_server or bool(turned)

    def _found(self, knob: Knob) -> Iterator[str]:
        read = self._startups.first.begun().variables
        pinned = [name for name, _ in self._service.process.origin.handover.templates]
        if knob == "url":
            yield from (name for name in (*ADDRESS_NAMES, *pinned) if name in read)
            return
        for name in (*read, *pinned):
            if NAMES[knob].search(name.upper()) and not OTHERS.search(name.upper()):
                yield name

    @property
    def found(self) -> tuple[Knob, ...]:
        """The knobs of the pool for which a variable is read."""
        return tuple(knob for knob in NAMES if next(self._found(knob), ""))

    @cached_property
    def before(self) -> SettingsRun:
        """A start with all that was found set from the beginning."""
        with self._subprocess(self._led | self._values()) as trial:
            return self._lived(trial)

    @cached_property
    def again(self) -> SettingsRun:
        """The second start of a process, with all that was found set after the first."""
        with self._subprocess({}) as trial:
            begun = trial.begin()
            if not begun["ok"]:
                return SettingsRun(failure_line(begun))
            AppClient(self._service, trial, begun["app"]).stop()
            trial.ask("set", variables=self._led | self._values())
            return self._lived(trial)

    @cached_property
    def invalid(self) -> tuple[str, SettingsRun]:
        """A start with a number that is none, and the variable. Raises `NotApplicable`."""
        numbers = [name for knob in self.found if knob != "echo" for name in self._found(knob)]
        if not numbers:
            raise NotApplicable("no variable is read that would set a number of the pool")
        with self._subprocess({numbers[0]: INVALID}) as trial:
            return numbers[0], self._lived(trial)

    @property
    def _led(self) -> dict[str, str]:
        has_password = "network" in self._service.database.capabilities
        password = PASSWORD if has_password else ""
        return self._service.process.variables_by_alias(self._startups.database, password)

    def _values(self) -> dict[str, str]:
        return {
            name: str(VALUES[knob]).lower() for knob in self.found for name in self._found(knob)
        }

    def _subprocess(self, variables: Mapping[str, str]) -> SubprocessApp:
        return self._service.process.subprocess_app(self._startups.database, variables)

    def _lived(self, trial: SubprocessApp) -> SettingsRun:
        begun = trial.begin()
        if not begun["ok"]:
            told = f"{begun['error']}\n{trial.written()}"
            return SettingsRun(failure_line(begun), told)
        client = AppClient(self._service, trial, begun["app"])
        answers = {f"the answer to {e.request.method}": _whole(e) for e in client.usual()}
        texts = {**answers, "the document": str(client.document())}
        facts = trial.ask("engines", password=PASSWORD)
        client.stop()
        shown = tuple(_showing({**texts, "what it printed": trial.written()}))
        printed = tuple(facts.get("settings", ()))
        return SettingsRun(
            "",
            engines=tuple(facts.get("engines", ())),
            printed=printed,
            shown=shown,
            has_password=bool(shown or facts.get("has_password") or PASSWORD in str(printed)),
        )


LABELS: Mapping[Knob, str] = {
    "url": "address of the database",
    "size": "size of the pool",
    "overflow": "overflow of the pool",
    "wait": "time-out of the pool",
    "recycle": "time after which a connection is made anew",
    "echo": "log of the statements",
}


def _whole(exchange: Exchange) -> str:
    return f"{exchange.headers} {exchange.text} {exchange.raised}"


def _showing(texts: Mapping[str, str]) -> Iterator[str]:
    for place, text in texts.items():
        line = next((line.strip() for line in text.splitlines() if PASSWORD in line), "")
        if line:
            yield f"{place}: {line.replace(PASSWORD, MASK)}"
