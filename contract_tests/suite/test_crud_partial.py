"""CRUD: what a change leaves out stays or is reset, and null is a value like others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..generation import samples
from ..rules import crud_changes as rules
from ..runner.judge import Judge, judges
from ..scenarios.crud.rows import change_body, needed, partial, seen, sendable
from ..service.equality import differences, is_left, same
from ..service.service import Row, Service


@judges("CRU-06")
def test_a_patch_changes_only_what_was_sent(judge: Judge, service: Service) -> None:
    """Each field is sent alone; all others are as they were."""
    if not set(service.resource.fields("update")) - needed(service, "update"):
        judge.not_applicable("PATCH requires every field: none can be left out")
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
        expected="no change of a field that was not sent",
        observed="; ".join(f"PATCH of {what}" for _, what in lost),
        seen=lost[0][0] if lost else None,
    )


def _changeable(service: Service) -> list[str]:
    made = service.body(role="update")
    return [name for name in made if name != service.resource.id_field]


@judges("CRU-08")
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
        judge.undecided(f"the PUT did not take effect ({rules.CRU_07.id}): {exchange}")
    left = [name for name in _left_out(service, row, body, before) if name in after]
    if not left:
        judge.not_applicable("PUT has no optional field that is shown")
    kept = [f"{name} {after[name]!r}" for name in left if is_left(before[name], after[name])]
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
        if name not in body
        and name in row.sent
        and before.get(name) is not None
        and not same(samples.resolve(field, document).get("default"), before[name])
    ]


@judges("CRU-09")
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
        judge.undecided(f"no change of {', '.join(fields)} was made ({rules.CRU_07.id})")
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
        if name in shown
        and samples.is_nullable(field, document)
        # Many a PATCH declares null only so that a field may be left out, and refuses it: the
        # create tells whether a row may be without the field.
        and samples.is_nullable(elsewhere.get(name, {"type": "string"}), document)
    ]
