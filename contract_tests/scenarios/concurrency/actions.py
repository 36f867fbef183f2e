"""Actions on one row whose effects add up, and what is left of them when two of them meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from ...generation import samples
from ...instruments.conventions import SEE_OTHER
from ...instruments.exchange import Exchange, Request
from ...rules.replay import Token
from ...service.discovery.writes import writes_beneath
from ...service.expectations import fresh_headers, with_fields
from ...service.resource import Operation
from ...service.service import Row, Service
from ..crud.chosen_operation import chosen_request
from .interleaving import interleaved
from .race_outcomes import RaceOutcome
from .schedules import ScheduleCount, run_schedules

MOST_ACTIONS = 5
"""Actions of which two are let meet."""

MOST_ORDERS = 20
"""Orders in which they meet: a lost update needs one interruption."""

TOLERANCE = 1000
"""The part of an effect by which two sums may differ: those of binary fractions do."""

MOMENTS = (range(10**9, 4 * 10**9), range(10**12, 4 * 10**12))
"""Numbers that are the time, in seconds or thousandths: it adds up by itself."""

Numbers = Mapping[str, Decimal]
Drafts = tuple[Callable[[Row], Request], Callable[[Row], Request]]


@dataclass(frozen=True)
class Adding:
    """Two requests of an action on a row, and the numbers of it that both together change.

    `effect` is what they add, one after the other in either order.
    """

    drafts: Drafts
    effect: Numbers


@dataclass(frozen=True)
class ActionRace:
    """Two such requests that met, and the numbers of the row before and after."""

    adding: Adding
    meeting: RaceOutcome
    before: Numbers
    after: Numbers

    @property
    def lost(self) -> str:
        """Name the numbers in which not both of two successes count; empty if there are none."""
        if not all(is_done(exchange) for exchange in self.meeting.pair):
            return ""
        wanted = {name: self.before[name] + by for name, by in self.adding.effect.items()}
        return ", ".join(
            f"{name} {self.after.get(name)} instead of {number}"
            for name, number in wanted.items()
            if not _is_near(self.after.get(name), number, self.adding.effect[name])
        )


def adding_actions(service: Service) -> Iterator[Adding]:
    """Each action on a row that changes numbers of it by the same amounts in either order."""
    for drafts in drafts_of_actions(service):
        first, second = (_effect(service, order) for order in (drafts, drafts[::-1]))
        both = {name: by for name, by in first.items() if _is_near(second.get(name), by, by)}
        if both:
            yield Adding(drafts, both)


def drafts_of_actions(service: Service) -> Iterator[Drafts]:
    """Two requests of each action: of the operation that was chosen, and of those beneath a row."""
    chosen = service.resource.chosen
    if chosen and chosen.has_row:
        yield partial(chosen_request, service), partial(chosen_request, service)
    for operation in writes_beneath(service.resource)[:MOST_ACTIONS]:
        yield _drafted(service, operation), _drafted(service, operation)
        if names := _returned(service, operation):
            draft = partial(_conditional, service, operation, names)
            yield draft, draft


def races(service: Service, adding: Adding) -> list[ActionRace]:
    """Let two requests of an action meet in every order of their database calls.

    There are none if not even two that do not overlap add up.
    """
    met = list(_races(service, adding))
    is_sum = not any(race.lost for race in met if race.meeting.is_serial)
    return met if is_sum else []


def _races(service: Service, adding: Adding) -> Iterator[ActionRace]:
    met: dict[str, ActionRace] = {}
    for outcome in in_each_order(service, adding.drafts, partial(_meet, service, adding, met)):
        yield met[outcome.schedule]


def in_each_order(
    service: Service, drafts: Drafts, meet: Callable[[str], RaceOutcome]
) -> Iterator[RaceOutcome]:
    """Let two requests of an action meet in every order of their database calls."""
    service.restore()
    service.together(*_requests(drafts, service.row()))  # so that there are two connections
    count = ScheduleCount(partial(service.budget.fewer, least=4))
    return run_schedules(meet, MOST_ORDERS, count)


def _meet(
    service: Service, adding: Adding, met: dict[str, ActionRace], schedule: str
) -> RaceOutcome:
    service.restore()
    row = service.row()
    before = _numbers(service, row)
    outcome = on_one_row(service, adding.drafts, row, schedule)
    after = _numbers_in(service, outcome.then) if outcome.then else {}
    met[outcome.schedule] = ActionRace(adding, outcome, before, after)
    return outcome


def on_one_row(service: Service, drafts: Drafts, row: Row, schedule: str) -> RaceOutcome:
    """Let two requests of an action meet on a row in one order, and read that row."""
    course = interleaved(service, lambda: _requests(drafts, row), schedule)
    token = Token("concurrency", "action", "schedule", course.schedule or "-")
    return RaceOutcome(token, course, (row,), service.read(row.id))


def _requests(drafts: Drafts, row: Row) -> tuple[Request, Request]:
    first, second = drafts
    return first(row), second(row)


def _drafted(service: Service, operation: Operation) -> Callable[[Row], Request]:
    """A request of an action on whichever row, with the same body and query each time."""
    body = _sampled(service, operation)
    query = service.resource.query_of(operation, service.serial())

    def draft(row: Row) -> Request:
        return _keyed(service, operation, operation.target(row.id, query), body)

    return draft


def _returned(service: Service, operation: Operation) -> frozenset[str]:
    """The fields of an action that the service makes itself: such as the version that was read."""
    taken = samples.properties(operation.body or {}, dict(service.resource.document)).keys()
    return frozenset(taken & service.resource.shown()) - service.resource.fields().keys()


def _conditional(
    service: Service, operation: Operation, names: frozenset[str], row: Row
) -> Request:
    """A request of an action that sends back what the row shows at the moment."""
    shown = service.resource.whole_row(service.read(row.id).json)
    body = {**(_sampled(service, operation) or {}), **{n: shown[n] for n in names if n in shown}}
    query = service.resource.query_of(operation, service.serial())
    return _keyed(service, operation, operation.target(row.id, query), body)


def _keyed(service: Service, operation: Operation, target: str, body: Any) -> Request:
    """The request, with a key of its own if the action asks for one."""
    request = service.draft(operation.method, target, json_body=body)
    return with_fields(request, fresh_headers(service.resource, operation, service.serial))


def _sampled(service: Service, operation: Operation) -> Any:
    """A valid body for an action; None if it has none."""
    if operation.body is None:
        return None
    document = dict(service.resource.document)
    return samples.sample(operation.body, document, service.serial(), complete=True)


def _effect(service: Service, drafts: Drafts) -> Numbers:
    """The amounts by which two requests in a row change numbers, each of them by its own part.

    A number that only one of them has changed is none that adds up.
    """
    row = service.row()
    steps = [_numbers(service, row)]
    for draft in drafts:
        if not is_done(service.exchange(draft(row))):
            return {}
        steps.append(_numbers(service, row))
    first, second, third = steps
    names = first.keys() & second.keys() & third.keys()
    moving = [n for n in names if len({first[n], second[n], third[n]}) == len(steps)]
    return {name: third[name] - first[name] for name in moving if third[name] != first[name]}


def _numbers(service: Service, row: Row) -> Numbers:
    return _numbers_in(service, service.read(row.id))


def _numbers_in(service: Service, read: Exchange) -> Numbers:
    """The numbers that a read shows, also those that are spelled as texts."""
    shown = service.resource.whole_row(read.json) if read.ok else {}
    found = {n: _number(value) for n, value in shown.items() if not n.lower().endswith("id")}
    own = service.resource.id_field
    return {name: number for name, number in found.items() if number is not None and name != own}


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    is_moment = number.is_finite() and any(int(number) in span for span in MOMENTS)
    return number if number.is_finite() and not is_moment else None


def _is_near(number: Decimal | None, wanted: Decimal, effect: Decimal) -> bool:
    """Return whether a sum is the wanted one, but for what rounding does to an effect."""
    return number is not None and abs(number - wanted) * TOLERANCE <= abs(effect)


def is_done(exchange: Exchange) -> bool:
    """Return whether an action has succeeded: also one that leads to its row."""
    return exchange.ok or exchange.status == SEE_OTHER
