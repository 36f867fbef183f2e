"""Play cases: send each request, and collect every distinct failure that the answers raise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...instruments.exchange import Request
from ...rules.violation import OutOfTime
from . import findings
from .case_generator import CaseGenerator
from .fuzz_cases import FuzzCase, Values
from .messages import Answer, Headers, SendRequest, Suppression

Sort = tuple[str, str, int, str]

SUCCESS = range(200, 300)


@dataclass(frozen=True)
class CheckFailure:
    """The first case of one sort of finding, and how many cases raised it.

    `message` is in the words of the check. `request` is what was sent, the caller's headers
    included: it is shown with these masked.
    """

    check: str
    sort: str
    message: str
    card: FuzzCase
    request: Request
    answer: Answer
    suppression: Suppression
    times: int = 1

    @property
    def key(self) -> Sort:
        """The properties that make two failures the same defect."""
        return self.card.operation, self.check, self.answer.status, self.sort


@dataclass
class FuzzResults:
    """The answers so far: how many cases each operation answered, and the failures.

    `accepted` are the operations that answered a case with success.
    """

    cases: dict[str, int] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    failures: dict[Sort, CheckFailure] = field(default_factory=dict)

    def add(self, failure: CheckFailure) -> None:
        """Keep the first failure of each sort; one without an excuse takes the place of another."""
        known = self.failures.get(failure.key)
        if known is None:
            self.failures[failure.key] = failure
        elif known.suppression and not failure.suppression:
            self.failures[failure.key] = replace(failure, times=known.times + failure.times)
        else:
            self.failures[failure.key] = replace(known, times=known.times + failure.times)

    def join(self, other: "FuzzResults") -> None:
        """Add what was answered elsewhere."""
        for failure in other.failures.values():
            self.add(failure)
        for label, count in other.cases.items():
            self.cases[label] = self.cases.get(label, 0) + count
        self.accepted |= other.accepted


class Executor:
    """Sends cases, and has the answers checked by all that Schemathesis knows to check.

    `headers` go with each request, for instance to authenticate. `is_strange` tells of a request
    whether a failure to answer it is the matter of somebody else.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        drawer: CaseGenerator,
        headers: Headers = (),
        is_strange: Callable[[Request], bool] = lambda _: False,
    ) -> None:
        self._document = document
        self._drawer = drawer
        self._headers = headers
        self._is_strange = is_strange
        self._checks = findings.Checks()

    async def play(
        self, cards: Sequence[FuzzCase], send: SendRequest, known: Sequence[Values]
    ) -> FuzzResults:
        """Send every case, in order; each aimed one to the next of the rows that are known.

        All are sent before the first answer is checked: that is faster, and disturbs less.
        """
        results, turn, answered = FuzzResults(), 0, []
        for card in cards:
            if self._is_about_our_headers(card):
                continue
            aimed = card.aimed(known[turn % len(known)]) if known else card
            turn += aimed is not card
            request = self.request(aimed)
            try:
                answered.append((aimed, request, await send(request)))
            except OutOfTime:  # what has been answered is checked all the same
                break
        for aimed, request, answer in answered:
            for failure in self._findings(aimed, request, answer):
                results.add(failure)
            results.cases[aimed.operation] = results.cases.get(aimed.operation, 0) + 1
            if answer.status in SUCCESS:
                results.accepted.add(aimed.operation)
        return results

    async def sent(self, card: FuzzCase, send: SendRequest) -> list[CheckFailure]:
        """Send one case as it is; every finding is a failure."""
        request = self.request(card)
        return self._findings(card, request, await send(request))

    def _findings(self, card: FuzzCase, request: Request, answer: Answer) -> list[CheckFailure]:
        case = card.case(self._drawer.operations[card.operation])
        prepared = card.prepared(self._headers)
        found = self._checks.findings(case, prepared, answer)
        return [
            CheckFailure(
                one.check,
                one.sort,
                one.message,
                card,
                request,
                answer,
                self._suppression(one.check, case, request, answer),
            )
            for one in found
            # A case drawn from another document may be invalid by now; a failure is one still.
            if one.check == findings.FAILURE or not card.is_dated
        ]

    def request(self, card: FuzzCase) -> Request:
        """Return the request that is sent for a case, with the caller's headers."""
        return replace(card.request, headers=(*card.request.headers, *self._headers))

    def _suppression(self, check: str, case: Any, request: Request, answer: Answer) -> Suppression:
        if check == findings.FAILURE:
            return "strange" if self._is_strange(request) else ""
        return findings.suppression_of(check, case, answer, self._document)

    def _is_about_our_headers(self, card: FuzzCase) -> bool:
        """The caller's headers would silently repair a case that is about one of them."""
        # The layout is that of Schemathesis's own `CaseMetadata.to_dict`.
        about = card.drawn["meta"]["phase"]["data"]["parameter"] or ""
        return about.lower() in {name.lower() for name, _ in self._headers}
