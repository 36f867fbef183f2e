"""OpenAPI: what every operation answers to requests made from the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from ..extremes import is_ordinary, role_of
from ..fuzzing import Alarm, Answer, Exploration, Request, explore
from ..instruments import exchange as instruments
from ..judge import Judge, evidence_of, judges
from ..options import Options
from ..rules import openapi as rules
from ..service import Service
from ..violation import Undecided

FAILURE = 500
SUCCESS = range(200, 300)
NOT_OURS = frozenset({405, 429, 501})
"""Statuses of routers and rate limiters, which judge no promise of an operation."""
ZONELESS = re.compile(r'is not a "(date-time|time|duration)"')
"""What every stock model answers for a column without time zone: RFC 3339 wants an offset."""
MOST_SHOWN = 10
Sent = tuple[Request, instruments.Exchange]


@dataclass
class Explorer:
    """Sends what is made from the document, and keeps what was answered with a failure."""

    service: Service
    failed: list[Sent] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        """Send one request as it is."""
        exchange = self.again(request)
        if exchange.failed:
            self.failed.append((request, exchange))
        status = exchange.status or FAILURE
        said = bool(exchange.of("failed"))
        return Answer(status, exchange.headers, exchange.body, has_database_error=said)

    def again(self, request: Request) -> instruments.Exchange:
        """Send one request, and keep nothing of it."""
        wanted = instruments.Request(request.method, request.target, request.headers, request.body)
        return self.service.run(self.service.target.exchange(wanted))


@dataclass(frozen=True)
class Explored:
    """One exploration of the whole document: its alarms, and the requests that failed.

    A failure is kept if the request is one of those no other rule asks about.
    """

    exploration: Exploration
    failed: tuple[Sent, ...]

    def alarms(
        self, *checks: str, lax: bool = False, status: Callable[[int], bool] = bool
    ) -> list[Alarm]:
        """The alarms of these checks, failures and answers of routers aside."""
        return [
            alarm
            for alarm in self.exploration.alarms
            if alarm.check in checks
            and (lax or not alarm.lax)
            and alarm.answer.status < FAILURE
            and alarm.answer.status not in (NOT_OURS if not lax else ())
            and status(alarm.answer.status)
        ]


@pytest.fixture(scope="session")
def explored(contract_service: Service, contract_options: Options) -> Explored:
    """The exploration of the document, once for the whole run; the rows are put back after it."""
    service = contract_service
    if not service.resource.document:
        return Explored(Exploration({}, ()), ())
    service.restore()
    explorer = Explorer(service)
    exploration = explore(
        service.resource.document,
        explorer,
        seed=contract_options.seed,
        headers=dict(service.headers),
        known=known_row(service),
    )
    service.restore()
    return Explored(exploration, tuple(own_failures(explorer)))


def known_row(service: Service) -> dict[str, object]:
    """The path parameter of a row that exists; empty if none can be made."""
    try:
        return {service.resource.id_parameter: service.row().id}
    except Undecided:
        return {}


def own_failures(explorer: Explorer) -> Iterable[Sent]:
    """The first failure of each kind that no other rule asks about.

    A list that fails only for what was stored meanwhile is such a case: it is asked again.
    """
    met: set[object] = set()
    resource = explorer.service.resource
    for request, exchange in explorer.failed:
        role = role_of(exchange.request, resource)
        kind = (request.method, role or request.target.partition("?")[0])
        is_other = role is not None and not is_ordinary(exchange.request, resource)
        if kind in met or is_other or (role == "list" and not explorer.again(request).failed):
            continue
        met.add(kind)
        yield request, exchange


@pytest.fixture
def exploration(judge: Judge, contract_service: Service, explored: Explored) -> Explored:
    """The exploration, if it reached every operation of the collection."""
    cases = explored.exploration.cases
    if not sum(cases.values()):
        judge.undecided("no request could be made from the document")
    named = "{" + contract_service.resource.id_parameter + "}"
    offered = contract_service.resource.operations.values()
    labels = [f"{o.method} {o.path.replace('{id}', named)}" for o in offered]
    unseen = [label for label in labels if not cases.get(label)]
    if unseen:
        judge.undecided(f"no request could be made for {', '.join(unseen)}")
    return explored


def judge_alarms(judge: Judge, alarms: list[Alarm], expected: str) -> None:
    """Judge that there is no alarm; list them all, the first with what was answered."""
    first = alarms[0].answer if alarms else None
    shown = f"\nanswered {first.status}: {first.body[:500]!r}" if first else ""
    listed = [f"{sent_in(a)} -> {a.answer.status}: {a.message}" for a in alarms]
    listed[:1] = [f"{one}{shown}" for one in listed[:1]]
    judge.that(
        not alarms,
        expected=expected,
        observed="; ".join(
            f"{sent_in(a)} -> {a.answer.status}, {': '.join(a.message.splitlines()[:2])}"
            for a in alarms[:MOST_SHOWN]
        ),
        seen="\n".join(listed),
    )


def sent_in(alarm: Alarm) -> str:
    """What was sent: the method of the request, which the path need not have, and the path."""
    return f"{alarm.request.method} {alarm.operation.partition(' ')[2]}"


@judges(rules.NO_FAILURE)
def test_no_request_of_the_document_fails(
    judge: Judge, exploration: Explored, contract_options: Options
) -> None:
    """Valid and invalid requests to every operation are answered below 500."""
    masked = [name for name, _ in contract_options.header]
    failed = exploration.failed
    listed = [f"{e}\n{request.curl(masked)}" for request, e in failed]
    judge.that(
        not failed,
        expected="no server failure",
        observed="; ".join(str(exchange) for _, exchange in failed[:MOST_SHOWN]),
        seen="\n".join([*(evidence_of(e) for _, e in failed[:1]), *listed]),
    )


@judges(rules.STATUSES)
def test_every_status_is_declared(judge: Judge, exploration: Explored) -> None:
    """No status below 500 is answered that the document does not know."""
    alarms = exploration.alarms("status_code_conformance")
    judge_alarms(judge, alarms, "a status that the document declares")


@judges(rules.SUCCESSES)
def test_a_success_matches_its_schema(judge: Judge, exploration: Explored) -> None:
    """Body and headers of every success are as declared."""
    alarms = exploration.alarms(
        "response_schema_conformance",
        "response_headers_conformance",
        status=lambda status: status in SUCCESS,
    )
    strict = [alarm for alarm in alarms if not ZONELESS.search(alarm.message)]
    judge_alarms(judge, strict, "an answer that its schema allows")


@judges(rules.REFUSALS)
def test_a_refusal_matches_its_schema(judge: Judge, exploration: Explored) -> None:
    """Body and headers of every refusal are as declared."""
    alarms = exploration.alarms(
        "response_schema_conformance",
        "response_headers_conformance",
        status=lambda status: status not in SUCCESS,
    )
    judge_alarms(judge, alarms, "a refusal that its schema allows")


@judges(rules.CONTENT_TYPES)
def test_every_content_type_is_declared(judge: Judge, exploration: Explored) -> None:
    """No answer below 500 has a content type that the document does not know."""
    alarms = exploration.alarms("content_type_conformance")
    judge_alarms(judge, alarms, "a content type that the document declares")


@judges(rules.FORBIDDEN)
def test_what_the_document_forbids_is_refused(judge: Judge, exploration: Explored) -> None:
    """Invalid requests are refused; what a lenient reader takes is no matter."""
    alarms = exploration.alarms("negative_data_rejection")
    judge_alarms(judge, alarms, "a refusal")


@judges(rules.ALLOWED)
def test_what_the_document_allows_is_accepted(judge: Judge, exploration: Explored) -> None:
    """Valid requests are not refused as invalid."""
    alarms = exploration.alarms("positive_data_acceptance")
    judge_alarms(judge, alarms, "a success, or a refusal for want of the row")


@judges(rules.METHODS)
def test_an_unknown_method_is_answered_405(judge: Judge, exploration: Explored) -> None:
    """Methods that a path does not have are answered 405 with all it has in `Allow`."""
    alarms = exploration.alarms("unsupported_method", "allow_header_conformance", lax=True)
    judge_alarms(judge, alarms, "405 and every method of the path in Allow")
