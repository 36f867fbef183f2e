"""The timeline of a finding as Chrome trace events, for https://ui.perfetto.dev and the like.

The format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..rules.evidence import EventRecord, RequestRecord
from ..rules.verdict import Outcome, Verdict
from ..rules.violation import UsageError
from .escaping import as_json_text
from .record import RunRecord

REQUEST = 1
"""The thread of what happens on no connection; those of connections have the numbers after it."""

RETURNS = frozenset({"checkin", "reclaimed", "invalidated"})
ENDS = frozenset({"commit", "rollback"})
UPPER = frozenset({"sql", "begin", *ENDS})
LONGEST = 80
"""Letters of a statement in the name of an event; its arguments have all of it."""

TraceEvent = dict[str, Any]


@dataclass(frozen=True)
class _Moment:
    """An event of a request, in microseconds of the whole picture, and where it is shown."""

    event: EventRecord
    at: int
    process: int

    @property
    def thread(self) -> int:
        """The thread of its connection, or else of its request."""
        connection = self.event.connection
        return REQUEST if connection is None else REQUEST + connection


def traced_verdict(runs: Iterable[RunRecord], name: str) -> Verdict:
    """Return the verdict of a name such as `SES-03` or `SES-03:create` that has a timeline.

    Raises `UsageError` with those that have one.
    """
    rule, _, case = name.partition(":")
    drawn = [verdict for run in runs for verdict in run.verdicts if any(_requests_of(verdict))]
    found = [v for v in drawn if v.rule == rule.upper() and case in {"", v.case}]
    if not found:
        names = dict.fromkeys(f"{verdict.rule}:{verdict.case}" for verdict in drawn)
        valid = f"with one: {', '.join(names)}" if names else "and no other verdict has one"
        raise UsageError(f"--trace {name}: no such verdict with a timeline, {valid}")
    return min(found, key=lambda verdict: verdict.outcome is not Outcome.BROKEN)


def as_trace(verdict: Verdict) -> str:
    """Give a process for each request, a thread for each connection, and what happened there.

    Loans and transactions last; a statement is an instant, since nobody has seen its end.
    """
    requests = list(_requests_of(verdict))
    events = [each for n, request in enumerate(requests, 1) for each in _names(n, request)]
    first = min(request.began for request in requests)
    for number, request in enumerate(requests, 1):
        moments = [
            _Moment(event, _microseconds(request.began - first + event.seconds), number)
            for event in request.events
        ]
        events += sorted(_shown(moments, request), key=_order)
    about = {"rule": verdict.rule, "case": verdict.case, "title": verdict.title}
    about |= {"expected": verdict.expected, "observed": verdict.observed}
    tree = {"traceEvents": events, "displayTimeUnit": "ms", "otherData": about}
    return as_json_text(tree)


def _requests_of(verdict: Verdict) -> Iterator[RequestRecord]:
    return (request for request in verdict.requests if request.events)


def _order(event: TraceEvent) -> tuple[int, int]:
    """Order by the beginning, what lasts longer first: it holds the others."""
    return event["ts"], -event.get("dur", 0)


def _names(number: int, request: RequestRecord) -> Iterator[TraceEvent]:
    """Give the names of a process and its threads."""
    letter = f"{request.letter}: " if request.letter else ""
    answer = f" -> {request.status or 'no answer'}" if request.method else ""
    title = f"{letter}{request.method} {request.target}".strip() + answer
    connections = {e.connection for e in request.events if e.connection is not None}
    threads = {REQUEST: "request"} | {REQUEST + c: f"conn {c}" for c in sorted(connections)}
    yield _about("process_name", number, REQUEST, name=title)
    yield _about("process_sort_index", number, REQUEST, sort_index=number)
    for thread, name in threads.items():
        yield _about("thread_name", number, thread, name=name)
        yield _about("thread_sort_index", number, thread, sort_index=thread)


def _about(kind: str, process: int, thread: int, **told: object) -> TraceEvent:
    return {"ph": "M", "name": kind, "pid": process, "tid": thread, "args": told}


def _shown(moments: Sequence[_Moment], request: RequestRecord) -> Iterator[TraceEvent]:
    yield from map(_instant, moments)
    whole = f"{request.method} {request.target}".strip()
    yield _lasting(whole, "request", moments[0], moments[-1].at) | {"tid": REQUEST}
    held = {each.connection for each in request.held}
    for thread in sorted({moment.thread for moment in moments} - {REQUEST}):
        mine = [moment for moment in moments if moment.thread == thread]
        yield from _loans(mine, moments[-1].at, is_held=thread - REQUEST in held)
        yield from _transactions(mine, moments[-1].at)


def _instant(moment: _Moment) -> TraceEvent:
    """Give an event that has no length; the marked one is a line across all threads."""
    event = moment.event
    word = event.kind.upper() if event.kind in UPPER else event.kind
    text = " ".join(event.text.split())
    name = text if event.kind == "sql" else f"{word} {text}".rstrip()
    name = name if len(name) <= LONGEST else f"{name[: LONGEST - 2]}.."
    told = {"text": event.text, "line": event.frame, "file": event.path, "task": event.task}
    return {
        "ph": "i",
        "s": "g" if event.is_marked else "t",
        "name": f"BROKEN HERE: {name}" if event.is_marked else name,
        "cat": event.kind,
        "ts": moment.at,
        "pid": moment.process,
        "tid": moment.thread,
        "args": {key: value for key, value in told.items() if value},
    }


def _loans(mine: Sequence[_Moment], end: int, *, is_held: bool) -> Iterator[TraceEvent]:
    # Of one that is out already when the request begins, nobody has seen the checkout.
    start = None if mine[0].event.kind == "checkout" else mine[0]
    for moment in mine:
        if moment.event.kind == "checkout" and start is None:
            start = moment
        elif moment.event.kind in RETURNS and start is not None:
            yield _lasting("checked out", "loan", start, moment.at)
            start = None
    if start is not None:
        yield _lasting("NEVER RETURNED" if is_held else "still out", "loan", start, end)


def _transactions(mine: Sequence[_Moment], end: int) -> Iterator[TraceEvent]:
    start: _Moment | None = None
    for moment in mine:
        if moment.event.kind == "begin" and start is None:
            start = moment
        elif moment.event.kind in ENDS | RETURNS and start is not None:
            yield _lasting("transaction", "transaction", start, moment.at)
            start = None
    if start is not None:
        yield _lasting("transaction left open", "transaction", start, end)


def _lasting(name: str, sort: str, start: _Moment, end: int) -> TraceEvent:
    line = {"line": start.event.frame} if start.event.frame else {}
    return {
        "ph": "X",
        "name": name,
        "cat": sort,
        "ts": start.at,
        "dur": end - start.at,
        "pid": start.process,
        "tid": start.thread,
        "args": line,
    }


def _microseconds(seconds: float) -> int:
    return round(1_000_000 * seconds)
