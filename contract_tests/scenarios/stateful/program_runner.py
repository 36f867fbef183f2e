"""Play a program: each step sent to the service, each answer held against the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ...instruments.exchange import Exchange, Request
from ...instruments.scheduler import Scheduler
from ...rules.violation import Undecided
from ...service.pages import largest, page_query
from ...service.resource import CHANGING
from ...service.service import Service
from ..crud.pages import walk
from ..crud.rows import sendable
from .model import Mismatch, Model
from .steps import Program, Step

IdFrom = Literal["body", "location", ""]


class Play:
    """One program on rows that are as they were when the contract began.

    `program` is what was really sent: a step on a row that could not be made is left out.
    `restart` starts the service anew.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.model = Model(service.resource.id_field, names_of_fields(service))
        self.steps: list[Step] = []
        self.requests = 0
        self.story = ""
        self.id_from: IdFrom = ""
        service.restore()

    @property
    def program(self) -> Program:
        """The program that was sent."""
        return tuple(self.steps)

    def all(self, program: Sequence[Step]) -> Iterator[Mismatch]:
        """Send a whole program, and give what surprises on the way."""
        for step in program:
            mismatch = self.send(step)
            if mismatch:
                yield mismatch

    def send(self, step: Step) -> Mismatch | None:
        """Send one step, and say what is surprising about the answer."""
        if not self._can(step):
            return None
        self.steps.append(step)
        if step.act == "restart":
            self.service.process.restart()
            return None
        if step.pair:
            self._send_together(step)
            return None
        if step.act == "list":
            return self._list(step)
        self.requests += 1
        return self._take(step, self.service.exchange(self._draft(step)))

    def close(self) -> None:
        """Delete what is left, as a client would: what the service remembers of it goes too."""
        if not self.service.resource.offers("delete"):
            return
        for row in self.model.rows.values():
            if row.state != "gone":
                self.requests += 1
                self.service.delete(row.id)

    # -- what is sent

    def _can(self, step: Step) -> bool:
        if step.pair:
            return all(self._can(part) for part in step.pair) and self._are_apart(step.pair)
        return step.act in {"create", "list", "restart"} or step.row in self.model.rows

    def _are_apart(self, pair: Sequence[Step]) -> bool:
        """Return whether no new row can get the id of one that is gone, and be mistaken for it."""
        rows = [self.model.rows[part.row] for part in pair if part.row in self.model.rows]
        is_making = any(part.act == "create" for part in pair)
        return not is_making or all(row.state == "there" for row in rows)

    def _draft(self, step: Step) -> Request:
        service, row = self.service, self.model.rows.get(step.row)
        if step.act == "create" or row is None:
            return service.draft_of(step.act, body=step.body)  # type: ignore[arg-type]
        body = None if step.body is None else dict(step.body)
        if body is not None and service.resource.id_field in service.resource.fields(step.act):  # type: ignore[arg-type]
            body[service.resource.id_field] = row.id
        return service.draft_of(step.act, row.id, body=body)  # type: ignore[arg-type]

    def _send_together(self, step: Step) -> None:
        """Send two, and take both as if one had come after the other; nothing surprises yet."""
        self.requests += 2
        drafts = [self._draft(part) for part in step.pair]
        with Scheduler(step.schedule, self.service.database) as turns:
            exchanges = self.service.together(*drafts, turns=turns)
        self.story = turns.story
        first, second = step.pair
        if first.writes and second.writes and first.row == second.row:
            self.model.met(step, exchanges)
            return
        for part, exchange in zip(step.pair, exchanges, strict=True):
            # What is read meanwhile may be old or new; a row's id may be another's by now.
            if part.writes and self._can(part):
                self._take(part, exchange)

    # -- what is answered

    def _take(self, step: Step, exchange: Exchange) -> Mismatch | None:
        model, shown = self.model, self.service.shown(exchange)
        if exchange.failed:
            return model.failed(step, exchange)
        if step.act == "create":
            self._created(step, exchange)
        elif step.act in CHANGING:
            mismatch = model.changed(step, exchange)
            if mismatch:
                return mismatch
        elif step.act == "delete":
            return model.deleted(step, exchange)
        else:
            return model.read(step, exchange, shown)
        return model.echoed(step, exchange, shown) if exchange.ok else None

    def _created(self, step: Step, exchange: Exchange) -> None:
        identifier = self.service.created_id(exchange, step.body or {}) if exchange.ok else None
        if identifier is None:
            return
        is_shown = self.service.resource.id_field in self.service.shown(exchange)
        self.id_from = "body" if is_shown else "location" if exchange.header("location") else ""
        self.model.created(step, exchange, identifier)

    def _list(self, step: Step) -> Mismatch | None:
        exchanges = self._pages()
        last = exchanges[-1]
        if last.failed:
            return self.model.failed(step, last)
        rows = [self.service.resource.rows(exchange.json) for exchange in exchanges]
        if not last.ok or None in rows:
            return None
        name = self.service.resource.id_field
        shown = {str(row.get(name)): row for page in rows for row in page or () if is_row(row)}
        return self.model.listed(step, last, shown)

    def _pages(self) -> Sequence[Exchange]:
        """The whole list, in one request where one page holds it."""
        service = self.service
        asked = page_query(service, None, 0, 0)
        first = service.list(**asked)
        self.requests += 1
        size = asked.get(service.resource.paging.size or "")
        rows = service.resource.rows(first.json) or ()
        is_whole = size is not None and len(rows) < largest(service)
        if is_whole or not first.ok or not service.resource.paging.moves:
            return [first]
        try:
            pages = walk(service)
        except Undecided:
            return [first]
        self.requests += len(pages)
        return pages


def is_row(value: Any) -> bool:
    """Return whether a list's item is an object."""
    return isinstance(value, Mapping)


def names_of_fields(service: Service) -> frozenset[str]:
    """The fields that the model keeps: all that a client can send, the id aside."""
    told = sendable(service)
    return told or frozenset(service.body()) - {service.resource.id_field}
