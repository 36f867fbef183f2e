"""The pairs: two requests that meet in every order, once for all rules that ask about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations

from ...instruments.exchange import Request
from ...rules.replay import Token
from ...rules.violation import NotApplicable, OutOfTime, Undecided
from ...service.capabilities import missing
from ...service.equality import differences, same
from ...service.resource import CHANGING, ON_A_ROW, Role
from ...service.service import Row, Service
from ..crud.rows import change_body, home, needed
from ..crud.rows import partial as partial_body
from .hidden_fields import HiddenFields, hidden_fields
from .interleaving import interleaved
from .race_outcomes import RaceOutcome, fails
from .schedules import ScheduleCount, run_schedules

MOST = 50
"""Schedules of one pair: two requests of three calls each have twenty, of four each seventy."""

ORDINARY = ("read+read", "create+create", "list+create")
"""Pairs that do not get in each other's way."""

AREA, WAY = "concurrency", "schedule"
STORING = "create+same"
REWRITING = ("update+update", "replace+replace")
"""Pairs after which the whole row is compared, also what no read shows of it."""

TRIES = 6
"""Pairs of fields that are tried for two changes that leave each other alone."""


@dataclass(frozen=True)
class Scene:
    """The requests that meet, and the rows they are about."""

    requests: tuple[Request, Request]
    rows: tuple[Row, ...] = ()


Arrange = Callable[[], Scene]


@dataclass(frozen=True)
class Pair:
    """Two operations, and how a meeting of them is arranged; `arranged` looks whether it can be."""

    roles: tuple[Role, Role]
    arranged: Callable[[Service, Role, Role], Arrange]


@dataclass
class Pairs:
    """Every pair of one run, its meetings arranged when they are first asked for.

    With `only`, its pair consists of that one meeting and all others are empty.
    """

    service: Service
    only: Token | None = None
    _made: dict[str, list[RaceOutcome]] = field(default_factory=dict)
    _whole: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> list[RaceOutcome]:
        """The meetings of this pair, one for each order of its calls.

        Raises `NotApplicable` where the service does not offer both or they can never meet, and
        `Undecided` where one of them does not even succeed alone.
        """
        if self.only and self.only.subject != name:
            raise NotApplicable(f"this rule does not judge the replayed request {self.only}")
        if name not in self._made:
            self._made[name] = self._make(name)
        met, budget = self._made[name], self.service.budget
        budget.saw("orders", f"{AREA}:{name}", len(met), self._whole.get(name, 0))
        return met

    @property
    def clash(self) -> str:
        """Describe how two independent requests disturb each other; empty if none do."""
        for name in ORDINARY:
            try:
                found = [words for meeting in self.of(name) if (words := fails(meeting))]
            except (NotApplicable, Undecided):
                continue
            if found:
                return f"{name}: {found[0]}"
        return ""

    def _make(self, name: str) -> list[RaceOutcome]:
        service, pair = self.service, PAIRS[name]
        creates = () if set(pair.roles).isdisjoint(ON_A_ROW) else ("create",)
        reason = missing(service, (*pair.roles, *creates, "outside-view"))
        if reason:
            raise NotApplicable(reason)
        service.restore()
        arrange = pair.arranged(service, *pair.roles)
        service.together(*arrange().requests)  # so that there are two connections

        meet = partial(self._meet, name, arrange)
        met = [meet(self.only.place)] if self.only else self._all(name, meet)
        if not any(meeting.course.schedule for meeting in met):
            raise NotApplicable("neither request makes a database call that could be delayed")
        return met

    def _all(self, name: str, meet: Callable[[str], RaceOutcome]) -> list[RaceOutcome]:
        """Let them meet in every order that there is time for."""
        count, met = ScheduleCount(partial(self.service.budget.fewer, least=2)), []
        try:
            for meeting in run_schedules(meet, MOST, count):
                met.append(meeting)
                self.service.budget.step(f"{name}, order", len(met), count.whole)
        except OutOfTime:
            if not met:
                raise
        self._whole[name] = count.whole if self.service.budget.share < 1 else len(met)
        return met

    def _meet(self, name: str, arrange: Arrange, schedule: str) -> RaceOutcome:
        """Let them meet; where a lock has changed the order, again in the order that came of it."""
        met = self._met(name, arrange, schedule)
        is_other = not met.schedule.startswith(schedule)
        return self._met(name, arrange, met.schedule) if is_other else met

    def _met(self, name: str, arrange: Arrange, schedule: str) -> RaceOutcome:
        service = self.service
        service.restore()
        scene = arrange()
        course = interleaved(service, lambda: scene.requests, schedule)
        can_look = bool(scene.rows) and service.resource.offers("read")
        then = service.read(scene.rows[0].id) if can_look else None
        hidden = self._hidden.of(scene.rows[0].id) if can_look and name in REWRITING else {}
        token = Token(AREA, name, WAY, course.schedule or "-")
        sizes = self._sizes() if name == STORING else {}
        return RaceOutcome(token, course, scene.rows, then, hidden, sizes)

    def _sizes(self) -> dict[str, int]:
        """The numbers of rows in the tables that hold them, where that can be seen."""
        stored = self.service.door.stored()
        return {table: len(stored.get(table, ())) for table in self._homes} if stored else {}

    @cached_property
    def _homes(self) -> tuple[str, ...]:
        """The tables that hold the rows."""
        return home(self.service).tables

    @cached_property
    def _hidden(self) -> HiddenFields:
        return hidden_fields(self.service)


def usual(service: Service, first: Role, second: Role) -> Arrange:
    """Each with values of its own, on the same row if it is about one."""
    on_a_row = first in ON_A_ROW or second in ON_A_ROW
    for role in (first, second):
        _succeeds_alone(service, role)

    def arrange() -> Scene:
        rows = (service.row(),) if on_a_row else ()
        made = tuple(_draft(service, role, rows[0] if rows else None) for role in (first, second))
        return Scene((made[0], made[1]), rows)

    return arrange


def two_rows(service: Service, first: Role, second: Role) -> Arrange:
    """Each on a row of its own."""
    _succeeds_alone(service, first)

    def arrange() -> Scene:
        rows = (service.row(), service.row())
        return Scene((_draft(service, first, rows[0]), _draft(service, second, rows[1])), rows)

    return arrange


def equal_bodies(service: Service, first: Role, second: Role) -> Arrange:
    """The same body twice, which is refused where one comes after the other."""
    body = service.row().sent
    again = service.create(body)
    if not again.refused:
        raise NotApplicable(f"a second identical create is not refused: {again}")

    def arrange() -> Scene:
        same_body = service.body()
        request = service.draft_of(first, body=same_body)
        return Scene((request, service.draft_of(second, body=same_body)))

    return arrange


def two_fields(service: Service, first: Role, second: Role) -> Arrange:
    """One field each of one row, of which neither changes the other's."""
    hidden = hidden_fields(service)
    names = _independent(service, hidden)

    def arrange() -> Scene:
        row = service.row()
        known, change = hidden.with_shown(row), service.body(role=first)
        bodies = [partial_body(service, known, **{name: change[name]}) for name in names]
        drafts = [service.draft_of("update", row.id, body=body) for body in bodies]
        return Scene((drafts[0], drafts[1]), (row,))

    return arrange


def _draft(service: Service, role: Role, row: Row | None) -> Request:
    if role == "create":
        return service.draft_of(role, body=service.body())
    if role == "list" or row is None:
        return service.draft_of(role)
    sends = role in CHANGING
    return service.draft_of(role, row.id, body=change_body(service, role, row) if sends else None)


def _succeeds_alone(service: Service, role: Role) -> None:
    exchange = service.exchange(_draft(service, role, service.row() if role in ON_A_ROW else None))
    if not exchange.ok:
        raise Undecided(
            f"the request fails even when sent alone: {exchange} {exchange.excerpt(120)}"
        )


def _independent(service: Service, hidden: HiddenFields) -> tuple[str, str]:
    """Two fields whose changes, one after the other in either order, are both there."""
    made = service.body(role="update")
    fixed = needed(service, "update") | {service.resource.id_field}
    free = [name for name in made if name not in fixed]
    for names in list(combinations(free, 2))[:TRIES]:
        if _stay(service, names, hidden) and _stay(service, names[::-1], hidden):
            return names
    raise NotApplicable("PATCH has no two fields that can be changed on their own")


def _stay(service: Service, names: tuple[str, ...], hidden: HiddenFields) -> bool:
    row, change = service.row(), service.body(role="update")
    known = hidden.with_shown(row)
    sent = {name: change[name] for name in names}
    answers = [service.update(row.id, partial_body(service, known, **{n: sent[n]})) for n in names]
    shown = hidden.with_shown(row) if all(answer.ok for answer in answers) else {}
    is_new = all(name in shown and not same(known.get(name), sent[name]) for name in names)
    return is_new and not differences(sent, shown)


PAIRS: Mapping[str, Pair] = {
    "update+update": Pair(("update", "update"), two_fields),
    STORING: Pair(("create", "create"), equal_bodies),
    "delete+delete": Pair(("delete", "delete"), usual),
    "update+delete": Pair(("update", "delete"), usual),
    "replace+delete": Pair(("replace", "delete"), usual),
    "replace+replace": Pair(("replace", "replace"), usual),
    "read+replace": Pair(("read", "replace"), usual),
    "read+update": Pair(("read", "update"), usual),
    "list+delete": Pair(("list", "delete"), usual),
    "create+create": Pair(("create", "create"), usual),
    "read+read": Pair(("read", "read"), two_rows),
    "list+create": Pair(("list", "create"), usual),
}
"""The pairs, by the names they are replayed by."""
