"""Two upgrades at the same time, in an order that is chosen and not left to chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...databases import Database
from ...service.migrations.remote import MigrationsRemote, migrations_remote
from ...service.migrations.walk import shape_differences
from ...service.process import ServiceProcess
from ..startup.race import as_far_as_it_can

TEMPORARY = "_alembic_tmp_"
"""Tables of Alembic's batch mode, which an upgrade leaves that loses where DDL stays."""


@dataclass(frozen=True)
class Together:
    """Two upgrades of one database: where the first was held, and how each of them ended.

    `differences` are those from a database that was upgraded alone.
    """

    held: str
    endings: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


def together(process: ServiceProcess, alone: Database, empty: Database) -> Together:
    """Hold one upgrade before it makes anything, let another go as far as it can, release it.

    They begin where the release before the last revision has left the database.
    """
    with migrations_remote(process, empty) as trial:
        trial.ask("former")
    with migrations_remote(process, empty) as first, migrations_remote(process, empty) as second:
        first.trial.ask("gate", before="create")
        second.trial.ask("trace")
        first.tell("upgrade")
        stopped = first.trial.receive()
        if "gate" not in stopped:
            return Together("")
        second.tell("upgrade")
        overtaken = as_far_as_it_can(second.trial)
        first.trial.tell(act="go")
        ended = first.trial.result()
        answers = (ended, overtaken or second.trial.result())
    with migrations_remote(process, empty) as trial, migrations_remote(process, alone) as usual:
        return Together(stopped["gate"], tuple(map(_ending, answers)), _compared(trial, usual))


def _compared(trial: MigrationsRemote, usual: MigrationsRemote) -> tuple[str, ...]:
    here, there = trial.ask("shape"), usual.ask("shape")
    if here["failure"] or there["failure"]:
        return (here["failure"] or there["failure"],)
    found = shape_differences(there["shape"], here["shape"])
    return tuple(each for each in found if TEMPORARY not in each)


def _ending(answer: dict[str, Any]) -> str:
    return str(answer.get("error") or answer.get("failure") or "succeeded")
