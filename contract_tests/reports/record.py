"""A contract run as one record: what every report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..rules.editions import NEWEST
from ..rules.profile import WHOLE
from ..rules.rule import Level
from ..rules.switch import Switch
from ..rules.totals import Totals
from ..rules.verdict import Outcome, Verdict, is_conformant


@dataclass(frozen=True)
class Settings:
    """The settings of a run, as far as reports tell them.

    `database` is empty for the usual one, and an address is without its password. `budget` is in
    seconds. `interface` is the pinned one that was asked for by name, `operation` the one that was
    chosen, `migrations` the settings of Alembic that were named. `off` and `levels` are the
    switches in force. A run that `is_whole` has left out no test by its name.
    `repeated` are the words of further options that it was given, and `variables` the names of
    those whose values are secret.
    """

    app: str = ""
    database: str = ""
    allow_existing_database: bool = False
    level: str = str(Level.REQUIRED)
    profile: str = "default"
    is_endless: bool = False
    seed: int = 1
    budget: float = 0.0
    interface: str = ""
    operation: str = ""
    migrations: str = ""
    shard: str = str(WHOLE)
    edition: str = str(NEWEST)
    off: tuple[Switch, ...] = ()
    levels: tuple[Switch, ...] = ()
    is_whole: bool = True
    repeated: str = ""
    variables: str = ""


@dataclass(frozen=True)
class RunRecord:
    """A contract run, over or cut short.

    `facts` are what was found out about service, resource and database, `expected` the judgements
    that were to be made, `faults` what no rule judges and no green run may have.
    """

    settings: Settings
    facts: Mapping[str, Any]
    totals: Totals
    verdicts: tuple[Verdict, ...]
    expected: int = 0
    faults: tuple[str, ...] = ()

    @classmethod
    def empty(cls) -> RunRecord:
        """Give the record of a run that nothing is known of."""
        return cls(Settings(), {}, Totals(), ())

    @property
    def missing(self) -> int:
        """The number of tests that were to give a verdict, and gave none."""
        # By test, since one may give several verdicts.
        return max(0, self.expected - len({verdict.test for verdict in self.verdicts}))

    @property
    def level(self) -> Level:
        """The level from which a broken rule is red."""
        return Level(self.settings.level)

    @property
    def decided(self) -> tuple[Verdict, ...]:
        """The verdicts that say something about the service."""
        return tuple(verdict for verdict in self.verdicts if verdict.outcome.is_decided)

    @property
    def is_conformant(self) -> bool:
        """Return whether something was decided, all expected is there, and nothing is red."""
        is_whole = not self.missing and not self.faults
        return is_whole and is_conformant(self.verdicts, self.level)

    def of(self, outcome: Outcome) -> tuple[Verdict, ...]:
        """Give the verdicts of one outcome."""
        return tuple(verdict for verdict in self.verdicts if verdict.outcome is outcome)


def circumstances_of(run: RunRecord) -> dict[str, str]:
    """Return the database, the Python and the profile of a run, as far as they are known."""
    return circumstances(run.settings.profile, run.facts)


def circumstances(profile: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """Return what the condition of a known finding may name, from the facts of a run."""
    python = facts.get("service", {}).get("python", "")
    return {
        "database": facts.get("database", {}).get("name", ""),
        "python": ".".join(python.split(".")[:2]),
        "profile": profile,
    }
