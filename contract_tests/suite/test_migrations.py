"""Migrations: what Alembic makes of an empty database, of one with rows, and on the way back."""

from __future__ import annotations

from ..runner.judge import Judge, judges
from ..scenarios.migrations import MigrationsScenarios


@judges("MIG-01")
def test_an_empty_database_is_upgraded(judge: Judge, migrations: MigrationsScenarios) -> None:
    """`alembic upgrade heads`, typed in the project's folder, reaches the heads.

    Where the user's own command has to make a part of the schema before, others own that part.
    """
    if migrations.is_begun_by_others:
        judge.not_applicable(
            f"the command of --contract-prepare makes what they need: {migrations.failure}"
        )
    judge.that(
        not migrations.failure,
        expected="`alembic upgrade heads` to succeed on an empty database",
        observed=migrations.failure,
    )


@judges("MIG-02")
def test_there_is_one_head(judge: Judge, migrations: MigrationsScenarios) -> None:
    """The revisions end in one head, or each head can be named by a label that no other has."""
    heads = migrations.heads
    labels = [label for found in heads.values() for label in found]
    shown = [f"{head} ({', '.join(found) or 'no label'})" for head, found in heads.items()]
    judge.that(
        len(heads) == 1 or all(any(labels.count(x) == 1 for x in each) for each in heads.values()),
        expected="one head, or a label for each",
        observed=f"{len(heads)} heads: {', '.join(sorted(shown)) or 'there is no revision'}",
    )


@judges("MIG-03")
def test_the_models_find_their_tables(judge: Judge, migrations: MigrationsScenarios) -> None:
    """An empty database that was upgraded lacks nothing that the models need."""
    drift = migrations.drift
    judge.that(
        not drift.harmful,
        expected="after an upgrade, the tables that the models declare",
        observed=drift.harmful,
        seen="\n".join(drift.others),
    )


@judges("MIG-04")
def test_models_and_migrations_agree(judge: Judge, migrations: MigrationsScenarios) -> None:
    """An empty database that was upgraded has every index of the models, and nothing else."""
    others = migrations.drift.others
    judge.that(
        not others,
        expected="after an upgrade, the schema that the models declare",
        observed=others,
    )


@judges("MIG-05")
def test_tables_with_rows_are_upgraded(judge: Judge, migrations: MigrationsScenarios) -> None:
    """Each revision is taken up where every table before it has rows."""
    if migrations.failure:
        judge.not_applicable(f"an empty database is not upgraded, either: {migrations.failure}")
    steps = migrations.walk.filled
    if not steps:
        judge.not_applicable(migrations.walk.why_unfilled)
    failed = [step for step in steps if step.up_failure]
    judge.that(
        not failed,
        expected="each revision to succeed with rows in the tables",
        observed=(f"revision {step.revision}: {step.up_failure}" for step in failed),
        seen="\n".join(f"{table}: no rows, {why}" for table, why in steps[-1].refused.items()),
    )


@judges("MIG-06")
def test_no_stored_value_is_lost(judge: Judge, migrations: MigrationsScenarios) -> None:
    """Rows are there and right after each upgrade, downgrade and second upgrade."""
    if not (migrations.walk.filled or migrations.stairs.filled):
        judge.not_applicable(migrations.walk.why_unfilled)
    lost = [*migrations.walk.losses(said=False), *migrations.stairs.losses(said=False)]
    judge.that(
        not lost,
        expected="every row that was stored before, as it was",
        observed=lost,
    )


@judges("MIG-07")
def test_no_stored_value_is_overwritten(judge: Judge, migrations: MigrationsScenarios) -> None:
    """No UPDATE and no DELETE of a revision changes what was there before it."""
    if not (migrations.walk.filled or migrations.stairs.filled):
        judge.not_applicable(migrations.walk.why_unfilled)
    lost = [*migrations.walk.losses(said=True), *migrations.stairs.losses(said=True)]
    judge.that(
        not lost,
        expected="no stored value changed by a statement of a revision",
        observed=lost,
    )


@judges("MIG-08")
def test_a_downgrade_succeeds(judge: Judge, migrations: MigrationsScenarios) -> None:
    """Each revision that says it can be taken back is taken back, with rows in the tables."""
    steps = migrations.stairs.down
    if not steps:
        judge.not_applicable(migrations.stairs.why_never_down)
    failed = [step for step in steps if step.down_failure]
    judge.that(
        not failed,
        expected="each downgrade to succeed, or to raise NotImplementedError",
        observed=(f"revision {step.revision}: {step.down_failure}" for step in failed),
    )


@judges("MIG-09")
def test_a_downgrade_leaves_what_was_there(judge: Judge, migrations: MigrationsScenarios) -> None:
    """After a downgrade the schema is as before the upgrade, which can be made again."""
    steps = [step for step in migrations.stairs.down if not step.down_failure]
    if not steps:
        judge.not_applicable(migrations.stairs.why_never_down)
    wrong = [step for step in steps if step.remains or step.again_failure]
    judge.that(
        not wrong,
        expected="the schema of before the upgrade, from which it succeeds again",
        observed=(
            f"revision {step.revision}: {', '.join(step.remains)} {step.again_failure}".strip()
            for step in wrong
        ),
    )


@judges("MIG-10")
def test_two_upgrades_end_as_one(judge: Judge, migrations: MigrationsScenarios) -> None:
    """One upgrade stands still before it makes anything, another goes on: the schema is right."""
    together = migrations.together
    if not together.held:
        judge.not_applicable("an upgrade of an empty database defines nothing")
    hung = [ending for ending in together.endings if "no answer within" in ending]
    judge.that(
        not together.differences and not hung,
        expected="two upgrades that end, and the schema that one makes",
        observed=[*together.differences, *hung],
        seen="\n".join(f"one of the upgrades: {ending}" for ending in together.endings),
    )


@judges("MIG-11")
def test_the_upgrade_can_be_written_as_sql(judge: Judge, migrations: MigrationsScenarios) -> None:
    """`alembic upgrade heads --sql` gives a script for the service's database."""
    failure = migrations.offline_failure
    if "batch mode" in failure.casefold():
        judge.not_applicable(f"tables of this database are made anew: {failure}")
    judge.that(
        not failure,
        expected="the upgrade as SQL, without a connection",
        observed=failure,
    )


@judges("MIG-12")
def test_the_service_opens_what_is_migrated(judge: Judge, migrations: MigrationsScenarios) -> None:
    """env.py asks for the database that the engines of the service ask for."""
    elsewhere = migrations.elsewhere
    judge.that(
        elsewhere is None,
        expected="env.py and the service to ask for one database",
        observed="env.py asks for {}, the service for {}".format(*elsewhere or ("", "")),
    )


@judges("MIG-13")
def test_writes_go_on_meanwhile(judge: Judge, migrations: MigrationsScenarios) -> None:
    """The newest revision, the one to be deployed, keeps no writer waiting while it reads rows."""
    if migrations.failure:
        judge.not_applicable(f"an empty database is not upgraded, either: {migrations.failure}")
    steps = migrations.walk.filled
    if not steps:
        judge.not_applicable(migrations.walk.why_unfilled)
    newest = steps[-1]
    if newest.up_failure:
        judge.not_applicable(f"revision {newest.revision} fails: {newest.up_failure}")
    if newest.blocked is None:
        judge.not_applicable("this database does not tell whom a statement keeps waiting")
    judge.that(
        not newest.blocked,
        expected="no statement that goes through a table and blocks those who write to it",
        observed=f"revision {newest.revision}, {'; '.join(newest.blocked)}",
    )
