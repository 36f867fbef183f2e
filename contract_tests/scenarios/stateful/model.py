"""The rows as a dictionary has them: what the successes of a program have made of them.

Only fields that a client can send are in it; what a service sets by itself is its own affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...instruments.conventions import UNAVAILABLE
from ...instruments.exchange import Exchange
from ...service.equality import same
from ...service.resource import CHANGING
from ..crud.round_trip import survives_round_trip
from ..crud.rows import same_id
from .steps import Step, StepKind

State = Literal["there", "gone", "maybe"]
MismatchKind = Literal["field", "missing", "back", "failed"]
KnownValues = dict[str, tuple[Any, ...]]
Shown = Mapping[str, Any]
MismatchKey = tuple[MismatchKind, str, str, str]


@dataclass(frozen=True)
class Mismatch:
    """An observation that the model does not have. `last` is the write it follows."""

    kind: MismatchKind
    row: int
    act: StepKind
    exchange: Exchange
    field: str = ""
    expected: Any = None
    shown: Any = None
    last: StepKind = "create"

    @property
    def key(self) -> MismatchKey:
        """The properties it has in common with others of its sort."""
        return self.kind, self.act, self.field, self.last


@dataclass
class Known:
    """A row: each field with the values it may have; one that is not named may have any.

    `before` is what it was before its last success, `writes` that and what was refused since.
    `sent` are the fields that a client has named.
    """

    id: Any
    made: Step
    state: State = "there"
    fields: KnownValues = field(default_factory=dict)
    before: KnownValues = field(default_factory=dict)
    writes: list[Step] = field(default_factory=list)
    sent: frozenset[str] = frozenset()

    @property
    def last(self) -> StepKind:
        """The write that made it what it is."""
        return self.writes[0].act if self.writes else "create"

    def becomes(self, state: State, fields: KnownValues, by: Step) -> None:
        """Take a write that succeeded, or may have."""
        self.before = self.fields
        self.state, self.fields, self.writes = state, fields, [by]
        for part in by.pair or (by,):
            self.sent |= (part.body or {}).keys()

    def sees(self, shown: KnownValues) -> None:
        """From now on, each field is what a read has shown it to be."""
        self.state = "there"
        self.fields = self.fields | shown


@dataclass
class Model:
    """All rows of one program by their labels. `names` are the fields a client can send."""

    id_field: str
    names: frozenset[str]
    rows: dict[int, Known] = field(default_factory=dict)

    # -- writes

    def created(self, step: Step, exchange: Exchange, identifier: Any) -> None:
        """A row is made; one that had its id is no more what it was."""
        sent = self._sent(step)
        for label, row in list(self.rows.items()):
            if same_id(row.id, identifier):
                sent = sent if row.state == "gone" else {}
                del self.rows[label]
        self.rows[step.row] = Known(identifier, step, fields=sent, sent=frozenset(step.body or {}))

    def changed(self, step: Step, exchange: Exchange) -> Mismatch | None:
        """A row is changed, or the change refused, as it can be only where there is a row."""
        row = self.rows[step.row]
        if not exchange.ok:
            return self._refused(step, exchange)
        keeps = row.fields if step.act == "update" and row.state == "there" else {}
        state: State = "there" if row.state == "there" else "maybe"
        row.becomes(state, keeps | self._sent(step), step)
        return None

    def deleted(self, step: Step, exchange: Exchange) -> Mismatch | None:
        """Record that a row was deleted."""
        row = self.rows[step.row]
        if not exchange.ok:
            return self._refused(step, exchange)
        row.becomes("gone", row.fields, step)
        return None

    def _refused(self, step: Step, exchange: Exchange) -> Mismatch | None:
        row = self.rows[step.row]
        is_absent = exchange.is_absent
        if is_absent and row.state == "there":
            return self.mismatch("missing", step, exchange, step.row)
        if is_absent:
            row.state = "gone"
        if row.state != "gone":
            row.writes.append(step)
        return None

    def failed(self, step: Step, exchange: Exchange) -> Mismatch | None:
        """Forget the state of the row: the effect of a failed request is unknown."""
        mismatch = self.mismatch("failed", step, exchange, step.row)
        row = self.rows.get(step.row)
        if row and step.writes:
            row.becomes("maybe", {}, step)
        return mismatch if exchange.status != UNAVAILABLE else None

    def met(self, step: Step, exchanges: Iterable[Exchange]) -> None:
        """Two writes of one row were sent together: a field is what either has sent.

        Of lists and objects nothing is known then: they may be rows of their own, and of both.
        """
        row = self.rows[step.pair[0].row]
        both_changed = all(part.act in CHANGING for part in step.pair)
        if not both_changed or not all(e.ok for e in exchanges) or row.state != "there":
            row.becomes("maybe", {}, step)
            return
        first, second = (self._sent(part) for part in step.pair)
        fields = {name: first[name] + second[name] for name in first.keys() & second.keys()}
        if all(part.act == "update" for part in step.pair):
            for name in row.fields.keys() - fields.keys():
                fields[name] = row.fields[name] + first.get(name, ()) + second.get(name, ())
        plain = {name: known for name, known in fields.items() if not any(map(is_nested, known))}
        row.becomes("there", plain, step)

    # -- what is shown

    def read(self, step: Step, exchange: Exchange, shown: Shown) -> Mismatch | None:
        """A read shows the row as it is, or nothing where there is none."""
        row = self.rows[step.row]
        if exchange.is_absent:
            was_there, row.state = row.state == "there", "gone"
            return self.mismatch("missing", step, exchange, step.row) if was_there else None
        if not exchange.ok or not shown:
            return None
        mismatch = self._is_seen(step, exchange, step.row, shown)
        if mismatch is None:
            row.sees({name: (shown[name],) for name in self.names & shown.keys()})
        return mismatch

    def listed(self, step: Step, exchange: Exchange, shown: Mapping[str, Shown]) -> Mismatch | None:
        """A whole list, by the text of the ids, shows every row that is there."""
        for label, row in self.rows.items():
            found = shown.get(str(row.id))
            if found is not None and row.state != "maybe":
                mismatch = self._is_seen(step, exchange, label, found)
            else:
                is_missing = found is None and row.state == "there"
                mismatch = self.mismatch("missing", step, exchange, label) if is_missing else None
            if mismatch:
                return mismatch
        return None

    def echoed(self, step: Step, exchange: Exchange, shown: Shown) -> Mismatch | None:
        """The answer to a write says of each field what was sent."""
        row = self.rows.get(step.row)
        if row is None or row.state != "there":
            return None
        return self._compared(step, exchange, step.row, self._sent(step), shown)

    def _is_seen(self, step: Step, exchange: Exchange, label: int, shown: Shown) -> Mismatch | None:
        row = self.rows[label]
        if row.state == "gone":
            return self.mismatch("back", step, exchange, label)
        identifier = shown.get(self.id_field, row.id)
        if not same_id(identifier, row.id):
            return self.mismatch(
                "field", step, exchange, label, (self.id_field, row.id, identifier)
            )
        return self._compared(step, exchange, label, row.fields, shown)

    def _compared(
        self, step: Step, exchange: Exchange, label: int, fields: KnownValues, shown: Shown
    ) -> Mismatch | None:
        for name in sorted(fields.keys() & shown.keys()):
            if not any(alike(value, shown[name]) for value in fields[name]):
                what = (name, fields[name][0], shown[name])
                return self.mismatch("field", step, exchange, label, what)
        return None

    def mismatch(
        self,
        kind: MismatchKind,
        step: Step,
        exchange: Exchange,
        label: int,
        what: tuple[str, Any, Any] = ("", None, None),
    ) -> Mismatch:
        """Return a record of what is not as it should be with this row."""
        row = self.rows.get(label)
        last = row.last if row and not step.writes else step.act
        return Mismatch(kind, label, step.act, exchange, *what, last)

    def _sent(self, step: Step) -> KnownValues:
        return {name: (value,) for name, value in (step.body or {}).items() if name in self.names}


def alike(sent: Any, shown: Any) -> bool:
    """Return whether a value is shown as a service may rightly show it."""
    return same(sent, shown) or survives_round_trip(sent, shown)


def is_nested(value: object) -> bool:
    """Return whether a value has values inside."""
    return isinstance(value, list | Mapping)
