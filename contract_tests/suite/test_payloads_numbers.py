"""Payloads: ids, page numbers, integers and date-times outside of what a column holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from ..instruments.exchange import Exchange
from ..runner.judge import Judge, judges
from ..scenarios.crud.pages import plain_list
from ..scenarios.crud.round_trip import brief, each_integer, moments, write
from ..scenarios.fuzzing.extremes import IDS, INTEGERS, ODD_IDS, PAGE_VALUES
from ..service.resource import ROLES
from ..service.service import Service

SENT = "2024-05-06T07:08:09+05:30"
DIGITS = 401


@judges("PAY-06")
def test_an_id_outside_the_column_is_a_client_error(judge: Judge, service: Service) -> None:
    """Reading, changing and deleting 0, -1, 2^31, 2^63 and 10^30 is answered below 500."""
    judge_ids(judge, requests_for(judge, service, IDS))


@judges("PAY-17")
def test_a_malformed_id_is_a_client_error(judge: Judge, service: Service) -> None:
    """A malformed id is answered below 500, and no row is shown for it."""
    judge_ids(judge, requests_for(judge, service, ODD_IDS))


def requests_for(judge: Judge, service: Service, ids: Iterable[object]) -> list[Exchange]:
    """Every operation on one row, sent to each of these ids.

    An operation that stumbles over any absent id stumbles over these for the same reason: it is
    left out.
    """
    offered = [role for role in ROLES[2:] if service.resource.offers(role)]
    if not offered:
        judge.not_applicable("the service has no operation on one row")
    bodies = {role: service.body(role=role) or None for role in offered}
    absent = service.absent_id()
    sound = [r for r in offered if not is_wrong(service.request(r, absent, body=bodies[r]))]
    if not sound:
        judge.undecided(f"no operation refuses the ordinary id {absent}, which no row has")
    return [service.request(role, odd, body=bodies[role]) for odd in ids for role in sound]


def is_wrong(exchange: Exchange) -> bool:
    """Return whether an id that no row has led to a failure or a row: a PUT may make the row."""
    return exchange.failed or (exchange.ok and exchange.request.method in {"GET", "PATCH"})


def judge_ids(judge: Judge, asked: list[Exchange]) -> None:
    """Judge answers to ids that no row can have."""
    wrong = [exchange for exchange in asked if is_wrong(exchange)]
    judge.that(
        not wrong,
        expected="4xx for an id that no row can have",
        observed="; ".join(brief_of(exchange) for exchange in wrong),
        seen=wrong[0] if wrong else None,
    )


def brief_of(exchange: Exchange) -> str:
    """The exchange as a line, a very long target cut short."""
    return str(exchange).replace("x" * 400, "...")


@judges("PAY-07")
def test_an_absurd_page_is_no_failure(judge: Judge, service: Service) -> None:
    """Every paging parameter may be -1, 0, 2^31, 2^63, 10^30, a word or empty."""
    names = service.resource.paging.names
    if not names:
        judge.not_applicable("the list declares no paging parameters")
    plain_list(service)
    asked = [service.list(**{name: value}) for name in names for value in PAGE_VALUES]
    failed = [exchange for exchange in asked if exchange.failed]
    judge.that(
        not failed,
        expected="4xx, or a page",
        observed="; ".join(map(str, failed)),
        seen=failed[0] if failed else None,
    )


@judges("PAY-14")
def test_an_integer_beyond_its_column_is_refused_or_exact(judge: Judge, service: Service) -> None:
    """2^31, 2^63 and 10^30 are refused, or shown as they were sent."""
    written = list(each_integer(service, lambda _role, _name: INTEGERS))
    wrong = [one for one in written if one.exchange.failed or one.lost()]
    judge.that(
        not wrong,
        expected="4xx, or the number shown to its last digit",
        observed="; ".join(
            f"{one.exchange} for {brief({name: one.sent[name] for name in one.asked})}"
            f" {'; '.join(one.lost())}".rstrip()
            for one in wrong
        ),
        seen=wrong[0].exchange if wrong else None,
    )


@judges("PAY-16")
def test_a_date_time_keeps_its_instant(judge: Judge, service: Service) -> None:
    """A date-time sent with an offset is shown as the same instant; without a zone it means UTC."""
    names = moments(service.resource)
    if not names:
        judge.not_applicable(f"no field of {service.resource.name} is a date-time")
    written = write(service, "create", dict.fromkeys(names, SENT))
    if written.exchange.refused:
        judge.not_applicable("a date-time with an offset is refused")
    shown = {name: written.shown.get(name) for name in names}
    judge.that(
        written.exchange.ok and all(instant(value) == instant(SENT) for value in shown.values()),
        expected=f"{SENT} shown as that instant, in any zone",
        observed=f"{written.exchange}, then {shown}",
        seen=written.exchange,
    )


def instant(text: object) -> datetime | None:
    """The moment a text names, or None."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
