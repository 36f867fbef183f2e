"""Breakdowns: what a service was sent, what is awaited of it, and how little is enough."""

from __future__ import annotations

import json

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.scenarios.crud.breakdowns import Breakdown
from contract_tests.service.resource import Operation, Resource
from contract_tests.service.trail import LARGEST, LONGEST, Trail, role_in
from proofs.matrix import run_contract

PENS = Resource(
    "/pens",
    {
        "list": Operation("list", "GET", "/pens"),
        "create": Operation("create", "POST", "/pens"),
        "read": Operation("read", "GET", "/pens/{id}"),
    },
)
ANOTHER = "/pens/7/caps"


def answered(
    method: str, target: str, status: int, *, body: bytes = b"", shown: bytes = b'{"id": 7}'
) -> Exchange:
    """A request that was answered with a status; a create shows the id 7."""
    request = Request(method, target, (), body)
    return Exchange(1, request, status=status, body=shown, complete=True)


def trail_of(*exchanges: Exchange) -> Trail:
    """The trail that these leave, one after the other."""
    trail = Trail()
    for exchange in exchanges:
        trail.note(PENS, [exchange])
    return trail


@pytest.mark.parametrize(
    ("method", "target", "role"),
    [
        ("GET", "/pens?limit=2", "list"),
        ("GET", "/pens/7", "read"),
        ("POST", "/pens", "create"),
        ("GET", ANOTHER, None),
        ("GET", "/pens/", None),
        ("DELETE", "/pens/7", None),
    ],
)
def test_a_request_has_the_role_of_its_operation(
    method: str, target: str, role: str | None
) -> None:
    """Method and path tell it; an id is one step of a path."""
    assert role == role_in(PENS, Request(method, target))


def test_after_a_failure_what_has_worked_is_awaited() -> None:
    """A create that succeeds afterwards leaves the list to be awaited."""
    trail = trail_of(
        answered("GET", "/pens", 200),
        answered("POST", "/pens", 201),
        answered("GET", "/pens/1", 500),
        answered("POST", "/pens", 201),
    )
    assert frozenset({"list"}) == trail.awaited


def test_a_success_without_the_row_of_earlier_ones_is_a_failure() -> None:
    """A list is awaited once it shows no rows, and so is a create, which may merely be next."""
    rows = json.dumps([{"id": 7}]).encode()
    trail = trail_of(
        answered("GET", "/pens", 200, shown=rows),
        answered("POST", "/pens", 201),
        answered("GET", "/pens", 200, shown=b"<p>none yet</p>"),
    )
    assert frozenset({"list", "create"}) == trail.awaited
    assert trail.sent[-1].success is None


def test_a_read_without_its_row_makes_the_service_suspect() -> None:
    """What is asked then are ordinary requests: a single answer may be so on purpose."""
    trail = trail_of(
        answered("POST", "/pens", 201),
        answered("GET", "/pens/7", 200),
        answered("GET", "/pens/7", 200, shown=b"<p>none yet</p>"),
    )
    assert frozenset({"create"}) == trail.awaited


def test_a_success_that_has_never_shown_rows_is_none_the_less_one() -> None:
    """A service may answer so on purpose."""
    empty = answered("POST", "/pens", 201, shown=b"")
    assert frozenset() == trail_of(empty, empty).awaited


def test_rows_are_awaited_where_they_were_seen() -> None:
    """With another idea of the collection, rows may be elsewhere."""
    elsewhere = PENS.pinned(envelope=("data",))
    seen = answered("GET", "/pens", 200, shown=b"[]")
    trail = trail_of(seen)
    assert not trail.is_rowless(elsewhere, answered("GET", "/pens", 200))
    assert trail.is_rowless(PENS, answered("GET", "/pens", 200, shown=b"{}"))


NO_END = "no end within 35 s: it waits at pens.py:7 in read"


def unanswered(method: str, target: str) -> Exchange:
    """A request that the kit has ended."""
    return Exchange(1, Request(method, target), raised=NO_END)


def test_a_request_without_an_end_is_kept_once() -> None:
    """The first in its role tells enough: others are not kept."""
    first = unanswered("GET", "/pens/7")
    trail = trail_of(answered("GET", "/pens/7", 200), first, unanswered("GET", "/pens/8"))
    assert trail.unended == [first]


@pytest.mark.parametrize(
    "exchange",
    [
        unanswered("GET", "/pens/7?wait=60"),
        unanswered("GET", ANOTHER),
        unanswered("POST", "/pens"),
        answered("GET", "/pens/7", 500),
    ],
    ids=["asked to wait", "no operation", "never answered", "failed"],
)
def test_other_requests_are_not_kept(exchange: Exchange) -> None:
    """Nobody promises an end of them, or another rule tells of it."""
    assert trail_of(answered("GET", "/pens/7", 200), exchange).unended == []


def test_a_disturbed_request_may_have_no_end() -> None:
    """What the kit has done to it is judged elsewhere."""
    trail = trail_of(answered("GET", "/pens/7", 200))
    trail.note(PENS, [unanswered("GET", "/pens/7")], is_disturbed=True)
    trail.note(PENS, [unanswered("GET", "/pens/7")] * 2)
    assert trail.unended == []


def test_what_never_worked_is_not_awaited() -> None:
    """A list that has failed from the beginning cannot break down."""
    trail = trail_of(answered("GET", "/pens", 500), answered("GET", "/pens", 500))
    assert frozenset() == trail.awaited


def test_what_was_sent_since_a_success_is_known() -> None:
    """The requests after the last success in a role are those that may have broken it."""
    odd = answered("GET", "/pens/1", 404)
    trail = trail_of(answered("POST", "/pens", 201), odd, answered("POST", "/pens", 500))
    assert [each.answer for each in trail.since("create")] == ["404", "500"]


def test_a_trail_remembers_ids_and_no_large_bodies() -> None:
    """A large body is dropped, and so is what was sent too long ago."""
    large = answered("POST", "/pens", 413, body=b"x" * (LARGEST + 1))
    trail = trail_of(*[answered("POST", "/pens", 201)] * LONGEST, large)
    assert len(trail.sent) == LONGEST
    assert (trail.sent[0].made, trail.sent[0].is_repeatable) == ("7", True)
    assert not trail.sent[-1].is_repeatable
    assert len(trail.sent[-1].request.body) < LARGEST


def test_what_was_disturbed_cannot_be_repeated() -> None:
    """A request that the kit has disturbed says nothing about what users send."""
    trail = Trail()
    trail.is_disturbed = True
    trail.note(PENS, [answered("POST", "/pens", 500)])
    (sent,) = trail.sent
    assert (sent.is_disturbed, sent.is_repeatable) == (True, False)


def test_a_breakdown_that_is_not_shortened_says_so() -> None:
    """The evidence tells requests that are enough from those that merely came before."""
    trail = trail_of(answered("GET", "/pens/1", 404))
    failed = answered("POST", "/pens", 500)
    found = Breakdown(
        failed, "POST /pens -> 201", tuple(trail.sent), (), is_shortest=False, is_disturbed=False
    )
    assert "not shortened" in str(found.violation.evidence)
    assert "last after GET /pens/1 -> 404" in found.violation.observed


def test_other_rules_are_judged_on_a_renewed_service() -> None:
    """What a read of a missing row has broken is told once, and no other rule is undecided."""
    result = run_contract(
        "proofs.broken.crud_breakdowns:reading_only",
        "sqlite",
        "--contract-rule=SES-01,CRU-11,CRU-12,CRU-61",
    )
    assert {"CRU-61"} == result.rules("broken"), result.printed
    assert set() == result.rules("undecided") | result.rules("error"), result.printed
    cases = [row["case"] for row in result.report["verdicts"] if row["verdict"] == "broken"]
    assert any(case.startswith("during SES-01") for case in cases), cases
