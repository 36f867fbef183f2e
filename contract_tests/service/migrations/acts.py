"""The acts on migrations that an interpreter of its own carries out for the run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, make_url

from ...instruments.environment_reads import EnvironmentReads
from ..transports.locate import SAYS_ADDRESS
from .comparison import compared, create_declared
from .door import MigrationsDoor
from .environment import MigrationsEnvironment, MigrationsFailed
from .project import MigrationsProject
from .shape import shape_of
from .stored_rows import reflected
from .walk import Walk

Reply = dict[str, Any]
Say = Callable[[Reply], None]


class MigrationsActs:
    """Carries out one act on the migrations of a project; `say` tells of what comes before its end.

    `reads` are the variables that this process asks for. A command of Alembic that fails is a reply
    with `failure`.
    """

    def __init__(self, command: dict[str, Any], say: Say, reads: EnvironmentReads) -> None:
        project = MigrationsProject(Path(command["settings"]), Path(command["folder"]))
        self._environment = MigrationsEnvironment(project)
        self._door = MigrationsDoor(make_url(command["url"]))
        self._command = command
        self._say = say
        self._reads = reads

    def obey(self) -> Reply:
        """Do what the command says."""
        acts: dict[str, Callable[[], Reply]] = {
            "heads": self._heads,
            "upgrade": self._upgrade,
            "former": self._former,
            "compare": self._compare,
            "declare": self._declare,
            "walk": self._walk,
            "offline": self._offline,
            "address": self._address,
            "shape": self._shape,
        }
        try:
            return {"failure": ""} | acts[self._command["what"]]()
        except MigrationsFailed as failure:
            return {"failure": str(failure), "wants_settings": failure.wants_settings}

    def _heads(self) -> Reply:
        script = self._environment.script()
        heads = [script.get_revision(head) for head in script.get_heads()]
        return {"heads": {head.revision: sorted(head.branch_labels) for head in heads}}

    def _upgrade(self) -> Reply:
        self._environment.upgrade()
        return {}

    def _former(self) -> Reply:
        """Upgrade to the revisions before the last one, if there are any."""
        for revision in list(self._environment.script().walk_revisions())[1:2]:
            self._environment.upgrade(revision.revision)
        return {}

    def _address(self) -> Reply:
        """Tell where env.py connects, and the variables of addresses that it misses."""
        self._environment.ask(lambda _context: None)
        asked = (name for name in self._reads.names if SAYS_ADDRESS.search(name))
        unset = sorted(name for name in asked if name not in os.environ)
        return {"addresses": list(self._environment.addresses), "unset": unset}

    def _compare(self) -> Reply:
        found = compared(self._environment, self._door)
        return {"found": asdict(found) if found else None}

    def _declare(self) -> Reply:
        create_declared(self._environment, self._door)
        return {}

    def _walk(self) -> Reply:
        for step in Walk(self._environment, self._door).steps(stairs=self._command["stairs"]):
            self._say({"step": asdict(step)})
        return {}

    def _offline(self) -> Reply:
        return {"sql": self._environment.offline()}

    def _shape(self) -> Reply:
        own: list[str] = []
        self._environment.ask(lambda context: own.append(context.version_table))
        shape = self._door.ask(lambda connection: shape_of(connection, tuple(own)))
        return {"shape": shape | self._door.ask(lambda connection: _counted(connection, own[0]))}


def _counted(connection: Connection, versions: str) -> dict[str, list[str]]:
    """Tell the version, and how many rows each table has."""
    tables = reflected(connection).sorted_tables
    counted = ((t, connection.scalar(select(func.count()).select_from(t))) for t in tables)
    rows = [f"{table.name} {count}" for table, count in counted if table.name != versions]
    found = (table for table in tables if table.name == versions)
    kept = [str(row[0]) for table in found for row in connection.execute(select(table))]
    return {"rows": rows, "versions": kept}
