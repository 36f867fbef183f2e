"""Play cards: send each request, and collect every distinct alarm that the answers raise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...instruments.exchange import Request
from . import findings
from .case_generator import Drawer
from .fuzz_cases import Card, Values
from .messages import Answer, Excuse, Headers, Send

Sort = tuple[str, str, int, str]


@dataclass(frozen=True)
class Alarm:
    """The first card of one sort of finding, and how many cards raised it.

    `message` is in the words of the check. `request` is what was sent, the caller's headers
    included: it is shown with these masked.
    """

    check: str
    sort: str
    message: str
    card: Card
    request: Request
    answer: Answer
    excuse: Excuse
    times: int = 1

    @property
    def key(self) -> Sort:
        """The properties that make two alarms the same defect."""
        return self.card.operation, self.check, self.answer.status, self.sort


@dataclass
class Heard:
    """The answers so far: how many cards each operation answered, and the alarms."""

    cases: dict[str, int] = field(default_factory=dict)
    alarms: dict[Sort, Alarm] = field(default_factory=dict)

    def add(self, alarm: Alarm) -> None:
        """Keep the first alarm of each sort; one without an excuse takes the place of another."""
        known = self.alarms.get(alarm.key)
        if known is None:
            self.alarms[alarm.key] = alarm
        elif known.excuse and not alarm.excuse:
            self.alarms[alarm.key] = replace(alarm, times=known.times + alarm.times)
        else:
            self.alarms[alarm.key] = replace(known, times=known.times + alarm.times)

    def join(self, other: "Heard") -> None:
        """Add all that was heard elsewhere."""
        for alarm in other.alarms.values():
            self.add(alarm)
        for label, count in other.cases.items():
            self.cases[label] = self.cases.get(label, 0) + count


class Player:
    """Sends cards, and has the answers checked by all that Schemathesis knows to check.

    `headers` go with each request, for instance to authenticate. `is_strange` tells of a request
    whether a failure to answer it is the matter of somebody else.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        drawer: Drawer,
        headers: Headers = (),
        is_strange: Callable[[Request], bool] = lambda _: False,
    ) -> None:
        self._document = document
        self._drawer = drawer
        self._headers = headers
        self._is_strange = is_strange
        self._checks = findings.Checks()

    async def play(self, cards: Sequence[Card], send: Send, known: Sequence[Values]) -> Heard:
        """Send every card, in order; each aimed one to the next of the rows that are known.

        All are sent before the first answer is checked: that is faster, and disturbs less.
        """
        heard, turn, answered = Heard(), 0, []
        for card in cards:
            if self._is_about_our_headers(card):
                continue
            aimed = card.aimed(known[turn % len(known)]) if known else card
            turn += aimed is not card
            request = self.request(aimed)
            answered.append((aimed, request, await send(request)))
        for aimed, request, answer in answered:
            for alarm in self._alarms(aimed, request, answer):
                heard.add(alarm)
            heard.cases[aimed.operation] = heard.cases.get(aimed.operation, 0) + 1
        return heard

    async def sent(self, card: Card, send: Send) -> list[Alarm]:
        """Send one card as it is; every finding is an alarm."""
        request = self.request(card)
        return self._alarms(card, request, await send(request))

    def _alarms(self, card: Card, request: Request, answer: Answer) -> list[Alarm]:
        case = card.case(self._drawer.operations[card.operation])
        prepared = card.prepared(self._headers)
        found = self._checks.findings(case, prepared, answer)
        return [
            Alarm(one.check, one.sort, one.message, card, request, answer,
                  self._excuse(one.check, case, request, answer))
            for one in found
            if one.check == findings.FAILURE or not card.is_dated
        ]  # fmt: skip

    def request(self, card: Card) -> Request:
        """Return the request that is sent for a card, with the caller's headers."""
        return replace(card.request, headers=(*card.request.headers, *self._headers))

    def _excuse(self, check: str, case: Any, request: Request, answer: Answer) -> Excuse:
        if check == findings.FAILURE:
            return "strange" if self._is_strange(request) else ""
        return findings.excuse_of(check, case, answer, self._document)

    def _is_about_our_headers(self, card: Card) -> bool:
        """The caller's headers would silently repair a case that is about one of them."""
        about = card.drawn["meta"]["phase"]["data"]["parameter"] or ""
        return about.lower() in {name.lower() for name, _ in self._headers}
