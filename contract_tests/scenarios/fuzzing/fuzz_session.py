"""Send a service what its document allows and forbids, part by part, and keep what it answered."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...instruments.conventions import SEE_OTHER
from ...instruments.exchange import Exchange, Request
from ...rules import openapi
from ...rules.replay import Token
from ...rules.totals import Totals
from ...rules.violation import NotApplicable, OutOfTime, Undecided
from ...service.service import Service
from ...service.transports.pacing import is_put_off
from ..crud.breakdowns import breakdown
from . import (
    Answer,
    CaseGenerator,
    CheckFailure,
    Corpus,
    Executor,
    FuzzCase,
    FuzzResults,
    has_invalid_schema,
    shrink,
    without_headers,
)
from .extremes import is_ordinary, role_of
from .fuzz_choice import LEAST, FuzzChoice, FuzzSettings
from .partition import PARTS, FuzzPart
from .sparing import Sparing

FAILURE = 500
MOST_SHRUNK = 5
"""The number of failures of one part that are made simple; one defect seldom raises more."""

MOST_HOLDING = 5
"""The number of requests of one part that are kept because they left a connection out."""

SHARE = 0.5
"""Of the minutes of a thorough run, the share of the requests made from the document."""

Targets = Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Explored:
    """The results of one part of the corpus, and the token of each failure's case.

    Headers named in `masked` are never shown. A `doubt` says why no failure is no evidence.
    `holding` are requests, the first of them, that left a connection out.
    """

    failures: tuple[CheckFailure, ...]
    tokens: tuple[Token, ...]
    masked: tuple[str, ...]
    doubt: str = ""
    holding: tuple[Exchange, ...] = ()

    def token(self, failure: CheckFailure) -> str:
        """Return the token by which the request behind a failure is sent again."""
        return str(self.tokens[self.failures.index(failure)])

    def of(self, *checks: str, suppressed: bool = False) -> list[CheckFailure]:
        """The failures of these checks that are held against the service, or all of them."""
        return [a for a in self.failures if a.check in checks and (suppressed or not a.suppression)]


@dataclass
class Exploration:
    """Explores a service part by part, each when it is first asked for.

    `totals` counts the requests of each part, and the rounds in which they were drawn.
    """

    service: Service
    options: FuzzSettings
    folder: Path | None
    _sent: dict[str, tuple[int, int]] = field(default_factory=dict)
    _explored: dict[FuzzPart, Explored] = field(default_factory=dict)
    _accepted: set[str] = field(default_factory=set)
    _revoking: set[str] = field(default_factory=set)
    _actions: list[Exchange] = field(default_factory=list)
    _holding: list[Exchange] = field(default_factory=list)

    @property
    def totals(self) -> Totals:
        """The number of requests that were sent so far."""
        return Totals(
            generated={part: requests for part, (requests, _) in self._sent.items()},
            rounds={part: rounds for part, (_, rounds) in self._sent.items()},
        )

    def __post_init__(self) -> None:
        """Read the document; nothing is sent yet."""
        service, document = self.service, self.service.resource.document
        asking = without_headers(document, [name for name, _ in service.headers])
        drawer = CaseGenerator(asking, service.resource.overrides)
        corpus = Corpus(asking, drawer, self.folder, service.resource.overrides)
        self.choice = FuzzChoice(service, self.options, corpus)
        self._drawer = drawer
        self._player = Executor(document, drawer, service.headers, self._is_strange)
        self._sparing = Sparing(service)

    def of(self, part: FuzzPart) -> Explored:
        """Return the results of a part. Raises `NotApplicable` if there is nothing to ask about."""
        if not self.service.resource.document:
            raise NotApplicable("the service has no OpenAPI document")
        if part not in self._explored:
            self._explored[part] = self._explore(part)
        self._note(part)
        return self._explored[part]

    def _note(self, part: FuzzPart) -> None:
        """Note how many of its requests were sent."""
        sent, _ = self._sent[str(part)]
        operations = self.choice.operations(part.subject)
        whole = sent + sum(self.choice.left_out(label, part.phase) for label in operations)
        self.service.budget.saw("requests", str(part), sent, whole)

    def is_known_to_succeed(self, label: str) -> bool:
        """Return whether a valid request is known to exist: all of the collection's are."""
        if label not in self.choice.operations("others"):
            return True
        for part in PARTS:
            if part.subject == "others" and part.phase != "invalid" and not self.options.replay:
                self.of(part)
        return label in self._accepted

    # -- one part

    def _explore(self, part: FuzzPart) -> Explored:
        wanted = self.choice.operations(part.subject)
        if not wanted:
            raise NotApplicable(f"the document has no operation for {part.subject}")
        wanted = [label for label in wanted if self._is_readable(label)]
        if not wanted:
            raise NotApplicable(f"a schema of {part.subject} is not valid ({openapi.API_01.id})")
        wanted = [label for label in wanted if label not in self._revoking]
        results = FuzzResults()
        self._holding.clear()
        rounds = [self._play_rounds(part, label, results, len(wanted)) for label in wanted]
        self._accepted |= results.accepted
        wanted = [label for label in wanted if label not in self._revoking]
        if not wanted:
            revoking = ", ".join(sorted(self._revoking))
            raise NotApplicable(f"{revoking} ended the credentials of the run")
        self._sent[str(part)] = sum(results.cases.values()), max(rounds)
        too_few = [label for label in wanted if not self._is_enough(label, part, results)]
        if part.phase == "invalid" and not results.cases and not too_few:
            raise NotApplicable(f"no invalid request can be made for {part.subject}")
        failures = tuple(self._simplified([self._strictly(a) for a in results.failures.values()]))
        tokens = tuple(self.choice.token_of(part, failure.card) for failure in failures)
        masked = tuple(name for name, _ in self.service.headers)
        doubt = self._doubt(part, too_few, results)
        return Explored(failures, tokens, masked, doubt, tuple(self._holding))

    def _is_readable(self, label: str) -> bool:
        """Return whether requests can be made for an operation: its schemas are valid."""
        document = self.service.resource.document
        method, _, path = label.partition(" ")
        declared = document["paths"].get(path, {})
        parts = (declared.get(method.lower()), declared.get("parameters"))
        return not any(has_invalid_schema(part, document) for part in parts)

    def _doubt(self, part: FuzzPart, too_few: list[str], results: FuzzResults) -> str:
        if not too_few:
            return ""
        if self.options.replay:
            return (
                f"there is no request {self.options.replay}: the document or the versions have "
                f"changed since, or it was kept in another --contract-corpus"
            )
        listed = ", ".join(f"{results.cases.get(label, 0)} of {label}" for label in too_few)
        return f"fewer than {LEAST} {part.phase} requests could be made: {listed}"

    def _play_rounds(self, part: FuzzPart, label: str, results: FuzzResults, sharing: int) -> int:
        """Play what was kept and one round of cases, and further rounds while there is time.

        The time of a part is for `sharing` operations.
        """
        began, turn = time.monotonic(), 0
        limit = self.options.minutes * 60 * SHARE / len(PARTS) / sharing
        while True:
            try:
                results.join(self.send(self.choice.cards(label, part.phase, turn)))
            except OutOfTime:
                if not results.failures:
                    raise
                return turn + 1
            turn += 1
            is_over = time.monotonic() - began > limit or self.service.budget.is_over
            is_over |= label in self._revoking
            if not self.options.profile.is_endless or part.phase == "boundary" or is_over:
                return turn

    def send(self, cards: Sequence[FuzzCase]) -> FuzzResults:
        """Send these cases to a service that is as it was when the contract began.

        What fails because the service has broken down is sent again when that is renewed; the one
        that breaks it is found by halves, so that no other is blamed.
        """
        results = self._played(cards)
        if not (results.failures and breakdown(self.service)):
            return results
        results = self._played(cards)  # it may have been broken before the first of them
        if len(cards) == 1 or not (results.failures and breakdown(self.service)):
            return results
        half = len(cards) // 2
        results = self.send(cards[:half])
        results.join(self.send(cards[half:]))
        return results

    def _played(self, cards: Sequence[FuzzCase]) -> FuzzResults:
        self.service.restore()
        rows = self._rows(cards)
        sent = [card for card in cards if not self._sparing.spares(_at(card, rows))]
        results = self.service.run(self._player.play(sent, self._send, rows))
        label = sent[0].operation if sent else ""
        if label not in self.choice.operations("others"):
            self.service.require_entry()
        elif self.service.revokes(label):
            self._revoking.add(label)
            return FuzzResults()
        return results

    def _rows(self, cards: Sequence[FuzzCase]) -> Targets:
        """Rows to aim at: one for each request that deletes, else one; none if none can be made."""
        resource = self.service.resource
        aimed = [card for card in cards if resource.id_parameter in card.aims]
        wasteful = sum(card.request.method == "DELETE" for card in aimed)
        try:
            count = max(wasteful, int(bool(aimed)))
            return [{resource.id_parameter: self.service.row().id} for _ in range(count)]
        except (Undecided, NotApplicable):
            return []

    def _is_enough(self, label: str, part: FuzzPart, results: FuzzResults) -> bool:
        sent = results.cases.get(label, 0)
        if self.options.replay:
            return bool(results.cases)
        spared = self._sparing.count(label, part.phase) if sent else 0
        if sent + spared >= LEAST // self.options.shard.of:
            return True
        if self.choice.left_out(label, part.phase) and sent:
            return True  # it is told how few they were
        drawn = self.choice.drawn(label, part.phase)
        # Where nothing can be invalid there is nothing to ask about.
        return drawn.is_exhausted and (sent > 0 or part.phase == "invalid")

    @property
    def actions(self) -> list[Exchange]:
        """The successful requests of other operations that have written.

        Raises `NotApplicable` if there is no other operation.
        """
        for part in PARTS:
            if part.subject == "others" and part.phase != "invalid":
                self.of(part)
        return self._actions

    async def _send(self, request: Request) -> Answer:
        exchange = await self._served(request)
        is_done = exchange.ok or exchange.status == SEE_OTHER
        if is_done and exchange.writes and role_of(request, self.service.resource) is None:
            self._actions.append(exchange)
        if exchange.held and not exchange.is_unended and len(self._holding) < MOST_HOLDING:
            self._holding.append(exchange)
        return answer_of(exchange)

    async def _served(self, request: Request) -> Exchange:
        """Send a request, again where it was put off, unless only this operation is limited.

        A login that is locked after some tries stays so, while all else is served.
        """
        service = self.service
        if role_of(request, service.resource) or not service.resource.offers("list"):
            return await service.sent(request)
        with service.transport.unpaced():
            exchange = await service.sent(request)
            if not is_put_off(exchange):
                return exchange
            look = await service.sent(service.draft_of("list"))
        return await service.sent(request) if is_put_off(look) else exchange

    # -- what is a failure, and how simple it can be

    def _is_strange(self, request: Request) -> bool:
        """Return whether a failure is another rule's: strange values are asked about one by one."""
        resource = self.service.resource
        return role_of(request, resource) is not None and not is_ordinary(request, resource)

    def _strictly(self, failure: CheckFailure) -> CheckFailure:
        """The failure without an excuse that this run does not take."""
        is_refused = failure.suppression == "types" and self.options.strict_types
        return replace(failure, suppression="") if is_refused else failure

    def _simplified(self, failures: list[CheckFailure]) -> Iterator[CheckFailure]:
        """The failures, the telling ones as simple as they can be, and kept for the next run."""
        left = MOST_SHRUNK
        for failure in failures:
            if failure.suppression or self.options.replay or not left:
                yield failure
                continue
            left -= 1
            try:
                simple = shrink(failure, self._drawer, self._send_again)
            except OutOfTime:
                simple = failure
            yield (
                replace(simple, card=self.choice.corpus.keep(simple.card))
                if simple != failure
                else failure
            )

    def _send_again(self, card: FuzzCase) -> list[CheckFailure]:
        aimed = self._aimed(card)
        if self._sparing.spares(aimed):
            return []
        return self.service.run(self._player.sent(aimed, self._send))

    def _aimed(self, card: FuzzCase) -> FuzzCase:
        """The case, aimed at a row of a service that is as it was when the contract began."""
        self.service.restore()
        return _at(card, self._rows([card]))

    def again(self, failure: CheckFailure) -> Exchange:
        """Send the request of a failure once more, and record all that happens."""
        request = self._player.request(self._aimed(failure.card))
        return self.service.exchange(request)


def _at(card: FuzzCase, rows: Targets) -> FuzzCase:
    """The case, aimed at a row if there is one."""
    return card.aimed(rows[0]) if rows else card


def answer_of(exchange: Exchange) -> Answer:
    """Return the part of an exchange that a check needs."""
    return Answer(
        exchange.status or FAILURE,
        exchange.headers,
        exchange.body,
        has_database_error=bool(exchange.of("failed")),
        cause=cause_of(exchange),
        is_refusal=exchange.refused,
    )


def cause_of(exchange: Exchange) -> str:
    """The name of the exception behind a failure, if anything tells it."""
    said = [event.text for event in exchange.of("raised", "failed")]
    return said[0].partition(":")[0] if said else ""
