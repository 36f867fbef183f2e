"""OpenAPI: what every operation answers to requests made from the document."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ..generation import samples
from ..masking.cutting import CUT
from ..rules.evidence import Evidence, Remark
from ..rules.violation import OutOfTime
from ..runner.judge import Judge, evidence_of, judges
from ..scenarios.crud.pages import plain_list
from ..scenarios.faults.open_holds import uncommitted
from ..scenarios.fuzzing import CheckFailure, curl
from ..scenarios.fuzzing.extremes import INTEGERS
from ..scenarios.fuzzing.fuzz_session import FAILURE, Exploration, Explored
from ..scenarios.fuzzing.partition import FuzzPart, parts
from ..service.service import Service

SUCCESS = range(200, 300)
UNPROCESSABLE = 422
NOT_OURS = frozenset({405, 429, 501})
"""Statuses of routers and rate limiters, which judge no promise of an operation."""
ZONELESS = re.compile(r'is not a "(date-time|time|duration)"')
"""The answer of every stock model for a column without time zone: RFC 3339 wants an offset."""
MOST_SHOWN = 10

WITH_BOUNDARIES = parts("boundary")
INVALID = parts("boundary", "invalid")
VALID = parts("boundary", "valid")


def only(chosen: list[FuzzPart]) -> pytest.MarkDecorator:
    """Mark a test to judge these parts only."""
    return pytest.mark.parametrize("explored", chosen, indirect=True, ids=str)


@judges("API-18")
def test_an_action_commits_what_it_has_written(judge: Judge, exploration: Exploration) -> None:
    """No success of another operation ends a transaction with writes in any other way."""
    actions = exploration.actions
    if not actions:
        judge.not_applicable("no operation beside the collection is seen to write")
    lost = [(action, uncommitted(action)[0]) for action in actions if uncommitted(action)]
    action, write = lost[0] if lost else (None, None)
    judge.that(
        not lost,
        expected="COMMIT after the last write on each connection",
        observed=f"{action}: no COMMIT after {write.text[:80] if write else ''!r}",
        seen=action,
        at=write,
    )


def judge_alarms(
    judge: Judge,
    explored: Explored,
    failures: list[CheckFailure],
    expected: str,
    repeated: Evidence = (),
) -> None:
    """Judge that there is no failure; list them all, each with the request to paste.

    `repeated` is what happened when the first was sent once more.
    """
    if explored.doubt and not failures:
        judge.undecided(explored.doubt)
    token = explored.token(failures[0]) if failures else ""
    judge.defects = tuple(map(described_failure, failures))
    judge.that(
        not failures,
        expected=expected,
        observed="; ".join(described_failure(failure) for failure in failures[:MOST_SHOWN]),
        seen=(*(Remark(shown(failure, explored)) for failure in failures), *repeated),
        token=token,
    )


def described_failure(failure: CheckFailure) -> str:
    """Say what was sent, what was answered, and what is wrong with that."""
    more = f" ({failure.times} times)" if failure.times > 1 else ""
    said = ": ".join(filter(None, (*failure.message.splitlines()[:2], failure.answer.cause)))
    return f"{sent_in(failure)} -> {failure.answer.status}, {said}{more}"


def shown(failure: CheckFailure, explored: Explored) -> str:
    """A failure as evidence: the whole message, the answer, and the request to paste."""
    return (
        f"{sent_in(failure)} -> {failure.answer.status}: {failure.message}\n"
        f"  answered {failure.answer.body[:500]!r}{CUT * (len(failure.answer.body) > 500)}\n"
        f"  send     {curl(failure.request, explored.masked)}\n"
        f"  replay   --contract-replay {explored.token(failure)}"
    )


def sent_in(failure: CheckFailure) -> str:
    """Return the method that was sent, which the path need not have, and the path."""
    return f"{failure.request.method} {failure.card.path}"


def answered(
    failures: list[CheckFailure], status: Callable[[int], bool] = bool
) -> list[CheckFailure]:
    """The failures of answers that are the operation's own, failures aside."""
    return [
        failure
        for failure in failures
        if failure.answer.status < FAILURE
        and failure.answer.status not in NOT_OURS
        and status(failure.answer.status)
    ]


def sent_again(exploration: Exploration, failure: CheckFailure) -> Evidence:
    """Send the request of a failure once more, on its own, and give what happened."""
    try:
        exchange = exploration.again(failure)
    except OutOfTime as end:
        return (Remark(f"not sent once more: {end}"),)
    alone = Remark("the request alone does not fail: it needs what the requests before it stored")
    return (*evidence_of(exchange), *[alone] * (not exchange.failed))


@judges("API-03")
def test_no_request_of_the_document_fails(
    judge: Judge, explored: Explored, exploration: Exploration
) -> None:
    """Valid and invalid requests to every operation are answered below 500."""
    failed = explored.of("not_a_server_error")
    repeated = sent_again(exploration, failed[0]) if failed else ()
    judge_alarms(judge, explored, failed, "no server error", repeated)


@judges("API-03")
def test_no_number_of_a_filter_fails(judge: Judge, service: Service) -> None:
    """A list whose query takes a whole number is asked with those at the edges of columns."""
    document, paging = dict(service.resource.document), service.resource.paging.names
    names = [
        parameter.name
        for parameter in service.operation("list").query
        if "integer" in samples.kinds(parameter.schema, document) and parameter.name not in paging
    ]
    if not names:
        judge.not_applicable("no query parameter of the list is a number, beside those of paging")
    plain_list(service)
    asked = [service.list(**{name: number}) for name in names for number in INTEGERS]
    failed = [exchange for exchange in asked if exchange.failed]
    judge.that(
        not failed,
        expected="no server error",
        observed="; ".join(map(str, failed)),
        seen=failed[0] if failed else None,
    )


@judges("API-04")
def test_every_status_is_declared(judge: Judge, explored: Explored) -> None:
    """No status below 500 is answered that the document does not know."""
    failures = answered(explored.of("status_code_conformance"))
    judge_alarms(judge, explored, failures, "a status that the document declares")


@judges("API-05")
def test_a_success_matches_its_schema(judge: Judge, explored: Explored) -> None:
    """Body and headers of every success are as declared."""
    found = explored.of("response_schema_conformance", "response_headers_conformance")
    failures = answered(found, status=lambda status: status in SUCCESS)
    strict = [failure for failure in failures if not ZONELESS.search(failure.message)]
    judge_alarms(judge, explored, strict, "an answer that its schema allows")


@judges("API-14")
def test_a_refusal_matches_its_schema(judge: Judge, explored: Explored) -> None:
    """Body and headers of every refusal are as declared."""
    found = explored.of("response_schema_conformance", "response_headers_conformance")
    failures = answered(found, status=lambda status: status not in SUCCESS)
    judge_alarms(judge, explored, failures, "a refusal that its schema allows")


@judges("API-06")
def test_every_content_type_is_declared(judge: Judge, explored: Explored) -> None:
    """No answer below 500 has a content type that the document does not know."""
    failures = answered(explored.of("content_type_conformance"))
    judge_alarms(judge, explored, failures, "a content type that the document declares")


@judges("API-07")
@only(INVALID)
def test_what_the_document_forbids_is_refused(judge: Judge, explored: Explored) -> None:
    """Invalid requests are refused; what a lenient reader takes is no matter."""
    failures = answered(explored.of("negative_data_rejection"))
    judge_alarms(judge, explored, failures, "a refusal")


def is_owed(failure: CheckFailure, exploration: Exploration) -> bool:
    """Return whether a valid request should have succeeded.

    What asks for a token succeeds with the service's own alone: a document cannot say that.
    """
    is_of_schema = failure.answer.status == UNPROCESSABLE
    return is_of_schema or exploration.is_known_to_succeed(failure.card.operation)


@judges("API-08")
@only(VALID)
def test_what_the_document_allows_is_accepted(
    judge: Judge, explored: Explored, exploration: Exploration
) -> None:
    """Valid requests are not refused as invalid."""
    refused = answered(explored.of("positive_data_acceptance"))
    failures = [failure for failure in refused if is_owed(failure, exploration)]
    if refused and not failures:
        judge.not_applicable(f"no request to {refused[0].card.operation} is known to succeed")
    judge_alarms(
        judge, explored, failures, "a success, or a refusal because the row does not exist"
    )


@judges("API-09")
@only(WITH_BOUNDARIES)
def test_an_unknown_method_is_answered_405(judge: Judge, explored: Explored) -> None:
    """Methods that a path does not have are answered 405 with all it has in `Allow`."""
    failures = explored.of("unsupported_method", "allow_header_conformance", suppressed=True)
    judge_alarms(judge, explored, failures, "405 and every method of the path in Allow")
