"""Two requests that met in the database, in one order, and what is asked about each such meeting.

An answer is words; empty when all is well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...instruments.conventions import UNAVAILABLE
from ...instruments.exchange import Exchange, items_of
from ...instruments.recording import recorded
from ...masking.cutting import cut
from ...rules.evidence import Evidence, Remark
from ...rules.replay import Token
from ...service.equality import differences, same
from ...service.resource import Resource
from ...service.service import Row
from .interleaving import Interleaving


@dataclass(frozen=True)
class RaceOutcome:
    """Two requests sent together in one schedule.

    `rows` are those the requests are about, as they were created; `then` is a read of the first
    of them afterwards, None if there is none. `hidden` are the fields of that row that no read
    shows, as they are stored. `sizes` are the numbers of rows in the tables afterwards, if that was
    looked at.
    """

    token: Token
    course: Interleaving
    rows: tuple[Row, ...]
    then: Exchange | None
    hidden: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The answers, and the order that led to them."""
        answers = ", ".join(f"{e.letter} {e}" for e in self.course.exchanges)
        return f"{answers}, in the order {self.course.story}"

    @property
    def schedule(self) -> str:
        """The schedule as it was."""
        return self.course.schedule

    @property
    def is_serial(self) -> bool:
        """Return whether one of the two was through with the database before the other began."""
        return bool(re.fullmatch("A*B*|B*A*", self.schedule))

    @property
    def following(self) -> str | None:
        """The schedule of the next meeting; None after the last."""
        return self.course.following

    @property
    def pair(self) -> tuple[Exchange, Exchange]:
        """The two exchanges."""
        first, second = self.course.exchanges
        return first, second

    @property
    def evidence(self) -> Evidence:
        """The order of the calls, both timelines, and what a read showed then."""
        then = f"afterwards: {self.then} {self.then.excerpt(200)}" if self.then else ""
        remarks = [Remark(then)] if then else []
        requests = (recorded(e, letter=e.letter) for e in self.pair)
        return (Remark(self.course.story), *requests, *remarks)


def sent_fields(exchange: Exchange) -> Mapping[str, Any]:
    """The fields of a request's body."""
    return items_of(json.loads(exchange.request.body or b"{}"))


def fails(meeting: RaceOutcome) -> str:
    """Name the request that failed; a refusal is no failure, nor is 503.

    Where an order cannot be kept the database itself is in the way, as SQLite's lock can be.
    """
    if not meeting.course.is_exact:
        return ""
    failed = [e for e in meeting.pair if e.failed and e.status != UNAVAILABLE]
    return "; ".join(f"{e.letter} {e} {first_words(e)}".strip() for e in failed)


def first_words(exchange: Exchange) -> str:
    """Return what a failed request raised, or else answered, as far as it fits in a line."""
    return exchange.cause or cut(exchange.text.partition("\n")[0], 80)


def loses(meeting: RaceOutcome, resource: Resource) -> str:
    """Name the fields of a successful change that are not there afterwards."""
    shown = shown_then(meeting, resource)
    if shown is None:
        return ""
    needed = [e for e in meeting.pair if e.ok]
    # Of a field that both have sent, either value is right: one of them came last.
    own = {e.letter: sent_fields(e).keys() - sent_fields(_other(meeting, e)).keys() for e in needed}
    return "; ".join(
        f"{e.letter} was answered {e.status}, and then {_shower(meeting, lost)} {', '.join(lost)}"
        for e in needed
        if (lost := differences(sent_fields(e), shown, own[e.letter]))
    )


def _shower(meeting: RaceOutcome, lost: Iterable[str]) -> str:
    names = {words.partition(" ")[0] for words in lost}
    return "the database holds" if names & meeting.hidden.keys() else "a read shows"


def stores_both(meeting: RaceOutcome, resource: Resource, alone: Mapping[str, int]) -> str:
    """Name the two rows, if both of two identical creates made one.

    `alone` are the sizes of the tables where the second of them was refused.
    """
    if not all(e.ok for e in meeting.pair):
        return ""
    first, second = (resource.id_in(resource.row(e.json)) for e in meeting.pair)
    if first is None or first != second:
        return f"both are stored, rows {first!r} and {second!r}"
    # A create that finds the row and answers with it has stored no second one.
    more = [f"{n} rows in {t}" for t, n in meeting.sizes.items() if n > alone.get(t, n)]
    return f"both are stored as {first!r}, {', '.join(more)}" if more else ""


def sizes_alone(meetings: Iterable[RaceOutcome]) -> Mapping[str, int]:
    """Return the sizes of the tables after the first schedule in which the two did not overlap."""
    return next((meeting.sizes for meeting in meetings if meeting.is_serial), {})


def resurrects(meeting: RaceOutcome) -> str:
    """Name the delete that succeeded although its row is there afterwards."""
    is_back = meeting.then is not None and meeting.then.ok
    deleted = [e for e in meeting.pair if e.request.method == "DELETE" and e.ok]
    told = [f"{e.letter} {e}, and the row is there afterwards" for e in deleted if is_back]
    return "; ".join(told)


def mixes(meeting: RaceOutcome, resource: Resource, names: Iterable[str]) -> str:
    """Describe a row that is neither of the two bodies that replaced it."""
    shown, accepted = shown_then(meeting, resource), [e for e in meeting.pair if e.ok]
    if shown is None or not accepted:
        return ""
    # Only a field that differs in all three bodies tells whose value is there.
    telling = are_distinct([meeting.rows[0].sent, *(sent_fields(e) for e in meeting.pair)], names)
    is_whole = any(_says(shown, sent_fields(e), telling) for e in accepted)
    return "" if is_whole else f"the row is neither body: {_few(shown, telling)}"


def tears(meeting: RaceOutcome, resource: Resource, names: Iterable[str]) -> str:
    """Describe a read that showed something between the row before and after a change."""
    read, change = meeting.pair
    before, after = meeting.rows[0].sent, sent_fields(change)
    if change.ok and read.is_absent:
        return f"{read.letter} {read}, and the row was there all the time"
    if not read.ok:
        return ""
    telling = are_distinct([before, after], names)
    shown = resource.row(read.json)
    is_whole = _says(shown, before, telling) or _says(shown, after, telling)
    return "" if is_whole else f"the read showed {_few(shown, telling)}"


def mixes_up(meeting: RaceOutcome, resource: Resource) -> str:
    """Describe an answer that tells of the other request's row."""
    return "; ".join(filter(None, (_confused(meeting, e, resource) for e in meeting.pair)))


def _confused(meeting: RaceOutcome, exchange: Exchange, resource: Resource) -> str:
    shown = resource.row(exchange.json) if exchange.ok else {}
    mine, others = _subjects(meeting, exchange, resource)
    # A value that is merely not what was sent may be respelled, or set by the service: only
    # the other request's very value tells that the two were mixed up.
    foreign = [
        f"{name} {shown[name]!r} instead of {mine[name]!r}"
        for name in mine.keys() & others.keys() & shown.keys()
        if not same(mine[name], shown[name]) and same(others[name], shown[name])
    ]
    told = f"{exchange.letter} {exchange} showed the other's"
    return f"{told} {', '.join(sorted(foreign))}" if foreign else ""


def _subjects(
    meeting: RaceOutcome, exchange: Exchange, resource: Resource
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what an answer should be about, and what the other one should."""
    bodies = [sent_fields(e) for e in meeting.pair]
    rows = [{resource.id_field: row.id} | dict(row.sent) for row in meeting.rows]
    # Two reads have a row each; of two creates only the bodies are known.
    first, second = rows if len(rows) == len(meeting.pair) else bodies
    return (first, second) if exchange is meeting.pair[0] else (second, first)


def shown_then(meeting: RaceOutcome, resource: Resource) -> Mapping[str, Any] | None:
    """The row as a read shows it afterwards, with what is hidden; None if a read does not."""
    is_there = meeting.then is not None and meeting.then.ok
    if meeting.then is None or not is_there:
        return None
    return {**resource.row(meeting.then.json), **meeting.hidden}


def are_distinct(bodies: list[Mapping[str, Any]], names: Iterable[str]) -> tuple[str, ...]:
    """The fields that are different in every two of the bodies."""
    return tuple(name for name in names if _all_differ([body.get(name) for body in bodies]))


def _all_differ(values: list[Any]) -> bool:
    pairs = [(a, b) for place, a in enumerate(values) for b in values[place + 1 :]]
    return not any(same(a, b) for a, b in pairs)


def _says(shown: Mapping[str, Any], body: Mapping[str, Any], names: Iterable[str]) -> bool:
    return not differences(body, shown, names)


def _few(shown: Mapping[str, Any], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {shown.get(name)!r}" for name in names)


def _other(meeting: RaceOutcome, exchange: Exchange) -> Exchange:
    first, second = meeting.pair
    return second if exchange is first else first
