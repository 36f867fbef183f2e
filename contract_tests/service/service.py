"""The service under contract: a synchronous face of an app on the kit's own event loop."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from ..databases import Database
from ..instruments.exchange import Exchange, Request, items_of
from ..instruments.recorder import Recorder
from ..instruments.scheduler import Scheduler
from ..instruments.short_waits import ShortWaits
from ..rules.totals import Totals
from ..rules.violation import NotApplicable, Undecided
from .access import NO_DOOR, NO_PROCESS, Access
from .backdoor import BackDoor
from .entry import Entry
from .expectations import about_state, fresh_headers, needs_state, with_fields
from .pages import delete_every_row, id_in_list
from .process import ServiceProcess
from .resource import JSON, Operation, Resource, Role
from .trail import Trail
from .transports.conversation import PATIENT, ClientBehaviour
from .transports.pacing import PacedTransport

T = TypeVar("T")
Rows = list[Mapping[str, Any]]
Ids = list[Any]
PLAIN: tuple[Role, ...] = ("list", "read")
"""Requests that change nothing, the plainest first."""

# Within 32 bits: a larger id could be refused as none, where a row is to be absent.
ABSENT_INTEGER = 1_999_999_999
HOW_TO_HELP = " (a value the kit cannot guess is given with --contract-body FIELD=JSON)"


@dataclass(frozen=True)
class Row:
    """A row the kit created: its id, what was sent, and the exchange that made it."""

    id: Any
    sent: Mapping[str, Any]
    exchange: Exchange


class Service:
    """The client of the service, to which tests talk. Every call runs its loop to an end.

    `app` is its name or its address, `budget` the time there is for asking it. `created` are the
    rows that only it can delete. `spared` counts requests that were not sent, since rows of others
    were their goal. `trail` is what was sent. `migrates_first` says that its start-up needs the
    tables of the migrations. It `is_pinned` if its interface is to be that of a file;
    `start_lines` are what its start-up has logged, if that was looked at.
    """

    def __init__(
        self, access: Access, resource: Resource, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self._access = access
        self.app = access.app
        self.budget = access.budget
        self.transport = PacedTransport(access.transport, access.budget)
        self.created = access.created
        self.resource = resource
        self.headers = headers
        self.spared = 0
        self.trail = Trail()
        self.migrates_first = False
        self.is_pinned = False
        self.start_lines: tuple[str, ...] | None = None
        self._serials = itertools.count(1)
        self._entry = Entry(headers)
        self._revoking: set[str] = set()

    def on(self, resource: Resource) -> Service:
        """Give the same service with another idea of its collection."""
        # Shallow: serials, trail and credentials stay those of one service.
        other = copy.copy(self)
        other.resource = resource
        return other

    @property
    def has_process(self) -> bool:
        """Return whether its app lives in this process, where more than answers is seen."""
        return self._access.process is not None

    @property
    def process(self) -> ServiceProcess:
        """The app in this process. Raises `NotApplicable` if it runs elsewhere."""
        if self._access.process is None:
            raise NotApplicable(NO_PROCESS)
        return self._access.process

    @property
    def recorder(self) -> Recorder:
        """The record of what its engines did. Raises `NotApplicable` if it runs elsewhere."""
        return self.process.transport.recorder

    @property
    def start_failure(self) -> str:
        """The failure of its start-up; empty if it is started, or runs elsewhere."""
        return self.process.transport.lifespan.failure if self.has_process else ""

    @property
    def has_back_door(self) -> bool:
        """Return whether the kit can look into its database."""
        return self._access.door is not None

    @property
    def door(self) -> BackDoor:
        """The back door into its database. Raises `NotApplicable` if there is none."""
        if self._access.door is None:
            raise NotApplicable(NO_DOOR)
        return self._access.door

    @property
    def database(self) -> Database:
        """The database it is given. Raises `NotApplicable` if there is no back door into it."""
        return self.door.database

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop its requests are sent on, and its app lives on if that is in this process."""
        return self._access.loop.loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on that loop. Raises `OutOfTime` if it goes on long after the time."""
        return self._access.loop.run(self.budget.within(coroutine))

    @property
    def totals(self) -> Totals:
        """The numbers of what it has met so far beside the rules."""
        revoking = dict.fromkeys(sorted(self._revoking), 1)
        if not self.has_process:
            return Totals(left_out=revoking)
        recorder = self.recorder
        # Copied in one go: threads of the app may add to them meanwhile.
        background = dict(recorder.background.statements)
        return Totals(lost=dict(recorder.lost), background=background, left_out=revoking)

    # -- requests

    def send(self, method: str, target: str, **options: Any) -> Exchange:
        """Send any request, with the options of `draft`."""
        return self.exchange(self.draft(method, target, **options))

    def draft(
        self,
        method: str,
        target: str,
        *,
        json_body: Any = None,
        content: bytes | None = None,
        content_type: str | None = JSON,
        anonymous: bool = False,
    ) -> Request:
        """Make any request; `json_body` is encoded unless `content` gives the bytes."""
        body = content
        if body is None:
            body = b"" if json_body is None else json.dumps(json_body).encode()
        typed = (("content-type", content_type),) if body and content_type else ()
        headers = (() if anonymous else self.headers) + typed + (("accept", JSON),)
        return Request(method, target, headers, body)

    def exchange(self, message: Request, client: ClientBehaviour = PATIENT) -> Exchange:
        """Send a request that was made before."""
        return self.run(self.sent(message, client))

    async def sent(self, message: Request, client: ClientBehaviour = PATIENT) -> Exchange:
        """Send a request that was made before, on the loop of `run`."""
        (exchange,) = await self.transport.together([message], client)
        self._understood(exchange)
        self.trail.note(self.resource, (exchange,), is_disturbed=client != PATIENT)
        return exchange

    def hurry(self, exchange: Exchange) -> None:
        """Give later requests of its operation little time, since this one came to no end."""
        self._access.transport.sender.hurry(exchange)

    @contextmanager
    def hurried(self, limit: float) -> Iterator[None]:
        """Give each request of the block so many seconds, and no time to wait for lost connections.

        Nothing else may be using the service meanwhile.
        """
        waits = ShortWaits(self.recorder) if self.has_process else nullcontext()
        with self._access.transport.sender.hurried(limit), waits:
            yield

    def together(
        self, *messages: Request, client: ClientBehaviour = PATIENT, turns: Scheduler | None = None
    ) -> list[Exchange]:
        """Send requests that were made before at the same time, in steps if there are `turns`."""
        sent = self.run(self.transport.together(messages, client, turns=turns))
        exchanges = [self._understood(exchange) for exchange in sent]
        self.trail.note(self.resource, exchanges, is_disturbed=client != PATIENT)
        return exchanges

    def _understood(self, exchange: Exchange) -> Exchange:
        """Have an exchange read in the words of this service."""
        exchange.conventions = self.resource.conventions
        self._entry.note(exchange)
        return exchange

    def require_entry(self) -> None:
        """Raise `CannotGoOn` if the credentials of the run have ended."""
        if self._plainest is not None:
            self._entry.require(partial(self.request, self._plainest, self.absent_id()))

    def revokes(self, operation: str) -> bool:
        """Return whether an operation that was just sent has ended the credentials of the run.

        They are valid again by then, as the rows and the app were before. Raises `CannotGoOn` if
        they are not.
        """
        if self._plainest is None:
            return False
        look = partial(self.request, self._plainest, self.absent_id())
        is_revoked = self._entry.regain(look, operation, (self._put_back, self._make_anew))
        self._revoking |= {operation} if is_revoked else set()
        return is_revoked

    def _put_back(self) -> None:
        self.door.restore()

    def _make_anew(self) -> None:
        self.process.restart()

    @property
    def _plainest(self) -> Role | None:
        return next((r for r in PLAIN if self.resource.offers(r)), None)

    def operation(self, role: Role) -> Operation:
        """The operation in this role. Raises `NotApplicable` if the service has none."""
        if role not in self.resource.operations:
            raise NotApplicable(f"the service offers no {role} on {self.resource.name}")
        return self.resource.operations[role]

    def request(
        self,
        role: Role,
        identifier: object = None,
        body: Any = None,
        query: Mapping[str, object] | None = None,
        **options: Any,
    ) -> Exchange:
        """Send the operation in this role."""
        return self.exchange(self.draft_of(role, identifier, body, query, **options))

    def draft_of(
        self,
        role: Role,
        identifier: object = None,
        body: Any = None,
        query: Mapping[str, object] | None = None,
        **options: Any,
    ) -> Request:
        """Return the request that `request` would send."""
        operation = self.operation(role)
        if role == "create" and operation.is_by_query:
            query = self.resource.query_of(operation, next(self._serials)) | dict(query or {})
            body = None
        target = operation.target(identifier, query)
        headers = fresh_headers(self.resource, operation, self.serial)
        if needs_state(self.resource, role):
            tag, body = about_state(self.resource, self.read(identifier), body)
            headers += tag
        drafted = self.draft(operation.method, target, json_body=body, **options)
        return with_fields(drafted, headers)

    def create(self, body: Mapping[str, Any] | None = None) -> Exchange:
        """Send a create, with a fresh valid body unless one is given."""
        return self.request("create", body=self.body() if body is None else dict(body))

    def list(self, **query: object) -> Exchange:
        """Send a list."""
        return self.request("list", query=query)

    def read(self, identifier: object) -> Exchange:
        """Send a read."""
        return self.request("read", identifier)

    def replace(self, identifier: object, body: Mapping[str, Any]) -> Exchange:
        """Send a replace (PUT)."""
        return self.request("replace", identifier, body=dict(body))

    def update(self, identifier: object, body: Mapping[str, Any]) -> Exchange:
        """Send an update (PATCH)."""
        return self.request("update", identifier, body=dict(body))

    def look(self, row: Row) -> Exchange:
        """Send the plainest request that asks the database: a read of the row, else a list."""
        return self.read(row.id) if self.resource.offers("read") else self.list()

    def delete(self, identifier: object) -> Exchange:
        """Send a delete."""
        return self.request("delete", identifier)

    # -- what is sent

    def body(self, *, role: Role = "create", complete: bool = True) -> dict[str, Any]:
        """A valid body no other row of this run has."""
        return self.resource.body(next(self._serials), role=role, complete=complete)

    def serial(self) -> int:
        """A number no other body of this run was made from."""
        return next(self._serials)

    def row(self, body: Mapping[str, Any] | None = None) -> Row:
        """Create a row. Raises `Undecided` if the service refuses or does not tell its id."""
        sent = self.body() if body is None else dict(body)
        exchange = self.create(sent)
        if not exchange.ok:
            raise Undecided(
                f"could not create a row: {exchange} {exchange.cause or exchange.excerpt(200)}"
                + HOW_TO_HELP * exchange.refused
            )
        identifier = self.created_id(exchange, sent)
        if identifier is None:
            raise Undecided(
                f"neither the answer to a create nor the list tells the new row's id: {exchange}"
            )
        return Row(identifier, sent, exchange)

    def id_of(self, exchange: Exchange) -> Any:
        """The id in a create's answer: in its body, else at the end of its `Location`."""
        shown = self.resource.row(exchange.json)
        if self.resource.id_field in shown or exchange.header("location") is None:
            return self.resource.id_in(shown)
        place = urlsplit(exchange.header("location") or "").path.rstrip("/")
        is_row = place and not place.endswith(self.resource.name.rstrip("/"))
        return unquote(place.rsplit("/", 1)[-1]) if is_row else None

    def created_id(self, exchange: Exchange, sent: Mapping[str, Any]) -> Any:
        """The id of the row that a create made: in its answer, else in the list; None if unsaid."""
        found = self.id_of(exchange)
        return id_in_list(self, sent) if found is None else found

    def shown(self, exchange: Exchange) -> dict[str, Any]:
        """The row a single answer shows."""
        return self.resource.row(exchange.json)

    def listed(self, exchange: Exchange) -> Rows:
        """The rows a list shows. Raises `Undecided` if they are not where they should be."""
        rows = self.resource.rows(exchange.json)
        if rows is None:
            raise Undecided(f"no rows found in the list: {exchange} {exchange.excerpt(200)}")
        return [items_of(row) for row in rows]

    def ids(self, exchange: Exchange) -> Ids:
        """The ids a list shows, in its order."""
        return [row.get(self.resource.id_field) for row in self.listed(exchange)]

    def absent_id(self) -> object:
        """An id of the right kind that no row has."""
        if self.resource.id_kind in {"integer", "number"}:
            return ABSENT_INTEGER
        if self.resource.id_schema.get("format") == "uuid":
            # With the bits of a version 4: a strict schema takes no other UUID.
            return str(uuid.UUID(int=0x0DEAD0 << 100 | 4 << 76 | 8 << 60))
        return "no-such-row"

    def malformed_id(self) -> object:
        """An id that cannot be one. Raises `NotApplicable` where any text may be an id."""
        is_text = self.resource.id_kind not in {"integer", "number"}
        if is_text and self.resource.id_schema.get("format") != "uuid":
            raise NotApplicable("any text may be an id of this service")
        return "not-an-id"

    def restore(self) -> None:
        """Bring the rows back to what they were when the contract began.

        Where only the service can reach them, it is asked to delete; so it is where it keeps what
        it has read, and would show that for the next row with such an id. Raises `Undecided` if
        what requests hold is in the way for good.
        """
        if self.resource.is_cached and self.has_back_door and self.database.owned:
            delete_every_row(self)
        if self.has_back_door:
            self.door.restore()
        else:
            self.created.delete(self)
        self.require_entry()
