"""CRUD: HEAD and conditional requests are answered as HTTP tells clients to expect."""

from __future__ import annotations

from ..instruments.exchange import Exchange
from ..rules import crud_queries as rules
from ..runner.judge import Judge, judges
from ..scenarios.crud.asking import by_method
from ..scenarios.crud.conditions import (
    change_if,
    change_row,
    entity_tag,
    honours_if_match,
    is_weak,
    read_unless,
)
from ..scenarios.crud.rows import seen, sendable
from ..service.equality import differences
from ..service.resource import Role
from ..service.service import Service

NOT_SERVED = (404, 405, 501)
LIKE_GET = ("content-type", "content-length", "etag")


@judges("CRU-56")
def test_a_head_is_answered_as_the_get_is(judge: Judge, service: Service) -> None:
    """Status, type, length and tag are those of the GET, for a row, for none, and for the list."""
    places: list[tuple[Role, object]] = [
        ("list", None),
        ("read", service.row().id),
        ("read", service.absent_id()),
    ]
    asked = [(role, i) for role, i in places if service.resource.offers(role)]
    heads = [(by_method(service, "HEAD", role, i), role, i) for role, i in asked]
    served = {role for head, role, _ in heads if head.status not in NOT_SERVED}
    if not served:
        judge.not_applicable("no HEAD is served")
    pairs = [(h, service.request(r, i)) for h, r, i in heads if r in served]
    wrong = [
        f"{head}, and GET {get.status}{told}"
        for head, get in pairs
        for told in [_unlike(head, get)]
        if told is not None
    ]
    judge.that(
        not wrong,
        expected="the status and headers of the GET",
        observed="; ".join(wrong),
        seen=pairs[0][0],
    )


def _unlike(head: Exchange, get: Exchange) -> str | None:
    """Name what the GET says otherwise, or return None. A HEAD may leave headers out."""
    told = [name for name in LIKE_GET if head.header(name) not in {None, get.header(name)}]
    if head.status == get.status and not told:
        return None
    return "".join(f", {n} {head.header(n)} and {get.header(n)}" for n in told)


@judges("CRU-53")
def test_a_read_with_the_current_tag_is_not_modified(judge: Judge, service: Service) -> None:
    """The tag of the last read, sent back, is answered 304 and nothing more."""
    row = service.row()
    tag = entity_tag(service, row)
    if entity_tag(service, row) != tag:
        judge.not_applicable("the ETag of a row changes with every read")
    exchange = read_unless(service, row, tag)
    judge.that(
        exchange.status == 304 and not exchange.body,
        expected=f"304 and no body for If-None-Match: {tag}",
        observed=f"{exchange} with {len(exchange.body)} bytes",
        seen=exchange,
    )


@judges("CRU-58")
def test_a_changed_row_has_another_tag(judge: Judge, service: Service, change: Role) -> None:
    """The tag from before a change is no longer answered, nor taken for the current one."""
    row = service.row()
    tag, before = entity_tag(service, row), seen(service, row)
    exchange = change_row(service, change, row)
    if not differences(before, seen(service, row)):
        judge.undecided(f"a read does not show what the change did: {exchange}")
    now, asked = entity_tag(service, row), read_unless(service, row, tag)
    if now == tag and is_weak(tag):
        judge.not_applicable(f"{tag} is weak: it may stay while the row changes a little")
    judge.that(
        now != tag and asked.status != 304,
        expected=f"another tag than {tag}, and no 304 for it",
        observed=f"{exchange}; then ETag {now}, and {asked} for If-None-Match: {tag}",
        seen=exchange,
    )


@judges("CRU-59")
def test_a_change_of_an_old_row_is_refused(judge: Judge, service: Service, change: Role) -> None:
    """After a change, the tag from before it is refused, and the row stays as it was."""
    declared = {p.name.lower() for p in service.operation(change).headers}
    row = service.row()
    tag = entity_tag(service, row)
    if is_weak(tag):
        judge.not_applicable(f"{tag} is weak: If-Match never matches it")
    if "if-match" not in declared and not honours_if_match(service, change):
        judge.not_applicable("nothing says that this service looks at If-Match")
    change_row(service, change, row)
    if entity_tag(service, row) == tag:
        judge.undecided(f"the change left the ETag as it was ({rules.CRU_58.id})")
    before = seen(service, row)
    exchange = change_if(service, change, row, tag)
    touched = differences(before, seen(service, row), sendable(service))
    judge.that(
        exchange.refused and not touched,
        expected=f"412 for If-Match: {tag}, which the row no longer has",
        observed=f"{exchange}; {'; '.join(touched) or 'nothing changed'}",
        seen=exchange,
    )
