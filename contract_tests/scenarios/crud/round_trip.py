"""Write values through the service and read them back: what was sent, what is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...generation import samples
from ...instruments.exchange import Exchange
from ...rules.violation import NotApplicable, Undecided
from ...service.resource import SENDING, Resource, Role
from ...service.service import Row, Service
from .rows import change_body

SHAPED = ("enum", "const", "format", "contentMediaType", "contentEncoding")
NO_BODIES = "no operation takes a body"


@dataclass(frozen=True)
class Written:
    """One write and the fresh read after it; `shown` is empty unless the write was accepted.

    `asked` are the fields it was about; the others only make the body valid.
    """

    sent: Mapping[str, Any]
    exchange: Exchange
    shown: Mapping[str, Any]
    asked: tuple[str, ...] = ()

    def lost(self, *names: str) -> tuple[str, ...]:
        """One phrase for each of these fields that is shown otherwise than it was sent.

        Without names, for each that the write was about.
        """
        return tuple(
            f"{name}: sent {brief(self.sent[name])}, shown {brief(self.shown[name])}"
            for name in names or self.asked
            if name in self.sent and name in self.shown
            if not survives_round_trip(self.sent[name], self.shown[name])
        )


def write(
    service: Service, role: Role, values: Mapping[str, Any], row: Row | None = None
) -> Written:
    """Send `values` over a valid body, and read the row afresh if they were accepted.

    A change goes to `row`, or to a new one, and does not give it another id.
    """
    target = row or (service.row() if role != "create" else None)
    sent = {**plain_body(service, role, target), **values}
    exchange = service.request(role, target and target.id, body=sent)
    if not exchange.ok:
        return Written(sent, exchange, {}, tuple(values))
    # The answer to a write may show what was sent and not what is stored.
    identifier = target.id if target else service.id_of(exchange)
    if identifier is None or not service.resource.offers("read"):
        return Written(sent, exchange, service.shown(exchange), tuple(values))
    return Written(sent, exchange, service.shown(service.read(identifier)), tuple(values))


def plain_body(service: Service, role: Role, row: Row | None) -> dict[str, Any]:
    """A valid body with new values: for a new row, or for a change of `row`, which keeps its id."""
    return change_body(service, role, row) if row else service.body(role=role)


def write_plainly(service: Service, role: Role) -> Exchange:
    """The control of everything strange: a plain valid write, a change on a row of its own."""
    row = service.row() if role != "create" else None
    return service.request(role, row and row.id, body=plain_body(service, role, row))


def answering(service: Service, roles: Iterable[Role]) -> tuple[Role, ...]:
    """Those of the operations that answer a plain write with success.

    What a strange body does to the others cannot be told. Raises `Undecided` if none is left, and
    `NotApplicable` if there are none.
    """
    roles = tuple(roles)
    if not roles:
        raise NotApplicable(NO_BODIES)
    controls = {role: write_plainly(service, role) for role in roles}
    accepted = tuple(role for role, control in controls.items() if control.ok)
    if not accepted:
        refused = "; ".join(map(str, controls.values()))
        raise Undecided(f"even a plain write is not answered with success: {refused}")
    return accepted


def each_text(
    service: Service, values: Callable[[Role, str], Iterable[object]]
) -> Iterator[Written]:
    """Write every value for every text field through every operation that takes it.

    Raises `NotApplicable` if nothing takes free text, `Undecided` if no plain write succeeds.
    """
    return _each(service, writable_texts, values, "free text")


def each_integer(
    service: Service, values: Callable[[Role, str], Iterable[object]]
) -> Iterator[Written]:
    """Write every value for every integer field through every operation that takes it.

    Raises `NotApplicable` if nothing takes an integer, `Undecided` if no plain write succeeds.
    """
    return _each(service, writable_integers, values, "an integer")


def _each(
    service: Service,
    fields: Callable[[Resource, Role], tuple[str, ...]],
    values: Callable[[Role, str], Iterable[object]],
    what: str,
) -> Iterator[Written]:
    taking = [role for role in writing_roles(service) if fields(service.resource, role)]
    if not taking:
        raise NotApplicable(f"no field of {service.resource.name} takes {what}")
    for role in answering(service, taking):
        for name in fields(service.resource, role):
            yield from (write(service, role, {name: value}) for value in values(role, name))


def writing_roles(service: Service) -> tuple[Role, ...]:
    """The operations that take a body and can be sent: a change needs a row to be created.

    A create that takes its values from the query is none.
    """
    if not service.resource.offers("create"):
        return ()
    operations = service.resource.operations
    return tuple(r for r in SENDING if r in operations and not operations[r].is_by_query)


def lengths(service: Service, role: Role, name: str) -> set[int]:
    """The most characters of a field: what its schema says, and what columns of its name take."""
    schema = service.resource.fields(role)[name]
    branches = _branches(schema, dict(service.resource.document))
    declared = {branch["maxLength"] for branch in branches if "maxLength" in branch}
    tables = service.run(service.database.tables())
    columns = [column for t in tables for column in service.run(service.database.columns(t))]
    return declared | {c.length for c in columns if c.name == name and c.length}


def survives_round_trip(sent: object, shown: object) -> bool:
    """Return whether a value came back as it was sent.

    A service may trim a text, compose its accents and write it in one case, and have null for a
    blank one; nothing else.
    """
    if isinstance(sent, str) and not sent.strip() and shown is None:
        return True
    if isinstance(sent, str) and isinstance(shown, str):
        return any(
            form in {shown, unicodedata.normalize("NFC", shown)}
            for text in (sent, sent.strip())
            for form in _spellings(text)
        )
    # To Python True is 1: a flag that comes back as a number would be equal.
    return sent == shown and isinstance(sent, bool) == isinstance(shown, bool)


def _spellings(text: str) -> tuple[str, ...]:
    composed = unicodedata.normalize("NFC", text)
    return text, composed, text.lower(), composed.lower(), text.upper()


def writable_texts(resource: Resource, role: Role = "create") -> tuple[str, ...]:
    """The fields that take free text and are shown again; a pattern does not make it less free.

    A field whose value the owner has pinned is left alone, and so is an id that would change.
    """
    asked = _asked(resource, role).items()
    return tuple(name for name, schema in asked if takes_text(resource, schema))


def takes_text(resource: Resource, schema: samples.Schema) -> bool:
    """Return whether a value of this schema is a text of no particular format."""
    document = dict(resource.document)
    shaped = any(key in branch for branch in _branches(schema, document) for key in SHAPED)
    return samples.kind(schema, document) == "string" and not shaped


def _branches(schema: samples.Schema, document: Mapping[str, object]) -> list[Mapping[str, Any]]:
    resolved = samples.resolve(schema, document)
    options = [*(resolved.get("anyOf") or ()), *(resolved.get("oneOf") or ())]
    return [resolved, *(samples.resolve(option, document) for option in options)]


def writable_integers(resource: Resource, role: Role = "create") -> tuple[str, ...]:
    """The fields that take whole numbers and are shown again."""
    document = dict(resource.document)
    fields = _asked(resource, role).items()
    return tuple(n for n, schema in fields if samples.kind(schema, document) == "integer")


def moments(resource: Resource, role: Role = "create") -> tuple[str, ...]:
    """The fields that take a date with a time and are shown again."""
    document = dict(resource.document)
    return tuple(
        name
        for name, schema in _asked(resource, role).items()
        if any(b.get("format") == "date-time" for b in _branches(schema, document))
    )


def takes_any_value(resource: Resource, name: str, role: Role = "create") -> bool:
    """Return whether a field takes any value of its schema: shown, not pinned, no foreign key."""
    return name in _asked(resource, role) and not name.endswith(("_id", "Id", "_ID"))


def _asked(resource: Resource, role: Role) -> dict[str, samples.Schema]:
    # Empty where the document declares no answer: every field is asked about then, and those
    # that no read shows are passed over when the two are compared.
    shown = resource.shown()
    # A change of the id may rightly move the row away from the address it is asked for at.
    fixed = resource.fixed | ({resource.id_field} if role != "create" else set())
    return {
        name: schema
        for name, schema in resource.fields(role).items()
        if name not in fixed and (not shown or name in shown)
    }


def brief(value: object, longest: int = 60) -> str:
    """A value in few letters: a long text by its beginning and its length."""
    spelled = ascii(value)
    if len(spelled) <= longest:
        return spelled
    size = f"{len(value)} characters" if isinstance(value, str) else f"{len(spelled)} letters"
    return f"{spelled[: longest - 25]}... ({size})"
