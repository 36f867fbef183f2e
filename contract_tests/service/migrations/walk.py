"""Upgrades and downgrades one revision at a time, with rows in every table before each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from .door import MigrationsDoor
from .environment import MigrationsEnvironment, MigrationsFailed
from .shape import Shape, shape_of
from .stored_rows import TableRows, choices_in, fill, read_rows, reflected

LAST = 30
"""Revisions that are taken one at a time; those before them are taken at once."""

Stored = dict[str, TableRows]


@dataclass
class Stand:
    """The database between two revisions: the rows, the shape, the tables that took no rows."""

    rows: Stored
    shape: Shape
    refused: dict[str, str]


@dataclass
class RevisionStep:
    """One revision, as it was taken up, and in stairs down and up again.

    The failures are texts, and empty where there was none. `changes` are those of stored rows.
    `down` tells whether the way down was tried, `is_declared` that it is declared impossible.
    `blocked` are the statements of the way up that read a table with rows and kept others from
    writing it meanwhile, each after the table; None where the database does not tell.
    """

    revision: str
    up_failure: str = ""
    down_failure: str = ""
    again_failure: str = ""
    is_declared: bool = False
    down: bool = False
    changes: list[dict[str, Any]] = field(default_factory=list)
    remains: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    blocked: list[str] | None = None


class Walk:
    """Takes the revisions of a project, the oldest first; a failure ends it."""

    def __init__(self, environment: MigrationsEnvironment, door: MigrationsDoor) -> None:
        self._environment = environment
        self._door = door
        self._own: tuple[str, ...] = ()

    def steps(self, *, stairs: bool) -> Iterator[RevisionStep]:
        """Take each revision up, and in `stairs` down and up again, as far as it can be told."""
        self._environment.ask(self._learn)
        revisions = list(self._environment.script().walk_revisions())[::-1]
        early, late = revisions[:-LAST], revisions[-LAST:]
        for revision in early[-1:]:
            self._environment.upgrade(revision.revision)
        for revision in late:
            step = self._step(revision, stairs=stairs)
            yield step
            if step.up_failure or step.down_failure or step.again_failure or step.remains:
                return

    def _learn(self, context: Any) -> None:
        self._own = (context.version_table,)

    def _step(self, revision: Any, *, stairs: bool) -> RevisionStep:
        step = RevisionStep(revision.revision)
        before = self._stand(fills=True)
        step.refused, step.tables = before.refused, sorted(before.rows)
        self._environment.statements.clear()
        try:
            self._environment.upgrade(revision.revision)
        except MigrationsFailed as failure:
            step.up_failure = str(failure)
        else:
            step.blocked = self._blocked(set(before.rows) - set(before.refused))
            after = self._stand()
            step.changes += row_changes("the upgrade", before.rows, after.rows, after.rows)
            if stairs and self._has_way_down(revision):
                self._take_down(revision, step, before, after)
        step.statements = list(self._environment.statements)
        return step

    def _blocked(self, filled: set[str]) -> list[str] | None:
        """Tell of the last upgrade, and of the tables that had rows before it."""
        seen = self._environment.blocked
        told = [
            f"{table}: {' '.join(said.split())}" for table, said in seen.found if table in filled
        ]
        return told if seen.is_seen else None

    def _take_down(self, revision: Any, step: RevisionStep, before: Stand, after: Stand) -> None:
        """Go down and up again."""
        step.down = True
        try:
            self._environment.downgrade(revision.down_revision or "base")
        except MigrationsFailed as failure:
            # What is said to be impossible leaves the database where it was.
            step.down_failure = "" if failure.is_declared else str(failure)
            step.is_declared = failure.is_declared
            return
        down = self._stand()
        step.changes += row_changes("the downgrade", before.rows, down.rows, after.rows)
        step.remains = shape_differences(before.shape, down.shape)
        try:
            self._environment.upgrade(revision.revision)
        except MigrationsFailed as failure:
            step.again_failure = str(failure)
            return
        again = self._stand()
        step.changes += row_changes(
            "the upgrade after a downgrade", before.rows, again.rows, down.rows
        )

    def _has_way_down(self, revision: Any) -> bool:
        """Return whether one step down leads to a single place, and takes nothing else along."""
        script, parents = self._environment.script(), revision.down_revision
        if isinstance(parents, tuple) or revision.dependencies:
            return False
        beside = script.get_revision(parents).nextrev if parents else script.get_bases()
        return len(beside) == 1

    def _stand(self, *, fills: bool = False) -> Stand:
        def stand(connection: Connection) -> Stand:
            shape = shape_of(connection, self._own)
            metadata = reflected(connection, self._own)
            known = choices_in(_conditions(connection, list(metadata.tables)))
            refused = fill(connection, metadata, known) if fills else {}
            return Stand(read_rows(connection, metadata), shape, refused)

        return self._door.ask(stand)


def row_changes(way: str, before: Stored, after: Stored, between: Stored) -> list[dict[str, Any]]:
    """Give what became of stored rows, in the tables and columns that were there all the time."""
    found = []
    for table in sorted(before.keys() & after.keys() & between.keys()):
        old, new, middle = before[table], after[table], between[table]
        columns = sorted(old.types.keys() & new.types.keys() & middle.types.keys())
        same = [c for c in columns if old.types[c] == new.types[c] == middle.types[c]]
        if not old.key_types == new.key_types == middle.key_types:
            old, new = old.by_values(same), new.by_values(same)
        gone = old.rows.keys() - new.rows.keys()
        if gone:
            found.append({"way": way, "table": table, "gone": len(gone), "of": len(old.rows)})
        kept = [(old.rows[key], new.rows[key]) for key in sorted(old.rows.keys() - gone)]
        for column in columns:
            pairs = [(was[column], is_now[column]) for was, is_now in kept]
            wrong = _wrong(pairs, is_same_type=column in same)
            if wrong:
                cell = {"way": way, "table": table, "column": column}
                found.append(cell | {"was": wrong[0], "is": wrong[1]})
    return found


def _wrong(
    pairs: list[tuple[str | None, str | None]], *, is_same_type: bool
) -> tuple[str | None, str | None] | None:
    """Give the first value that changed and may not: another type may show it otherwise."""
    changed = [(was, is_now) for was, is_now in pairs if was != is_now]
    is_lost = any(is_now is None for _, is_now in changed)
    is_merged = len({was for was, _ in pairs}) > len({is_now for _, is_now in pairs})
    return changed[0] if changed and (is_same_type or is_lost or is_merged) else None


def shape_differences(before: Shape, after: Shape) -> list[str]:
    """Say what is there now and was not, and the reverse."""
    lines = []
    for kind in before:
        lines += [f"{kind}: {each} is left" for each in after[kind] if each not in before[kind]]
        lines += [f"{kind}: {each} is gone" for each in before[kind] if each not in after[kind]]
    return lines


def _conditions(connection: Connection, tables: list[str]) -> Iterator[tuple[str, str]]:
    from sqlalchemy import inspect

    inspector = inspect(connection)
    for table in tables:
        try:
            found = inspector.get_check_constraints(table)
        except NotImplementedError:
            return
        for each in found:
            yield table, each["sqltext"]
