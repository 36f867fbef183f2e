"""Facts about what is asked of a result: what each question calls wrong, and what it forgives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from contract_tests.databases import Contents
from contract_tests.instruments.exchange import Event, Exchange, Kind, Request
from contract_tests.rules.evidence import HeldConnection
from contract_tests.rules.replay import Token
from contract_tests.scenarios.faults.control_run import ControlRun
from contract_tests.scenarios.faults.fault_checks import (
    breaks_apart,
    fails_after_commit,
    hides_a_race,
    is_plain,
    refuses_what_is_stored,
    retains,
    stores_twice,
    tells_success,
)
from contract_tests.scenarios.faults.injections import InjectionResult
from contract_tests.scenarios.faults.lifecycle_checks import (
    begins_again,
    claims_success,
    fails_later,
    keeps,
    leaves_open,
    stores_in_part,
    stores_later,
)
from contract_tests.scenarios.faults.outages import is_closed

Asked = tuple[Kind, str]

HOME = ("orders",)
NOTHING: Contents = {"orders": (), "notes": ()}
ORDER: Contents = {"orders": ((1,),), "notes": ()}
ORDERS: Contents = {"orders": ((1,), (2,)), "notes": ()}
NOTE: Contents = {"orders": (), "notes": ((1,),)}
NOTES: Contents = {"orders": (), "notes": ((1,), (2,))}
WHOLE: Contents = {"orders": ((1,),), "notes": ((1,),)}
INSERT: Asked = ("sql", "INSERT INTO orders")
SELECT: Asked = ("sql", "SELECT 1")
COMMIT: Asked = ("commit", "")
FAILED: Asked = ("failed", "Error")
ANSWERED: Asked = ("response end", "")
CANCELLED: Asked = ("cancelled", "")
NOTED: Asked = ("sql", "INSERT INTO notes")


def exchange_of(status: int, *events: Asked) -> Exchange:
    """Play a request on one connection."""
    made = Exchange(1, Request("POST", "/orders"), status, complete=True)
    made.events += [Event(n, 0.0, kind, 1, text) for n, (kind, text) in enumerate(events)]
    return made


def result_of(
    after: Contents,
    status: int,
    *events: Asked,
    place: str = "failures:create:error:1",
    what: str = "",
) -> InjectionResult:
    """Play a request that found nothing stored, and left this."""
    exchange = exchange_of(status, *events)
    return InjectionResult(Token.parse(place), what, "", exchange, NOTHING, after, (), (), after)


CALM = ControlRun(
    exchange_of(201, INSERT, COMMIT), {"orders": (1, 0), "notes": (1, 0)}, (), {}, frozenset()
)


def test_a_connection_hides_its_transaction() -> None:
    """What a connection that is out has open is told once, as the connection."""
    free = replace(result_of(NOTHING, 500), open=("a transaction",))
    held = replace(free, exchange=replace(free.exchange, held=(HeldConnection(1, "x.py:1"),)))
    assert (keeps(free), leaves_open(free), retains(free)) == ("", "a transaction", "a transaction")
    told = "conn 1 NEVER RETURNED; taken at x.py:1"
    assert (keeps(held), leaves_open(held), retains(held)) == (told, "", told)


def test_later_requests_that_failed_are_named() -> None:
    """Those that succeeded are not."""
    result = replace(result_of(NOTHING, 500), later=(exchange_of(200), exchange_of(503)))
    assert fails_later(result) == "POST /orders -> 503"


@pytest.mark.parametrize(
    ("after", "status", "expected"),
    [(NOTHING, 201, True), (ORDER, 201, False), (NOTHING, 503, False)],
)
def test_a_success_without_effect_is_a_lie(after: Contents, status: int, *, expected: bool) -> None:
    """A failure is not, nor is something stored."""
    assert bool(claims_success(result_of(after, status))) is expected


def test_a_failure_behind_the_answer_is_another_rules() -> None:
    """What failed when the answer was out could not be told any more."""
    late = result_of(NOTHING, 201, INSERT, ANSWERED, FAILED)
    assert late.is_late
    assert (bool(claims_success(late)), tells_success(late)) == (True, "")


def test_a_part_is_less_than_a_whole_in_rows_or_in_commits() -> None:
    """All tables have grown as usual, with as many COMMITs as usual, or not at all."""
    whole, part = result_of(WHOLE, 503, INSERT, COMMIT), result_of(ORDER, 503, INSERT, COMMIT)
    assert (stores_in_part(whole, CALM), stores_in_part(result_of(NOTHING, 503), CALM)) == ("", "")
    assert stores_in_part(part, CALM) == "only a part is stored, in orders"
    twice = replace(CALM, exchange=exchange_of(201, INSERT, COMMIT, INSERT, COMMIT))
    assert stores_in_part(whole, twice)


def test_what_is_written_behind_the_answer_is_no_part() -> None:
    """A note of a background task may be missing, and its COMMIT is none of the whole."""
    noted = (INSERT, COMMIT, ANSWERED, NOTED, COMMIT)
    control = replace(CALM, exchange=exchange_of(201, *noted))
    assert (control.commits, stores_in_part(result_of(ORDER, 201, INSERT, COMMIT), control)) == (
        1,
        "",
    )
    early = replace(CALM, exchange=exchange_of(201, INSERT, COMMIT, NOTED, COMMIT, ANSWERED))
    assert stores_in_part(result_of(ORDER, 201, INSERT, COMMIT), early)


def test_work_begins_again_where_it_is_more_than_usual() -> None:
    """Two of a kind are begun without any cancellation, too; a third one is a repetition."""
    control = replace(CALM, exchange=exchange_of(201, INSERT, INSERT, COMMIT))
    assert begins_again(result_of(NOTHING, 500, INSERT, CANCELLED, INSERT), control) == ""
    again = result_of(NOTHING, 500, INSERT, CANCELLED, INSERT, INSERT)
    assert begins_again(again, control) == "began again: 'INSERT INTO orders'"


def test_what_is_stored_later_than_usual_is_a_ghost() -> None:
    """More rows than the requests after it store by themselves."""
    control = replace(CALM, follow_up={"orders": (1, 0)})
    usual = replace(result_of(NOTHING, 503), ending=ORDER)
    assert stores_later(usual, control) == ""
    assert "orders" in stores_later(replace(usual, ending=ORDERS), control)


@pytest.mark.parametrize(
    ("events", "after", "is_ghost"),
    [
        ((INSERT, COMMIT, CANCELLED), NOTHING, False),
        ((INSERT, COMMIT, FAILED), NOTHING, True),
        ((INSERT, CANCELLED), NOTHING, True),
        ((INSERT, COMMIT, CANCELLED), WHOLE, True),
    ],
)
def test_what_a_commit_was_sent_to_store_may_still_come(
    events: Sequence[Asked], after: Contents, *, is_ghost: bool
) -> None:
    """Cancelled meanwhile, it ends when the database likes; once, and not after a failure."""
    control = replace(CALM, follow_up={"orders": (1, 0)})
    more = (*after["orders"], (8,), (9,))
    result = replace(result_of(after, 500, *events), ending={**after, "orders": more})
    assert is_ghost is bool(stores_later(result, control))


@pytest.mark.parametrize(
    ("status", "events", "expected"),
    [(503, (), True), (503, (SELECT, FAILED), False), (500, (), False)],
)
def test_a_circuit_breaker_refuses_without_the_database(
    status: int, events: Sequence[Asked], *, expected: bool
) -> None:
    """Any other failure has met the database, or is none of a while."""
    assert expected is is_closed(exchange_of(status, *events))


def test_a_success_may_lack_a_note_but_not_its_row() -> None:
    """What is no table of the resource is best effort, once the rest is whole."""
    assert breaks_apart(result_of(ORDER, 201, INSERT, COMMIT), CALM, HOME) == ""
    assert "notes" in breaks_apart(result_of(NOTE, 201, INSERT, COMMIT), CALM, HOME)


def test_a_failure_may_be_noted_but_not_half_stored() -> None:
    """A note is written after the failure, and the resource is as it was."""
    assert breaks_apart(result_of(NOTE, 503, FAILED, INSERT, COMMIT), CALM, HOME) == ""
    assert "notes" in breaks_apart(result_of(NOTE, 503, INSERT, COMMIT, FAILED), CALM, HOME)
    assert "orders" in breaks_apart(result_of(ORDER, 503, INSERT, COMMIT, FAILED), CALM, HOME)


def test_twice_is_more_rows_of_the_resource_than_usual() -> None:
    """One note for each try is nobody's harm."""
    assert stores_twice(result_of(NOTES, 201), CALM, HOME) == ""
    assert stores_twice(result_of(ORDERS, 201), CALM, HOME) == "2 new rows in orders instead of 1"


def test_a_client_is_blamed_by_a_4xx_for_what_is_stored() -> None:
    """A 4xx with nothing stored is a refusal, and a 5xx blames nobody."""
    assert refuses_what_is_stored(result_of(ORDER, 409)) == "answered 409, and the write is stored"
    assert refuses_what_is_stored(result_of(NOTHING, 409)) == ""
    assert refuses_what_is_stored(result_of(ORDER, 503)) == ""


def test_a_call_behind_the_commit_fails_what_is_stored() -> None:
    """A call before it, or the COMMIT itself, does not."""
    behind = result_of(WHOLE, 500, INSERT, COMMIT, SELECT, FAILED)
    assert fails_after_commit(behind, CALM) == "answered as a failure, and everything is stored"
    assert fails_after_commit(result_of(WHOLE, 500, INSERT, COMMIT, FAILED), CALM) == ""
    assert fails_after_commit(replace(behind, after=NOTHING), CALM) == ""


@pytest.mark.parametrize(
    ("status", "what", "expected"),
    [(500, "COMMIT", True), (503, "COMMIT", False), (409, "COMMIT", False), (500, "INSERT", False)],
)
def test_a_lost_race_is_no_defect(status: int, what: str, *, expected: bool) -> None:
    """A refused COMMIT is answered 503 or 409; other calls may be defects."""
    assert bool(hides_a_race(result_of(NOTHING, status, what=what))) is expected


@pytest.mark.parametrize(
    ("token", "events", "expected"),
    [
        ("failures:create:error:1", (INSERT, FAILED), True),
        ("failures:create:error:2", (SELECT, INSERT, FAILED), True),
        ("failures:create:error:1", (SELECT, FAILED), False),
        ("failures:create:error:2", (INSERT, INSERT, FAILED), False),
        ("failures:create:error:2", (INSERT, COMMIT, FAILED), True),
        ("failures:read:error:1", (SELECT, FAILED), True),
        ("failures:read:error:2", (SELECT, SELECT, FAILED), False),
        ("failures:create:refused:1", (FAILED,), True),
        ("failures:delete:refused:1", (FAILED,), False),
        ("failures:create:disconnect:1", (INSERT, FAILED), False),
    ],
)
def test_what_the_errors_area_looks_at_is_plain(
    token: str, events: tuple[Asked, ...], *, expected: bool
) -> None:
    """A first statement of a read, a first write, a first COMMIT, a first connect."""
    assert is_plain(result_of(NOTHING, 503, *events, place=token)) is expected
