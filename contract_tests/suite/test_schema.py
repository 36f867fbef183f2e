"""Schema: how the service starts, on an empty database, on a full one and on none."""

from __future__ import annotations

import pytest

from ..databases.indexes import findable_columns, foreign_keys
from ..runner.judge import Judge, judges
from ..scenarios.crud.searches import searches
from ..scenarios.startup import RacePoint, StartupScenarios
from ..scenarios.startup.asking import hung
from ..service.service import Service
from ..service.transports.lifespan import silenced_handlers


@judges("SCH-01")
def test_the_first_requests_on_an_empty_database_are_served(
    judge: Judge, service: Service, startups: StartupScenarios
) -> None:
    """The first start ever ends well, and a list and a create are answered after it."""
    failure = service.start_failure
    judge.that(not failure, expected="a start-up on an empty database", observed=failure)
    if startups.is_schema_made_apart:
        judge.not_applicable("the schema is not made by the start-up")
    roles = [role for role in ("list", "create") if service.resource.offers(role)]
    usual = [service.list() if role == "list" else service.create() for role in roles]
    failing = [str(exchange) for exchange in usual if exchange.failed]
    silenced = silenced_handlers(service.process.transport.app) if failing else ()
    if silenced:
        judge.that(
            service.run(service.database.tables()),
            expected="the tables there after the start-up",
            observed=f"{failing[0]}, and no table: its lifespan keeps the start-up handler "
            f"{silenced[0]} from running",
            seen=usual[0],
        )
    if failing or not usual:
        judge.undecided(
            f"they fail on a database in use, too: {'; '.join(failing) or 'nothing to ask'}"
        )
    life = startups.first.begun()
    failed = [exchange for exchange in life.answers if exchange.failed]
    judge.that(
        not failed,
        expected="the first requests served",
        observed="; ".join(f"{e} {e.raised}".strip() for e in failed),
        seen=life.said,
    )


@judges("SCH-02")
def test_a_restart_keeps_the_rows(
    judge: Judge, service: Service, startups: StartupScenarios
) -> None:
    """A row that a first life has stored is shown by a later one."""
    row = startups.first.created(service)
    shown = startups.later.begun().kept
    if shown is None or shown.failed or not startups.first.answers[-1].ok:
        judge.undecided(f"the row cannot be looked at after the restart: {shown}")
    is_listed = row is None or not service.resource.offers("read")
    ids = service.ids(shown) if is_listed else []
    judge.that(
        bool(ids) and row in [None, *ids] if is_listed else shown.ok,
        expected="the row of the first run shown after a restart",
        observed=f"{shown} {shown.excerpt(80)}",
    )


@judges("SCH-03")
@pytest.mark.parametrize("point", ["create", "commit"])
def test_workers_that_start_at_once_become_ready(
    judge: Judge, startups: StartupScenarios, point: RacePoint
) -> None:
    """One worker stands still while it makes the schema, another one starts: both get ready."""
    if startups.is_schema_made_apart:
        judge.not_applicable("the schema is not made by the start-up")
    race = startups.race(point)
    if not race.held:
        judge.not_applicable("the start-up defines no schema through SQLAlchemy")
    failures = {"the held worker": race.first_failure, "the other worker": race.second_failure}
    failed = [f"{worker} failed: {why}" for worker, why in failures.items() if why]
    judge.that(
        not failed,
        expected="both workers ready",
        observed=f"one held before {race.held!r}, the other started: {'; '.join(failed)}",
    )


@judges("SCH-04")
def test_a_start_leaves_no_transaction_open(judge: Judge, startups: StartupScenarios) -> None:
    """Between the start-up and the first request, nothing is open in the database."""
    life = startups.first.begun()
    judge.that(
        not life.transactions,
        expected="no transaction open before the first request",
        observed="; ".join(life.transactions),
        seen="\n".join(f"taken at {where or 'an unknown line'}" for where in life.held),
    )


@judges("SCH-05")
def test_without_a_database_the_service_fails(judge: Judge, startups: StartupScenarios) -> None:
    """With no server at the address, the start-up fails or the first request is answered 5xx."""
    life = startups.dead
    told = life.start_failure or (life.answer.raised if life.answer else "")
    is_failure = bool(life.start_failure) or bool(life.answer and life.answer.failed)
    judge.that(
        is_failure and not hung(told),
        expected="a failed start-up, or a first request answered 5xx, in bounded time",
        observed=told or f"{life.answer} {life.answer.excerpt(80) if life.answer else ''}",
        seen=life.said,
    )


@judges("SCH-06")
def test_without_a_database_no_password_is_shown(judge: Judge, startups: StartupScenarios) -> None:
    """Neither error, answer nor output holds the password of the unreachable address."""
    shown = startups.dead.shown
    judge.that(
        not shown,
        expected="an error without the password",
        observed="; ".join(shown),
    )


@judges("SCH-07")
def test_an_import_connects_to_nothing(judge: Judge, startups: StartupScenarios) -> None:
    """Importing the app's module takes no connection."""
    taken = startups.first.taken_at_import
    judge.that(
        not taken,
        expected="no connection before the start-up",
        observed=f"a connection taken during the import, at {', '.join(taken)}",
    )


@judges("SCH-08")
def test_a_failed_start_ends_its_process(judge: Judge, startups: StartupScenarios) -> None:
    """After a start-up that failed, nothing keeps the process alive."""
    life = startups.dead
    if not life.start_failure or hung(life.start_failure):
        judge.not_applicable("the start-up does not fail without a database")
    judge.that(
        life.ended,
        expected="a process that ends after a failed start-up",
        observed=f"it was still alive 10 s after: {life.start_failure}",
        seen=life.said,
    )


@judges("SCH-09")
def test_foreign_keys_have_an_index(judge: Judge, service: Service) -> None:
    """Each foreign key of the database is the beginning of an index."""
    keys = service.run(foreign_keys(service.database.url))
    if not keys:
        judge.not_applicable("the database has no foreign key")
    bare = [str(key) for key in keys if not key.is_indexed]
    judge.that(
        not bare,
        expected="an index that begins with the columns of each foreign key",
        observed=f"none for {', '.join(bare)}",
    )


@judges("SCH-10")
def test_lists_search_by_an_index(judge: Judge, service: Service) -> None:
    """An index begins with a column that the list compares, or sorts by."""
    findable = service.run(findable_columns(service.database.url))
    asked = [each for each in searches(service) if each.table in findable]
    if not asked:
        judge.not_applicable("no statement of the list compares or sorts by a column")
    slow = [each for each in asked if not each.columns & findable[each.table]]
    judge.that(
        not slow,
        expected="an index that begins with a column that is compared, or sorted by",
        observed=f"none for {', '.join(sorted(set(map(str, slow))))}",
        seen=slow[0].exchange if slow else None,
    )
