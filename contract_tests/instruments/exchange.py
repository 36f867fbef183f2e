"""One request and everything that happened because of it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..masking.cutting import cut
from ..rules.evidence import HeldConnection
from .conventions import Conventions

Kind = Literal[
    "checkout",
    "checkin",
    "reclaimed",
    "invalidated",
    "begin",
    "sql",
    "commit",
    "rollback",
    "failed",
    "cancelled",
    "request body",
    "request end",
    "client gone",
    "response start",
    "response body",
    "response end",
    "raised",
    "returned",
]

OF_THE_DATABASE: tuple[Kind, ...] = ("checkout", "sql", "begin", "commit", "failed")
"""The events by which a request has come near its database."""

UNSENT = "and a message to it failed"
"""The note for an app that was told so by an error: it was answering, then."""

WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE")


class Event(NamedTuple):
    """One thing that happened. `moment` is in seconds since the request began.

    A tuple, since a dozen of them are made in every request.
    """

    order: int
    moment: float
    kind: Kind
    connection: int | None = None
    text: str = ""
    where: str = ""
    task: str = ""

    @property
    def writes(self) -> bool:
        """Return whether this is SQL that changes rows."""
        if self.kind != "sql":
            return False
        first = self.text.lstrip("( \n\t")
        word = first[:7].upper()
        return word.startswith(WRITING) or (
            word.startswith("WITH") and any(f"{verb} " in first.upper() for verb in WRITING)
        )


CAUSE = 240
"""Letters that are shown of an error: those of frameworks say late what they mean."""

BODY = 120
"""Letters that are shown of a request's body."""

NO_END = "no end within"
"""The beginning of what is told of a request, or of code, that was ended for want of an answer."""

FAILURES = range(500, 600)
PLAIN = Conventions()


@dataclass(frozen=True)
class Request:
    """A request as it is sent. `target` is the raw path with its query."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __str__(self) -> str:
        """The request as a line."""
        shown = cut(self.body.decode("utf-8", "backslashreplace"), BODY)
        return f"{self.method} {self.target} {shown}".rstrip()

    def __repr__(self) -> str:
        """The request with the names of its headers: their values may be credentials."""
        names = tuple(name for name, _ in self.headers)
        return f"Request({self.method!r}, {self.target!r}, headers={names}, body={self.body!r})"


# By identity: an exchange is a key, and two requests may be alike in every field.
@dataclass(eq=False)
class Exchange:
    """A request, its answer, and the database's side of it, in order.

    `status` is None when no answer was begun. `held` describes each connection that was still
    out when the app had returned and its tasks had settled, `lost` each that it had given back
    and that its pool has lost. `warnings` are Python's own. Of
    requests sent together, `letter` tells them apart. `messages` counts those that passed,
    `abandoned` says that the client left. `lasting` are the app's tasks that were started
    meanwhile and had not ended when it was judged. `lazy` are the connections whose rows may come
    after their statement, as a stream reads them. `unfinished` are the orders of the COMMITs that
    had begun and not ended when the answer was complete. `conventions` say how the service answers
    success and refusal. One `is_of_team` belongs to a test of theirs, and not to the contract.
    It `began` at this moment of the recorder's clock, in seconds.
    `thread` is the one of the event loop that the app is called on, `started` are the tasks that
    began there while it was served, if that is not the main thread.
    """

    number: int
    request: Request
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = b""
    raised: str = ""
    events: list[Event] = field(default_factory=list)
    held: tuple[HeldConnection, ...] = ()
    lost: tuple[HeldConnection, ...] = ()
    warnings: tuple[str, ...] = ()
    shared_sessions: list[str] = field(default_factory=list)
    complete: bool = False
    letter: str = "A"
    messages: int = 0
    abandoned: bool = False
    lasting: tuple[str, ...] = ()
    lazy: set[int | None] = field(default_factory=set)
    unfinished: frozenset[int] = frozenset()
    conventions: Conventions = PLAIN
    is_of_team: bool = False
    began: float = 0.0
    thread: int = field(default_factory=threading.get_ident, repr=False)
    started: set[asyncio.Task[Any]] = field(default_factory=set, repr=False)

    def __str__(self) -> str:
        """The exchange as a line."""
        return f"{self.request.method} {self.request.target} -> {self.status or 'no answer'}"

    @property
    def ok(self) -> bool:
        """Return whether the service answered with success."""
        return (self._is_2xx or self._is_done) and not self._has_error

    @property
    def refused(self) -> bool:
        """Return whether the service answered that the request is at fault."""
        if self._has_error:
            return not self._has_failure
        return self.status is not None and 400 <= self.status < 500  # noqa: PLR2004

    @property
    def is_absent(self) -> bool:
        """Return whether the service answered that there is no such row."""
        return self.status in {404, 410} or (self._has_error and not self._has_failure)

    @property
    def failed(self) -> bool:
        """Return whether the service failed: a 5xx, or no complete answer."""
        is_told = self.status is None or self.status in FAILURES
        return is_told or not self.complete or (self._has_error and self._has_failure)

    @property
    def is_unended(self) -> bool:
        """Return whether the kit has ended it, since the service did not."""
        return NO_END in self.raised

    @property
    def _is_2xx(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004

    @property
    def _is_done(self) -> bool:
        request, location = self.request, self.header("location")
        return self.conventions.is_done(request.method, request.target, self.status or 0, location)

    @property
    def _has_error(self) -> bool:
        """Return whether a 2xx carries an error."""
        mark = self.conventions.error
        return mark is not None and self._is_2xx and mark.is_in(self.json)

    @property
    def _has_failure(self) -> bool:
        """Return whether the error that a 2xx carries is the service's own failure."""
        answer = items_of(self.json)
        told = [*answer.values(), *(v for e in answer.values() for v in items_of(e).values())]
        return bool(self.raised) or any(type(v) is int and v in FAILURES for v in told)

    @property
    def json(self) -> Any:
        """The body as JSON, or None if it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes."""
        return self.body.decode("utf-8", "backslashreplace")

    def excerpt(self, longest: int) -> str:
        """The beginning of the body as text, with a mark where it was cut."""
        return cut(self.text, longest)

    @property
    def cause(self) -> str:
        """Return what was raised, on one line and without the SQL, cut to fit; empty if nothing."""
        return cut(" ".join(self.raised.partition("\n[SQL:")[0].split()), CAUSE)

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def of(self, *kinds: Kind) -> tuple[Event, ...]:
        """The events of these kinds, in order."""
        return tuple(event for event in self.events if event.kind in kinds)

    @property
    def writes(self) -> tuple[Event, ...]:
        """The statements that changed rows."""
        return tuple(event for event in self.events if event.writes)

    @property
    def reclaimed(self) -> tuple[Event, ...]:
        """The returns that the app left to others, of connections that `held` does not tell of."""
        held = {each.connection for each in (*self.held, *self.lost)}
        return tuple(e for e in self.of("reclaimed") if e.connection not in held)

    @property
    def unreturned(self) -> tuple[str, ...]:
        """The connections that the app has not returned to a pool itself, a line for each."""
        left = (f"conn {event.connection} reclaimed {event.text}" for event in self.reclaimed)
        return (*map(str, self.held), *left)

    @property
    def failed_late(self) -> bool:
        """Return whether a call failed only when the answer had been sent."""
        answered, failures = self.of("response end"), self.of("failed")
        return bool(answered and failures) and failures[0].order > answered[0].order

    @property
    def wrote_on(self) -> bool:
        """Return whether it wrote again after a failure: another try, or a note about it."""
        failures = self.of("failed")
        return any(failures and event.order > failures[0].order for event in self.writes)


def items_of(value: Any) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}
