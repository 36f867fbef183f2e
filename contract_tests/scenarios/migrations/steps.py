"""The revisions taken one by one, and what became of the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...databases import Database
from ...rules.violation import Undecided
from ...service.migrations.remote import migrations_remote
from ...service.migrations.walk import RevisionStep
from ...service.process import ServiceProcess


@dataclass(frozen=True)
class Walked:
    """The steps, as far as they went; `failure` is what kept the first of them from being made."""

    steps: tuple[RevisionStep, ...]
    failure: str = ""

    @property
    def filled(self) -> tuple[RevisionStep, ...]:
        """The steps before which a table had rows."""
        return tuple(step for step in self.steps if set(step.tables) - set(step.refused))

    @property
    def stopped(self) -> str:
        """The failure that ended the steps on their way up, if one did."""
        failed = (step for step in self.steps if step.up_failure)
        return self.failure or next((f"revision {s.revision}: {s.up_failure}" for s in failed), "")

    @property
    def why_unfilled(self) -> str:
        """The reason why no step was taken with rows, if none was."""
        return self.stopped or "no revision comes after a table that takes rows"

    @property
    def why_never_down(self) -> str:
        """The reason why no step was taken back, if none was."""
        others = "each downgrade fails" if self.down else "none says that it can be"
        return f"no revision was taken back: {self.stopped or others}"

    @property
    def down(self) -> tuple[RevisionStep, ...]:
        """The steps that were taken back, or could not be."""
        return tuple(step for step in self.steps if step.down and not step.is_declared)

    def losses(self, *, said: bool) -> Iterator[str]:
        """Say what became of rows, by statements that the revision itself makes or not."""
        for step in self.steps:
            for change in step.changes:
                if is_said(change["table"], step.statements) is said:
                    yield f"{change['way']} {_loss(change)} (revision {step.revision})"


def take_revisions(process: ServiceProcess, database: Database, *, stairs: bool) -> Walked:
    """Take them. Raises `Undecided` if the interpreter itself fails."""
    steps: list[RevisionStep] = []
    with migrations_remote(process, database) as trial:
        for answer in trial.stream("walk", stairs=stairs):
            if "step" in answer:
                steps.append(RevisionStep(**answer["step"]))
            elif not answer["ok"]:
                raise Undecided(f"the migrations could not be walked: {answer['error']}")
    return Walked(tuple(steps), str(answer["failure"]))


def is_said(table: str, statements: list[str]) -> bool:
    """Return whether one of the statements says that it changes rows of a table."""
    word = r'(?:[`"\[]?\w+[`"\]]?\.)?[`"\[]?' + re.escape(table) + r"\b"
    said = re.compile(
        rf"\b(?:UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?{word}", re.IGNORECASE
    )
    return any(map(said.search, statements))


def _loss(change: dict[str, Any]) -> str:
    if "gone" in change:
        return f"lost {change['gone']} of {change['of']} rows of {change['table']}"
    before, after = change["was"], change["is"]
    return f"made {after!r} of {before!r} in {change['table']}.{change['column']}"
