"""Payloads: bodies that are no JSON, no UTF-8, no object, or of another media type."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..generation import samples
from ..generation.hostile import HOSTILE_TEXTS, HostileBody, hostile_battery
from ..instruments.exchange import Exchange
from ..runner.judge import Judge, evidence_of, judges
from ..scenarios.crud.pages import plain_list
from ..scenarios.crud.refusals import no_refusal
from ..scenarios.crud.round_trip import answering, plain_body, writable_texts, writing_roles
from ..service.pages import largest
from ..service.resource import Role
from ..service.service import Row, Service

SURROGATES = (
    "lone surrogate, escaped",
    "lone surrogate, as bytes",
    "lone surrogate in a key",
)
NOT_NUMBERS = ("NaN", "Infinity", "minus Infinity", "a number beyond every float")
DEPTHS = (300, 600, 900, 1200)
"""Brackets inside brackets: parser, validator and encoder each give up at another number."""
TORN = ("truncated JSON", "JSON with a tail")
NO_OBJECTS = (
    "empty body",
    "a list instead of an object",
    "null instead of an object",
    "a text instead of an object",
    "duplicate keys",
    "a raw NUL",
)
NOT_UTF8 = ("invalid UTF-8",)
OTHER_UNICODE = ("a byte order mark", "UTF-16")
PLAIN = ("JSON sent as plain text", "JSON of no declared type")
MEDIA = (
    "JSON sent as a form",
    "JSON sent as XML",
    "a content type that is none",
    "JSON in an unknown charset",
    "multipart without a boundary",
    "an image",
)
NamedExchanges = list[tuple[str, Exchange]]


def battery(service: Service, role: Role, names: tuple[str, ...] = ()) -> NamedExchanges:
    """Send the strange bodies of these names, or all of them, each made from a body of its own.

    Raises `Undecided` if the operation takes no field that could be made strange.
    """
    return list(one_by_one(service, role, names))


def one_by_one(
    service: Service, role: Role, names: tuple[str, ...] = ()
) -> Iterator[tuple[str, Exchange]]:
    """The same, each body sent when it is asked for."""
    row = service.row() if role != "create" else None
    for body in _bodies(service, role, row):
        if not names or body.name in names:
            yield f"{role}, {body.name}", _send(service, role, row, body)


def _bodies(service: Service, role: Role, row: Row | None) -> list[HostileBody]:
    """The battery for this operation: each body has texts of its own, and a row keeps its id."""
    kept = service.resource.id_field if row else None
    others = (name for name in service.resource.fields(role) if name != kept)
    name = next(iter((*writable_texts(service.resource, role), *others, "name")))
    count = len(hostile_battery(name, {}))
    return [hostile_battery(name, plain_body(service, role, row))[place] for place in range(count)]


def _send(service: Service, role: Role, row: Row | None, body: HostileBody) -> Exchange:
    kind = body.content_type
    return service.request(role, row and row.id, content=body.payload, content_type=kind)


def send_battery(service: Service, names: tuple[str, ...]) -> NamedExchanges:
    """Send the bodies of these names to the create. Raises `NotApplicable` if it takes none."""
    roles = [role for role in writing_roles(service) if role == "create"]
    return [one for role in answering(service, roles) for one in battery(service, role, names)]


def from_all(service: Service, names: tuple[str, ...]) -> NamedExchanges:
    """Send the bodies of these names to every operation that takes a body."""
    roles = writing_roles(service)
    return [one for role in answering(service, roles) for one in battery(service, role, names)]


def judge_failures(judge: Judge, asked: NamedExchanges) -> None:
    """Judge that no strange body was answered with a server failure."""
    failed = [(name, exchange) for name, exchange in asked if exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500",
        observed=exchanges_text(failed),
        seen=failed[0][1] if failed else None,
    )


def exchanges_text(asked: NamedExchanges) -> str:
    """Say what was sent, and how each was answered."""
    return "; ".join(f"{name}: {exchange}" for name, exchange in asked)


@judges("PAY-08")
def test_half_a_surrogate_pair_is_no_failure(judge: Judge, service: Service) -> None:
    """A lone surrogate, in a value or a key, is answered below 500."""
    judge_failures(judge, send_battery(service, SURROGATES))


@judges("PAY-09")
def test_nan_and_infinity_are_no_failure(judge: Judge, service: Service) -> None:
    """NaN, Infinity and 1e400 are answered below 500."""
    judge_failures(judge, send_battery(service, NOT_NUMBERS))


@judges("PAY-10")
def test_deep_nesting_is_no_failure(judge: Judge, service: Service) -> None:
    """A value nested hundreds of levels deep is answered below 500."""
    judge_failures(judge, [nested(service, depth) for depth in DEPTHS])


def nested(service: Service, depth: int) -> tuple[str, Exchange]:
    """Send a create of which one field, the one that takes most, is nested so deep."""
    body, (name, brackets) = service.body(), _nest(service)
    value = brackets[0] * depth + b"0" + brackets[1] * depth
    spelled = json.dumps({**body, name: 0}).encode()
    before, found, after = spelled.rpartition(json.dumps(name).encode() + b": 0")
    content = before + found[:-1] + value + after
    return f"create, nested {depth} deep", service.request("create", content=content)


def _nest(service: Service) -> tuple[str, tuple[bytes, bytes]]:
    """The field to be nested, and what opens and closes one level in it."""
    lists, maps = (b"[", b"]"), (b'{"a": ', b"}")
    document = dict(service.resource.document)
    fields = service.resource.fields("create")
    open_to = {name: samples.kind(schema, document) for name, schema in fields.items()}
    for kind, brackets in (("any", lists), ("object", maps), ("array", lists)):
        for name, found in open_to.items():
            if found == kind and not samples.properties(fields[name], document):
                return name, brackets
    return next(iter(service.body()), "name"), lists


@judges("PAY-18")
def test_another_media_type_is_no_failure(judge: Judge, service: Service) -> None:
    """Forms, XML, images and nonsense are answered below 500."""
    judge_failures(judge, send_battery(service, MEDIA))


@judges("PAY-11")
def test_a_body_that_is_no_object_is_no_failure(judge: Judge, service: Service) -> None:
    """A torn body is refused; an empty one, a list or a null is answered below 500."""
    torn = from_all(service, TORN)
    odd = from_all(service, NO_OBJECTS)
    wrong = [one for one in torn if not one[1].refused] + [one for one in odd if one[1].failed]
    judge.that(
        not wrong,
        expected="4xx for truncated JSON, an answer below 500 for a body that is no object",
        observed=exchanges_text(wrong),
        seen=wrong[0][1] if wrong else None,
    )


@judges("PAY-12")
def test_bytes_that_are_not_utf8_are_refused(judge: Judge, service: Service) -> None:
    """Invalid UTF-8 is refused; UTF-16 and a byte order mark may be read, and do not fail."""
    invalid = from_all(service, NOT_UTF8)
    other = from_all(service, OTHER_UNICODE)
    wrong = [one for one in invalid if not one[1].refused] + [one for one in other if one[1].failed]
    judge.that(
        not wrong,
        expected="4xx for bytes that are not UTF-8",
        observed=exchanges_text(wrong),
        seen=wrong[0][1] if wrong else None,
    )


@judges("PAY-13")
def test_a_write_as_plain_text_is_refused(judge: Judge, service: Service) -> None:
    """JSON that calls itself text/plain, or nothing, is not read as JSON."""
    accepted = [one for one in send_battery(service, PLAIN) if one[1].ok]
    judge.that(
        not accepted,
        expected="a refusal, 415 or 422",
        observed=exchanges_text(accepted),
        seen=accepted[0][1] if accepted else None,
    )


def strange_creates(service: Service) -> Iterator[tuple[str, Exchange]]:
    """Send every strange body and every strange text to the create, one by one."""
    names = writable_texts(service.resource)
    yield from one_by_one(service, "create")
    for row in HOSTILE_TEXTS if names else ():
        body = service.body() | {names[0]: row.text}
        yield f"create, {row.name}", service.create(body)
    yield from (nested(service, depth) for depth in DEPTHS)


@judges("PAY-03")
def test_a_refused_body_stores_nothing(judge: Judge, service: Service) -> None:
    """No table that a create writes to has a row more after a strange body was refused."""
    logs, empty = logs_of_access(service), row_counts(service)
    service.row()
    before = row_counts(service)
    tables = longer_tables(empty, before) - logs
    if not tables:
        judge.undecided("a create adds no row to any table that can be seen")
    sent, wrong = [], []
    for name, exchange in strange_creates(service):
        after = row_counts(service)
        sent.append(exchange)
        if exchange.refused and tables & longer_tables(before, after):
            wrong.append((name, exchange))
        before = after
    if not any(exchange.refused for exchange in sent):
        no_refusal(sent)
    judge.that(
        not wrong,
        expected=f"no further row in {', '.join(sorted(tables))} after a refusal",
        observed=f"a further row after {exchanges_text(wrong)}",
        seen=wrong[0][1] if wrong else None,
    )


def logs_of_access(service: Service) -> frozenset[str]:
    """Return the tables in which a request that changes nothing leaves a row as well."""
    before = row_counts(service)
    if service.resource.offers("list"):
        service.list()
    return longer_tables(before, row_counts(service))


def longer_tables(before: dict[str, int], after: dict[str, int]) -> frozenset[str]:
    """Return the tables that have more rows than before."""
    return frozenset(name for name, size in after.items() if size > before.get(name, 0))


def row_counts(service: Service) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {name: len(rows) for name, rows in service.door.stored().items()}


@judges("PAY-15")
def test_the_list_stays_readable(judge: Judge, service: Service) -> None:
    """After each strange body that was not refused, the list is answered as it was before."""
    plain_list(service)
    size = service.resource.paging.size
    query = {size: largest(service)} if size else {}
    for strange in strange_creates(service):
        if strange[1].refused:
            continue
        listed = service.list(**query)
        judge.that(
            listed.ok and service.resource.rows(listed.json) is not None,
            expected="the list, answered with success",
            observed=f"{listed}, first after {exchanges_text([strange])}",
            seen=evidence_of(strange[1]) + evidence_of(listed),
        )
