"""CRUD: a change stores what was sent, where it was sent, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from .. import samples
from ..capabilities import missing
from ..instruments.exchange import Exchange
from ..judge import Judge, judges
from ..resource import Role
from ..rows import Home, added, change_body, home, is_shown, needed, partial, seen, sendable
from ..rules import crud_changes as rules
from ..sameness import differences, same
from ..service import Row, Service
from ..violation import NotApplicable

VERBS: dict[str, Role] = {"PUT": "replace", "PATCH": "update"}


@pytest.fixture(params=VERBS, ids=str)
def change(request: pytest.FixtureRequest, service: Service) -> Role:
    """Each way to change a row that the service offers."""
    role = VERBS[request.param]
    reason = missing(service, (role,))
    if reason:
        raise NotApplicable(reason)
    return role


@judges(rules.ONLY_SENT)
def test_a_patch_changes_only_what_was_sent(judge: Judge, service: Service) -> None:
    """Each field is sent alone; all others are as they were."""
    if not set(service.resource.fields("update")) - needed(service, "update"):
        judge.not_applicable("PATCH wants every field: nothing can be left out")
    row = service.row()
    accepted, lost = 0, []
    for name in _changeable(service):
        before = seen(service, row)
        body = partial(service, before, **{name: service.body(role="update")[name]})
        exchange = service.update(row.id, body)
        accepted += exchange.ok
        changed = differences(before, seen(service, row), sendable(service) - body.keys())
        lost += [(exchange, f"{name} alone changed {'; '.join(changed)}")] if changed else []
    if not accepted:
        judge.undecided("no PATCH of a single field was accepted")
    judge.that(
        not lost,
        expected="every field that was not sent as it was",
        observed="; ".join(f"PATCH of {what}" for _, what in lost),
        seen=lost[0][0] if lost else None,
    )


def _changeable(service: Service) -> list[str]:
    made = service.body(role="update")
    return [name for name in made if name != service.resource.id_field]


@judges(rules.KEPT)
def test_a_change_is_what_the_next_read_shows(
    judge: Judge, service: Service, change: Role
) -> None:
    """What was sent and answered with success is there when the row is read."""
    row = service.row()
    body = change_body(service, change, row)
    exchange = service.request(change, row.id, body=body)
    if not exchange.ok:
        judge.undecided(f"the change was not accepted: {exchange} {exchange.text[:120]}")
    wrong = differences(body, seen(service, row))
    judge.that(
        not wrong,
        expected="a read shows what was sent",
        observed=f"{exchange}, and then a read shows {'; '.join(wrong)}",
        seen=exchange,
    )


@judges(rules.RESET)
def test_a_put_resets_what_was_left_out(judge: Judge, service: Service) -> None:
    """An optional field that a PUT leaves out does not keep its value."""
    if not needed(service, "replace"):
        judge.not_applicable("PUT requires no field: it changes parts of a row")
    row = service.row()
    before = seen(service, row)
    body = change_body(service, "replace", row, complete=False)
    exchange = service.replace(row.id, body)
    after = seen(service, row)
    if not exchange.ok or differences(body, after):
        judge.undecided(f"the PUT itself was not made ({rules.KEPT.id}): {exchange}")
    left = [name for name in _left_out(service, row, body, before) if name in after]
    if not left:
        judge.not_applicable("PUT has no optional field that is shown")
    kept = [f"{name} {after[name]!r}" for name in left if same(before[name], after[name])]
    judge.that(
        not kept,
        expected=f"no old value of {', '.join(left)}, which the PUT left out",
        observed=f"{exchange}, and a read still shows {'; '.join(kept)}",
        seen=exchange,
    )


def _left_out(
    service: Service, row: Row, body: Mapping[str, Any], before: Mapping[str, Any]
) -> list[str]:
    """The fields with a value of ours that the PUT did not send and that is not their default."""
    document = dict(service.resource.document)
    return [
        name
        for name, field in service.resource.fields("replace").items()
        if name not in body and name in row.sent and before.get(name) is not None
        and not same(samples.resolve(field, document).get("default"), before[name])
    ]  # fmt: skip


@judges(rules.CLEARED)
def test_a_patch_with_null_clears_the_field(judge: Judge, service: Service) -> None:
    """A field that may be null is null after a PATCH that says so."""
    row = service.row()
    fields = _nullable(service, seen(service, row))
    if not fields:
        judge.not_applicable("no field of PATCH may be null")
    answered, kept = [], []
    for name in fields:
        set_to = partial(service, seen(service, row), **{name: service.body(role="update")[name]})
        was_set = service.update(row.id, set_to).ok and same(
            set_to[name], seen(service, row).get(name)
        )
        exchange = service.update(row.id, partial(service, seen(service, row), **{name: None}))
        answered += [exchange] if exchange.ok and was_set else []
        value = seen(service, row).get(name)
        is_kept = exchange in answered and same(set_to[name], value)
        kept += [(exchange, f"{name} {value!r}")] if is_kept else []
    if not answered:
        judge.undecided(f"no change of {', '.join(fields)} was made ({rules.KEPT.id})")
    judge.that(
        not kept,
        expected="null, as it was sent",
        observed="; ".join(f"{e}, and a read still shows {what}" for e, what in kept),
        seen=(kept[0] if kept else answered)[0],
    )


def _nullable(service: Service, shown: Mapping[str, Any]) -> list[str]:
    """The fields that PATCH takes null for and that a row may really be without."""
    resource, document = service.resource, dict(service.resource.document)
    elsewhere = resource.fields("create")
    return [
        name
        for name, field in resource.fields("update").items()
        if name in shown and samples.is_nullable(field, document)
        and samples.is_nullable(elsewhere.get(name, {"type": "string"}), document)
    ]  # fmt: skip


@judges(rules.NULL_REFUSED)
def test_a_null_that_cannot_be_is_refused(judge: Judge, service: Service, change: Role) -> None:
    """Null for a field that cannot be null is no server failure and changes nothing."""
    place = home(service)
    row = place.row
    fields = _never_null(service, change, place)
    if not fields:
        judge.not_applicable("every field may be null")
    wrong = []
    for name in fields:
        before = seen(service, row)
        is_whole = change == "replace"
        body = change_body(service, change, row) if is_whole else partial(service, before)
        exchange = service.request(change, row.id, body=body | {name: None})
        watched = () if is_whole and exchange.ok else sendable(service)
        changed = differences(before, seen(service, row), watched)
        if exchange.failed or changed:
            wrong.append((exchange, f"{exchange} for {name}: {'; '.join(changed) or 'a failure'}"))
    judge.that(
        not wrong,
        expected=f"a 4xx for null in {', '.join(fields)}, the row as it was",
        observed=f"now {'; '.join(what for _, what in wrong)}",
        seen=wrong[0][0] if wrong else None,
    )


def _never_null(service: Service, role: Role, place: Home) -> list[str]:
    """The fields that either the schema or a NOT NULL column keeps from being null."""
    document = dict(service.resource.document)
    filled = {
        column.name
        for table in place.tables
        for column in service.run(service.database.columns(table))
        if not column.nullable and not column.generated
    }
    return [
        name
        for name, field in service.resource.fields(role).items()
        if name != service.resource.id_field
        and (name in filled or not samples.is_nullable(field, document))
    ]


@judges(rules.UNKNOWN_NOT_CHANGED)
def test_a_change_of_an_unknown_id_is_refused(
    judge: Judge, service: Service, change: Role
) -> None:
    """Either the answer is a 4xx and nothing is stored, or the row exists afterwards."""
    place = home(service)
    before = place.contents(service)
    absent = service.absent_id()
    exchange = service.request(change, absent, body=service.body(role=change))
    grown = [f"{len(rows)} in {t}" for t, rows in added(before, place.contents(service)).items()]
    made = exchange.ok and is_shown(service, Row(absent, {}, exchange))
    judge.that(
        made or (exchange.refused and not grown),
        expected=f"a 4xx and nothing stored, or row {absent} to be there afterwards",
        observed=f"{exchange}; no such row; rows new or changed: {', '.join(grown) or 'none'}",
        seen=exchange,
    )


@judges(rules.CHANGES_ONE)
def test_a_change_leaves_the_other_rows(judge: Judge, service: Service, change: Role) -> None:
    """The rows created before and after the changed one are as they were."""
    rows = [service.row() for _ in range(3)]
    others = [(row, seen(service, row)) for row in (rows[0], rows[2])]
    exchange = service.request(change, rows[1].id, body=change_body(service, change, rows[1]))
    if not exchange.ok:
        judge.undecided(f"the change was not accepted: {exchange} {exchange.text[:120]}")
    touched = [
        f"row {row.id} shows {'; '.join(changed)}"
        for row, before in others
        if (changed := differences(before, seen(service, row), sendable(service)))
    ]
    judge.that(
        not touched,
        expected=f"only row {rows[1].id} changed",
        observed=f"{exchange}, and {', '.join(touched)}",
        seen=exchange,
    )


@judges(rules.REFUSED_CHANGES_NOTHING)
def test_a_refused_change_changes_nothing(judge: Judge, service: Service, change: Role) -> None:
    """Whatever is wrong with a body: if it is refused, the row is as it was."""
    row = service.row()
    before = seen(service, row)
    refused, touched = 0, []
    for what, exchange in _wrong_changes(service, change, row):
        now = seen(service, row)
        changed = differences(before, now, sendable(service))
        refused += exchange.refused
        if exchange.refused and changed:
            touched.append((exchange, f"{exchange} ({what}), and now {'; '.join(changed)}"))
        before = now
    if not refused:
        judge.undecided("none of the wrong bodies was refused")
    judge.that(
        not touched,
        expected=f"the row as it was after each of {refused} refused changes",
        observed="; ".join(what for _, what in touched),
        seen=touched[0][0] if touched else None,
    )


def _wrong_changes(service: Service, role: Role, row: Row) -> Iterator[tuple[str, Exchange]]:
    """Each wrong body as it is sent, with what is wrong with it."""
    resource = service.resource
    serial = service.serial() + 1000
    for breach in samples.breaches(resource.schema(role), dict(resource.document), serial=serial):
        if breach.body is not None:
            yield breach.name, service.request(role, row.id, body=breach.body)
