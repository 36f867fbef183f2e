"""The service under contract: a synchronous face of an app on the kit's own event loop."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from ..databases import BackDoorBlocked, Database, Server, Unseen
from ..instruments.exchange import Exchange, Request, items_of
from ..instruments.ledger import Ledger
from ..instruments.turns import Turns
from ..rules.violation import NotApplicable, Undecided
from .address import Handover
from .resource import JSON, Operation, Resource, Role
from .sameness import differences
from .transports.asgi import AsgiTarget
from .transports.conversation import PATIENT, Client
from .transports.lifespan import LifespanFailed
from .transports.live import LiveTarget
from .transports.locate import locate, reason_of
from .workers.nursery import Nursery
from .workers.trial import Trial

T = TypeVar("T")
Rows = list[Mapping[str, Any]]
Ids = list[Any]
Contents = Mapping[str, tuple[tuple[object, ...], ...]]
ABSENT_INTEGER = 1_999_999_999
GONE = (404, 410)
GRACE = 1.0
"""Seconds after which a transaction that is still open is no server's delay any more."""

HOW_TO_HELP = " (a value the kit cannot guess is given with --contract-body FIELD=JSON)"


@dataclass(frozen=True)
class Row:
    """A row the kit created: its id, what was sent, and the exchange that made it."""

    id: Any
    sent: Mapping[str, Any]
    exchange: Exchange


@dataclass(frozen=True)
class Origin:
    """The origin of a service: enough to start it again in an interpreter of its own."""

    app: str
    roots: tuple[Path, ...]
    handover: Handover
    server: Server
    nursery: Nursery
    is_factory: bool


class Service:
    """The service that tests talk to. Every call runs the kit's loop until the app is done."""

    def __init__(
        self,
        runner: asyncio.Runner,
        target: AsgiTarget,
        database: Database,
        resource: Resource,
        origin: Origin,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._runner = runner
        self.target = target
        self.database = database
        self.resource = resource
        self.origin = origin
        self.headers = headers
        self.open_at_start = 0
        self.faults: list[str] = []
        self.spared = 0
        self.left_behind = ""
        self._serials = itertools.count(1)

    @property
    def ledger(self) -> Ledger:
        """The record of what the engines of this process did."""
        return self.target.ledger

    @property
    def is_live(self) -> bool:
        """Return whether it runs elsewhere, and shows no more than its answers."""
        return isinstance(self.target, LiveTarget)

    @property
    def is_seen(self) -> bool:
        """Return whether its database can be looked at."""
        return not isinstance(self.database, Unseen)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop the app lives on."""
        return self._runner.get_loop()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop the app lives on.

        Not by the runner, which minds Ctrl-C anew each time: that costs a third of a request.
        """
        task = self.loop.create_task(coroutine)
        while not task.done():
            try:
                self.loop.run_until_complete(task)
            except SystemExit as error:  # asyncio stops the loop for it, whichever task it was
                if not task.done():
                    self.faults.append(f"a task of the app ended a server by {reason_of(error)}")
        return task.result()

    # -- requests

    def send(
        self,
        method: str,
        target: str,
        *,
        json_body: Any = None,
        content: bytes | None = None,
        content_type: str | None = JSON,
        anonymous: bool = False,
    ) -> Exchange:
        """Send any request; `json_body` is encoded unless `content` gives the bytes."""
        return self.exchange(self.draft(
            method, target, json_body=json_body, content=content, content_type=content_type,
            anonymous=anonymous,
        ))  # fmt: skip

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
        """Return the request that `send` would send."""
        body = content
        if body is None:
            body = b"" if json_body is None else json.dumps(json_body).encode()
        typed = (("content-type", content_type),) if body and content_type else ()
        headers = (() if anonymous else self.headers) + typed + (("accept", JSON),)
        return Request(method, target, headers, body)

    def exchange(self, message: Request, client: Client = PATIENT) -> Exchange:
        """Send a request that was made before."""
        return self.run(self.target.exchange(message, client))

    def together(
        self, *messages: Request, client: Client = PATIENT, turns: Turns | None = None
    ) -> list[Exchange]:
        """Send requests that were made before at the same time, in steps if there are `turns`."""
        return self.run(self.target.together(messages, client, turns=turns))

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
        target = operation.target(identifier, query)
        return self.draft(operation.method, target, json_body=body, **options)

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
        identifier = self.told_id(exchange, sent)
        if identifier is None:
            raise Undecided(
                f"neither the answer to a create nor the list tells the new row's id: {exchange}"
            )
        return Row(identifier, sent, exchange)

    def id_of(self, exchange: Exchange) -> Any:
        """The id in a create's answer: in its body, else at the end of its `Location`."""
        found = self.resource.row(exchange.json).get(self.resource.id_field)
        if found is not None:
            return found
        location = exchange.header("location")
        return unquote(urlsplit(location).path.rstrip("/").rsplit("/", 1)[-1]) if location else None

    def told_id(self, exchange: Exchange, sent: Mapping[str, Any]) -> Any:
        """The id of the row that a create made: in its answer, else in the list; None if unsaid."""
        found = self.id_of(exchange)
        return self._id_in_list(sent) if found is None else found

    def _id_in_list(self, sent: Mapping[str, Any]) -> Any:
        """The id of the one row that the list shows as it was sent; None if it is not one."""
        shown = self.resource.rows(self.list().json) if self.resource.offers("list") else None
        rows = [row for row in map(items_of, shown or ()) if sent.keys() & row.keys()]
        alike = [row for row in rows if not differences(sent, row)]
        return alike[0].get(self.resource.id_field) if len(alike) == 1 else None

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
            return str(uuid.UUID(int=0x0DEAD0 << 100 | 4 << 76 | 8 << 60))
        return "no-such-row"

    def malformed_id(self) -> object:
        """An id that cannot be one. Raises `NotApplicable` where any text may be an id."""
        is_text = self.resource.id_kind not in {"integer", "number"}
        if is_text and self.resource.id_schema.get("format") != "uuid":
            raise NotApplicable("any text may be an id of this service")
        return "not-an-id"

    # -- elsewhere

    def restart(self) -> None:
        """Stop the app, and start a new one of the same factory in this process.

        Raises `NotApplicable` if there is no factory, and `Undecided` if either fails.
        """
        if not self.origin.is_factory:
            raise NotApplicable("the app is the one object of its module, not a factory's")
        try:
            self.run(self.target.stop())
            self.target.renew(locate(self.origin.app, self.origin.roots).make())
            self.run(self.target.start())
        except LifespanFailed as failure:
            raise Undecided(f"the service could not be restarted: {failure}") from None

    def trial(self, database: Database | None = None) -> Trial:
        """The service in an interpreter of its own, on `database` (its own by default)."""
        variables = self.origin.handover.variables(database or self.database)
        return Trial(self.origin.app, self.origin.roots, variables, self.origin.nursery)

    def unreachable_trial(self, password: str = "") -> Trial:
        """The service in an interpreter of its own, where no database answers.

        A `password` is put into the address, so that it can be recognised where it shows.
        """
        url, origin = self.database.unreachable(), self.origin
        url = url.set(password=password) if password else url
        variables = origin.handover.variables_at(self.database, url)
        return Trial(origin.app, origin.roots, variables, origin.nursery)

    # -- the back door

    def stored(self) -> Contents:
        """Every committed row of every table."""
        return self.run(self.database.contents())

    def open_transactions(self) -> tuple[str, ...]:
        """One line for each transaction somebody else has open in the database now."""
        return self.run(self.database.open_transactions())

    def lasting_transactions(self) -> tuple[str, ...]:
        """Like `open_transactions`, but a server gets a moment to notice that a client has gone."""
        return self.run(self._lasting_transactions())

    async def _lasting_transactions(self) -> tuple[str, ...]:
        deadline = self.loop.time() + GRACE
        while True:
            found = await self.database.open_transactions()
            if len(found) <= self.open_at_start or self.loop.time() > deadline:
                return found[self.open_at_start :]
            await asyncio.sleep(0)  # each round is a question to the server

    def relieve(self) -> None:
        """Take back every connection that requests still hold."""
        self.run(self.target.relieve())

    def restore(self) -> None:
        """Bring the rows back to what they were when the contract began.

        What leaking requests hold is taken back if it is in the way. Raises `Undecided` if even
        that does not help. Where only the service can reach them, it is asked to delete.
        """
        if isinstance(self.target, LiveTarget) and isinstance(self.database, Unseen):
            return self._delete_made(self.target)
        try:
            self.run(self.database.restore())
        except BackDoorBlocked:
            self.run(self.target.relieve())
            try:
                self.run(self.database.restore())
            except BackDoorBlocked as blocked:
                raise Undecided(f"the database could not be reset: {blocked}") from None

    def _delete_made(self, target: LiveTarget) -> None:
        """Delete every row that a create of the kit has told of, and count those that stay."""
        made, target.made = target.made, ()
        path = self.operation("create").target().partition("?")[0] if made else ""
        for exchange in made:
            if exchange.request.target.partition("?")[0] == path:
                target.left += not self._is_deleted(self.id_of(exchange))

    def _is_deleted(self, identifier: object) -> bool:
        if identifier is None or not self.resource.offers("delete"):
            return False
        answer = self.delete(identifier)
        return answer.ok or answer.status in GONE
