"""Payloads: requests no generator sends, one oddity at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..generation import samples
from ..generation.hostile import spliced
from ..instruments.exchange import Exchange
from ..runner.judge import Judge, judges
from ..scenarios.crud.pages import plain_list
from ..scenarios.crud.round_trip import (
    answering,
    plain_body,
    takes_any_value,
    writable_integers,
    writable_texts,
    write,
    writing_roles,
)
from ..scenarios.crud.rows import same_id
from ..service.equality import same
from ..service.resource import Role
from ..service.service import Row, Service

TENS = 10
DIGITS = "7" * 5000
NUL = "a\x00b"
NOT_NUMBERS = (b"NaN", b"Infinity", b"-Infinity", b"1e400")
HEADERS = (
    ("x-request-id", "\xe9\xff"),
    ("user-agent", "\xff\xfe"),
    ("accept-language", "\xe9;;q="),
    ("cookie", "a=\xff; =; b"),
    ("if-none-match", '"\xe9'),
    ("referer", "http://\xff/"),
)


def numbered_row(service: Service) -> Row:
    """A row whose number has two digits, if the service counts: made after nine others."""
    for _ in range(TENS):
        row = service.row()
        if not isinstance(row.id, int) or row.id >= TENS:
            break
    return row


def spellings(identifier: object, kind: object) -> list[str]:
    """Other ways to write this id, or what a careless reader takes for it."""
    text = str(identifier)
    if isinstance(identifier, int):
        # Python's `int` reads the digits of every script, and underscores between digits.
        arabic = "".join(chr(0x0660 + int(digit)) for digit in text)
        return [
            f"0{text}",
            f"+{text}",
            f" {text}",
            f"{text}.0",
            f"{text}e0",
            arabic,
            f"{text[:-1]}_{text[-1]}",
            f"{text}abc",
            f"{text},5",
        ]
    if kind == "uuid":
        # Python's `UUID` reads all of these.
        return [text.upper(), f"{{{text}}}", f"urn:uuid:{text}", text.replace("-", "")]
    return []


def respelled(judge: Judge, service: Service) -> tuple[Row, list[tuple[str, Exchange]]]:
    """A row, and the reads of its id in every other spelling."""
    row = numbered_row(service)
    others = spellings(row.id, service.resource.id_schema.get("format"))
    if not others:
        judge.not_applicable(f"there is only one way to write the id {row.id!r}")
    if not service.read(row.id).ok:
        judge.undecided(f"even the id {row.id!r} itself is not found")
    return row, [(other, service.read(other)) for other in others]


@judges("PAY-19")
def test_another_spelling_is_no_other_row(judge: Judge, service: Service) -> None:
    """`01`, `+1`, ` 1`, `1.0`, `1e0`, `1_0`, other digits: the row they name, or none."""
    row, asked = respelled(judge, service)
    name = service.resource.id_field

    def is_wrong(exchange: Exchange) -> bool:
        shown = service.shown(exchange).get(name, row.id)
        return exchange.failed or (exchange.ok and not same_id(shown, row.id))

    wrong = [(text, exchange) for text, exchange in asked if is_wrong(exchange)]
    judge.that(
        not wrong,
        expected=f"the row {row.id}, or a client error",
        observed="; ".join(
            f"{text!r}: {exchange} showed {service.shown(exchange).get(name)!r}"
            for text, exchange in wrong
        ),
        seen=wrong[0][1] if wrong else None,
    )


@judges("PAY-20")
def test_a_row_has_one_address(judge: Judge, service: Service) -> None:
    """Of all its spellings, the plain one alone finds the row."""
    row, asked = respelled(judge, service)
    found = [(text, exchange) for text, exchange in asked if exchange.ok]
    judge.that(
        not found,
        expected=f"the row under {row.id!r} alone",
        observed=f"it is found under {', '.join(repr(text) for text, _ in found)} as well",
        seen=found[0][1] if found else None,
    )


@judges("PAY-21")
def test_a_body_of_undeclared_length_is_no_failure(judge: Judge, service: Service) -> None:
    """A create that comes in chunks, without Content-Length, is answered below 500."""
    answering(service, ["create"])
    plain = service.draft_of("create", body=service.body())
    chunked = replace(plain, headers=(*plain.headers, ("transfer-encoding", "chunked")))
    exchange = service.exchange(chunked)
    judge.that(
        not exchange.failed,
        expected="an answer below 500",
        observed=f"{exchange}, without Content-Length",
        seen=exchange,
    )


@judges("PAY-22")
def test_a_header_beyond_ascii_is_no_failure(judge: Judge, service: Service) -> None:
    """Each of some usual headers may hold bytes that are no ASCII."""
    role: Role = "list" if service.resource.offers("list") else "create"

    def sent(*odd: tuple[str, str]) -> Exchange:
        plain = service.draft_of(role, body=service.body() if role == "create" else None)
        return service.exchange(replace(plain, headers=(*plain.headers, *odd)))

    if not sent().ok:
        judge.undecided(f"even a plain {role} is not answered with success")
    asked = [(pair, sent(pair)) for pair in HEADERS]
    failed = [(pair, exchange) for pair, exchange in asked if exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500",
        observed="; ".join(f"{name}: {value!r}: {one}" for (name, value), one in failed),
        seen=failed[0][1] if failed else None,
    )


@judges("PAY-23")
def test_thousands_of_digits_are_no_failure(judge: Judge, service: Service) -> None:
    """In a body, as an id, as a page size: 5000 digits are answered below 500."""
    asked = list(with_digits(service))
    if not asked:
        judge.not_applicable("no request of the service takes a number")
    failed = [(where, exchange) for where, exchange in asked if exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500",
        observed="; ".join(f"{where}: {exchange.status or exchange}" for where, exchange in failed),
        seen=str(failed[0][1].raised or failed[0][1].text)[-300:] if failed else None,
    )


def with_digits(service: Service) -> Iterator[tuple[str, Exchange]]:
    """Requests with 5000 digits in each place where a number may stand."""
    resource = service.resource
    for role in answering(service, writing_roles(service)):
        row = service.row() if role != "create" else None
        name = next(
            iter((*writable_integers(resource, role), *writable_texts(resource, role))), None
        )
        if name:
            content = spliced(name, plain_body(service, role, row), DIGITS.encode())
            answer = service.request(role, row and row.id, content=content)
            yield f"{name} in a {role}", answer
    if resource.offers("read") and resource.id_kind == "integer":
        yield "the id in a read", service.read(DIGITS)
    if resource.paging.names and service.list().ok:
        for name in resource.paging.names:
            yield f"{name} of the list", service.list(**{name: DIGITS})


@judges("PAY-24")
def test_what_is_no_number_is_refused(judge: Judge, service: Service) -> None:
    """NaN, Infinity and 1e400 are refused by every field that takes a number."""
    document = dict(service.resource.document)
    names = [
        n
        for n, field in service.resource.fields().items()
        if "number" in samples.kinds(field, document)
    ]
    if not names:
        judge.not_applicable(f"no field of {service.resource.name} takes any number")
    answering(service, ["create"])
    sent = [(name, raw) for name in names for raw in NOT_NUMBERS]
    asked = [
        (
            f"{name} {raw.decode()}",
            service.request("create", content=spliced(name, service.body(), raw)),
        )
        for name, raw in sent
    ]
    accepted = [(what, exchange) for what, exchange in asked if exchange.ok]
    judge.that(
        not accepted,
        expected="a refusal",
        observed="; ".join(
            f"{what}: {e}, shown {service.shown(e).get(what.split()[0])!r}" for what, e in accepted
        ),
        seen=accepted[0][1] if accepted else None,
    )


@judges("PAY-04")
def test_a_nul_inside_a_value_is_no_failure(judge: Judge, service: Service) -> None:
    """A NUL in a list, a map or an object, as value or as key, is refused, or stored and shown."""
    answering(service, writing_roles(service)[:1])
    spoilt = list(with_nul(service))
    if not spoilt:
        judge.not_applicable(f"no field of {service.resource.name} holds texts inside")
    asked = [write(service, "create", values) for values in spoilt]
    wrong = [
        one
        for one in asked
        if one.exchange.failed
        or any(n in one.shown and not same(one.sent[n], one.shown[n]) for n in one.asked)
    ]
    judge.that(
        not wrong,
        expected="4xx, or the value shown with its NUL",
        observed="; ".join(f"{one.exchange}, {one.asked[0]} with a NUL" for one in wrong),
        seen=wrong[0].exchange if wrong else None,
    )


def with_nul(service: Service) -> Iterator[dict[str, Any]]:
    """Each field that is a list, a map or an object, with a NUL in one text and in one key."""
    body = service.body()
    for name in service.resource.fields():
        value = body.get(name)
        changed = [inside for inside in _spoilt(value) if takes_any_value(service.resource, name)]
        yield from ({name: inside} for inside in changed)


def _spoilt(value: Any) -> Iterator[Any]:
    """The value with a NUL in its first text, and with one in the first key of a map."""
    if isinstance(value, list) and value:
        first = NUL if isinstance(value[0], str) else next(_spoilt(value[0]), None)
        yield from ([[first, *value[1:]]] if first is not None else [])
    if isinstance(value, Mapping):
        found = next((name for name in value if isinstance(value[name], str)), None)
        yield from ([{**value, found: NUL}] if found else [])
        yield from ([{NUL: inside} for inside in list(value.values())[:1]])


@judges("PAY-04")
def test_a_parameter_name_with_nul_is_no_failure(judge: Judge, service: Service) -> None:
    """An unknown parameter, with a NUL in its name, is answered below 500."""
    plain_list(service)
    exchange = service.list(**{NUL: 1})
    judge.that(
        not exchange.failed,
        expected="an answer below 500",
        observed=str(exchange),
        seen=exchange,
    )
