"""CRUD: a write means the same in its answer, in every read, the second time, and alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..runner.judge import Judge, judges
from ..scenarios.crud.fields import Write, another, echoed_fields, nothings, write_one
from ..scenarios.crud.pages import listed, walk, walked
from ..scenarios.crud.passwords import passwords, passwords_shown
from ..scenarios.crud.round_trip import answering
from ..scenarios.crud.rows import change_body, seen, sendable
from ..service.equality import contradictions, differences, is_left, same
from ..service.resource import CHANGING, Role
from ..service.service import Row, Service


@judges("CRU-40")
def test_the_answer_to_a_change_is_the_stored_row(
    judge: Judge, service: Service, change: Role
) -> None:
    """No field differs between the change's answer and the read, unless it differs by itself."""
    row = service.row()
    body = change_body(service, change, row)
    exchange = service.request(change, row.id, body=body)
    if not exchange.ok:
        judge.undecided(f"the change was not accepted: {exchange} {exchange.excerpt(120)}")
    echo, shown, again = service.shown(exchange), seen(service, row), seen(service, row)
    steady = {name for name in shown if same(shown[name], again.get(name))}
    # What is not as sent even in the read is judged by the rule on that.
    mistaken = {name for name in steady & body.keys() if not same(body[name], shown[name])}
    if not echo.keys() & (steady - mistaken):
        judge.not_applicable("the answer to a change does not show the row")
    wrong = differences(shown, echo, steady - mistaken)
    judge.that(
        not wrong,
        expected="the answer to the change shows the row as the next read does",
        observed=f"{exchange} showed {'; '.join(wrong)}",
        seen=exchange,
    )


@judges("CRU-41")
def test_a_list_shows_a_row_as_a_read_does(judge: Judge, service: Service) -> None:
    """New or changed: what list and read both show of a row is the same."""
    row = service.row()
    compared, wrong = _compared(service, row)
    for role in CHANGING:
        if service.resource.offers(role):
            exchange = service.request(role, row.id, body=change_body(service, role, row))
            names, otherwise = _compared(service, row)
            compared |= names
            wrong += [f"{what} after {exchange}" for what in otherwise]
    if not compared:
        judge.not_applicable("list and read have no field in common but the id")
    judge.that(
        not wrong,
        expected=f"the list to show {', '.join(sorted(compared))} as the read does",
        observed=f"the list shows {'; '.join(wrong)}",
        seen=service.list() if wrong else None,
    )


def _compared(service: Service, row: Row) -> tuple[set[str], list[str]]:
    """The fields that list and read have in common, and in which they contradict each other."""
    before, shown, after = seen(service, row), listed(service, row) or {}, seen(service, row)
    # What moves by itself, as a counter of views does, is no contradiction.
    steady = {name: value for name, value in after.items() if same(value, before.get(name))}
    names = (shown.keys() & steady.keys()) - {service.resource.id_field}
    return set(names), list(contradictions(steady, shown))


@judges("CRU-42")
def test_a_put_twice_is_a_put_once(judge: Judge, service: Service) -> None:
    """The second answer is no failure, and neither the row nor the list is another one."""
    row = service.row()
    body = change_body(service, "replace", row)
    first = service.replace(row.id, body)
    if not first.ok:
        judge.undecided(f"the PUT was not accepted: {first} {first.excerpt(120)}")
    before, ids = seen(service, row), _all_ids(service)
    second = service.replace(row.id, body)
    after = seen(service, row)
    # What still says what was sent may do so with another id inside, as lines of an order do.
    moved = {n for n in sendable(service) if n not in body or not same(body[n], after.get(n))}
    changed = differences(before, after, moved)
    more = [str(i) for i in _all_ids(service) if i not in ids]
    told = [*changed, *(f"a new row {identifier}" for identifier in more)]
    judge.that(
        not second.failed and not told,
        expected="the second PUT to change nothing",
        observed=f"{second}; {'; '.join(told) or 'nothing changed'}",
        seen=second,
    )


def _all_ids(service: Service) -> list[Any]:
    return walked(service, walk(service)) if service.resource.offers("list") else []


@judges("CRU-43")
def test_an_empty_patch_changes_nothing(judge: Judge, service: Service) -> None:
    """A PATCH of `{}` is a success or a refusal, and the row is as it was."""
    answering(service, ("update",))
    row = service.row()
    before = seen(service, row)
    exchange = service.update(row.id, {})
    changed = differences(before, seen(service, row), sendable(service))
    judge.that(
        not exchange.failed and not changed,
        expected="a 2xx or 4xx, and the row as it was",
        observed=f"{exchange}; {'; '.join(changed) or 'nothing changed'}",
        seen=exchange,
    )


@judges("CRU-44")
def test_a_field_changed_alone_is_stored(judge: Judge, service: Service) -> None:
    """Each field that the whole change stores is stored when it is the only one, too."""
    names = echoed_fields(service, "update")
    row = service.row()
    writes = [
        write_one(service, "update", name, value, row)
        for name, value in _others(service, names, seen(service, row))
    ]
    accepted = [write for write in writes if write.accepted]
    if not accepted:
        judge.not_applicable("PATCH accepts no single field whose value a read shows")
    lost = [write for write in accepted if not same(write.value, write.shown)]
    judge.that(
        not lost,
        expected="the value that was sent, or a refusal",
        observed="; ".join(map(str, lost)),
        seen=(lost or accepted)[0].exchange,
    )


def _others(
    service: Service, names: Iterable[str], shown: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for name in names:
        with suppress(ValueError):  # the schema allows one value only
            yield name, another(service, "update", name, shown[name])


@judges("CRU-45")
def test_false_zero_and_what_is_empty_are_stored(judge: Judge, service: Service) -> None:
    """False and 0 are shown again; an empty list or object does not leave the old one."""
    accepted = [write for write in nothings(service) if write.accepted]
    if not accepted:
        judge.not_applicable("no field accepts False, zero or an empty value and shows it")
    lost = [write for write in accepted if _is_ignored(write)]
    judge.that(
        not lost,
        expected="the value that was sent, or a refusal",
        observed="; ".join(map(str, lost)),
        seen=(lost or accepted)[0].exchange,
    )


def _is_ignored(write: Write) -> bool:
    """Return whether False or 0 is shown otherwise, or an old value in place of an empty one."""
    if write.value in (False, 0):
        return not same(write.value, write.shown)
    old = write.before.get(write.name)
    return bool(old) and is_left(old, write.shown)


@judges("CRU-60")
def test_a_password_is_not_shown(judge: Judge, service: Service) -> None:
    """Neither the create's answer nor a read holds it, or a digest of it."""
    names = passwords(service.resource)
    if not names:
        judge.not_applicable("no field of a create is named or declared a password")
    row = service.row()
    answers = [row.exchange, service.read(row.id)]
    told = [
        (answer, says)
        for answer in answers
        for says in passwords_shown(service, row, answer, names)
    ]
    judge.that(
        not told,
        expected=f"no answer with {', '.join(names)}",
        observed="; ".join(f"{answer} shows {says}" for answer, says in told),
        seen=told[0][0] if told else None,
    )
