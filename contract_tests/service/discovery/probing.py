"""Find out what the service offers: from its OpenAPI document, then by asking it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...generation.samples import is_uuid
from ...generation.samples.formats import with_formats
from ...instruments.exchange import Exchange, items_of
from ...rules.violation import UsageError
from ..expectations import example_header
from ..resource import ROLES, SENDING, VERBS, Operation, Resource, Role
from ..service import Service
from .conventions import with_conventions
from .derived_fields import derived_fields
from .document import choose
from .first_row import create_pointing_nowhere
from .guessing import guessed_schema
from .own_fields import create_accepted, without_own
from .paging import seen_paging
from .routes import routed_collections
from .states import asking_for_states

PLACES = (
    "/openapi.json",
    "/api/openapi.json",
    "/api/v1/openapi.json",
    "/v1/openapi.json",
    "/schema/openapi.json",
    "/docs/openapi.json",
    "/openapi",
    "/schema",
)
ASKED = "asking"
NO_DOCUMENT = "the service has no OpenAPI document to read its collection from"
LONGEST_REASON = 120
OK = 200


def document_of(service: Service, place: str | None) -> tuple[Mapping[str, Any], str]:
    """The service's OpenAPI document and where it was found; an empty one if it has none.

    Raises `UsageError` if the place that was named has none.
    """
    for path in (place,) if place else PLACES:
        found = items_of(service.send("GET", path).json)
        if "openapi" in found and "paths" in found:
            return found, path
    if place:
        raise UsageError(
            f"there is no OpenAPI document at {place!r}; set --contract-openapi, contract_openapi "
            f"or CONTRACT_OPENAPI to the path of one, or leave it out"
        )
    made = _made_by(service.process.transport.app) if service.has_process else {}
    return (made, "app.openapi()") if "paths" in made else ({}, "")


def _made_by(app: object) -> Mapping[str, Any]:
    """The document that the app itself gives; an empty one if it has none, or fails to make it."""
    make = getattr(app, "openapi", None)
    try:
        return items_of(make()) if callable(make) else {}
    except Exception:  # noqa: BLE001 - whatever it is, a request for the document shows it
        return {}


def found(
    service: Service,
    wanted: str | None,
    place: str | None,
    overrides: Mapping[str, Any],
    formats: Mapping[str, str] | None = None,
) -> Resource:
    """The resource the contract is about, as it is declared; `probe` sees more of it.

    `formats` says what texts of a format look like that the document leaves open.
    """
    document, where = document_of(service, place)
    document = with_formats(document, formats) if document and formats else document
    if document and (wanted is None or not _is_hidden(service, document, wanted)):
        resource = replace(choose(document, wanted), found=where)
    else:
        failure = "" if document else _failure_of_document(service)
        collection = wanted or next(iter(_routed_collections(service)), None)
        if collection is None:
            raise UsageError(
                f"{failure or NO_DOCUMENT}: "
                "name the collection with --contract-resource /path (contract_resource, "
                "CONTRACT_RESOURCE) or the document with --contract-openapi"
            )
        asked = _by_asking(service, collection, document, overrides)
        resource = replace(asked, document_failure=failure)
    return replace(resource, overrides=dict(overrides))


def _failure_of_document(service: Service) -> str:
    """Return how the service fails to make its document; an empty text if it does not try."""
    failed = next((e for path in PLACES if (e := service.send("GET", path)).failed), None)
    if failed is None:
        return ""
    reason = failed.raised.partition("\n")[0][:LONGEST_REASON]
    return f"the service fails to make its OpenAPI document ({failed} {reason})"


def _routed_collections(service: Service) -> tuple[str, ...]:
    return routed_collections(service.process.transport.app) if service.has_process else ()


def _is_hidden(service: Service, document: Mapping[str, Any], wanted: str) -> bool:
    """Return whether the service answers at a path that its document leaves out."""
    if any(path.rstrip("/") == wanted.rstrip("/") for path in document["paths"]):
        return False
    return service.send("GET", wanted).status not in {404, 405}


def probe(service: Service) -> Resource:
    """Create, read and list one row, and keep what the answers tell about ids and envelopes.

    Raises `UsageError` if the service refuses to create one.
    """
    if not service.resource.offers("create"):
        return _seen_list(service)
    is_asked = service.resource.found == ASKED
    created, resource = create_accepted(service) if is_asked else _created(service)
    if created.status in {401, 403}:
        raise UsageError(
            f"{created}: the service asks for credentials; give them with "
            f"--contract-header '{example_header(resource)}' (contract_header, CONTRACT_HEADER)"
        )
    resource = with_conventions(service.on(resource), created)
    # It was answered before they were known.
    created.conventions = resource.conventions
    if not created.ok:
        created, resource = create_pointing_nowhere(service.on(resource), created)
    if created.ok:
        resource = _seen_single(service.on(resource), created)
        derived = derived_fields(service.on(resource), created)
        cached = _is_cached(service.on(resource), created)
        resource = replace(resource, derived=derived, is_cached=cached)
        resource = asking_for_states(service.on(resource), created)
    resource = _seen_list(service.on(resource))
    return _confirmed(service.on(resource), created) if is_asked else resource


def _is_cached(service: Service, created: Exchange) -> bool:
    """Return whether a row is read again without a statement, though its create made one."""
    identifier = service.id_of(created)
    if not created.of("sql") or identifier is None or not service.resource.offers("read"):
        return False
    reads = [service.read(identifier) for _ in range(2)]
    return reads[1].ok and not reads[1].of("sql")


def _created(service: Service) -> tuple[Exchange, Resource]:
    return service.create(), service.resource


def _confirmed(service: Service, created: Exchange) -> Resource:
    """Ask a service without a document for what a document would tell."""
    asked = service.on(_routed(service, service.id_of(created)))
    if not created.ok:
        return asked.resource
    asked = asked.on(without_own(asked, created))
    if not asked.resource.offers("list"):
        return asked.resource
    return replace(asked.resource, paging=seen_paging(asked))


def _seen_single(service: Service, created: Exchange) -> Resource:
    """Learn the wrapper, the id's field and kind from an answer that shows a row."""
    resource, answer = service.resource, items_of(created.json)
    if resource.id_field in resource.shown():  # of what a read shows, a create may show less
        return _seen_kind(service, created)
    if resource.id_field not in resource.row(answer):
        for key, inside in answer.items():
            if isinstance(inside, dict) and "id" in inside:
                resource = replace(resource, single=(key,), id_field="id")
    row = resource.row(answer)
    if resource.id_field not in row:
        keys = (resource.id_parameter, "id", "uuid", "pk", "_id")
        resource = replace(resource, id_field=next((k for k in keys if k in row), "id"))
    return _seen_kind(service.on(resource), created)


def _seen_kind(service: Service, created: Exchange) -> Resource:
    """Learn the id's kind, if nothing declares it."""
    resource, identifier = service.resource, service.id_of(created)
    if resource.id_schema or identifier is None:
        return resource
    whole = isinstance(identifier, int) or str(identifier).isdigit()
    return replace(
        resource,
        id_kind="integer" if whole else "string",
        id_schema={} if whole or not is_uuid(identifier) else {"format": "uuid"},
    )


def _seen_list(service: Service) -> Resource:
    """Learn that the list fails, or where its rows are if not where the document says."""
    if service.resource.offers("list"):
        shown = service.list()
        if shown.ok and service.resource.rows(shown.json) is None:
            way = _way(shown.json, 2)
            if way is not None:
                return replace(service.resource, envelope=way)
        if shown.failed:
            return replace(service.resource, failing=("list",))
    return service.resource


def _way(answer: Any, depth: int) -> tuple[str, ...] | None:
    if isinstance(answer, list):
        return ()
    for key, inside in items_of(answer).items() if depth else ():
        way = _way(inside, depth - 1)
        if way is not None:
            return (key, *way)
    return None


# -- without a document


def _routed(service: Service, identifier: object) -> Resource:
    """Drop the verbs that the row just created does not know; DELETE is asked last.

    A 404 tells something only while the row can be read: its id may not be what it seems.
    """
    operations = service.resource.operations
    # In the order of the roles, of which DELETE is the last.
    statuses = {
        role: service.request(role, identifier, body=_keeping(service, role, identifier)).status
        for role, operation in operations.items()
        if "{id}" in operation.path
    }
    absent = {405, 501} | ({404} if statuses.get("read") == OK else set())
    kept = {role: op for role, op in operations.items() if statuses.get(role) not in absent}
    return replace(service.resource, operations=kept)


def _keeping(service: Service, role: Role, identifier: object) -> dict[str, Any]:
    """A valid body that gives the row no other id."""
    body, name = service.body(role=role), service.resource.id_field
    return body | {name: identifier} if name in body else body


def _by_asking(
    service: Service, collection: str, document: Mapping[str, Any], overrides: Mapping[str, Any]
) -> Resource:
    """A resource at `collection`, its operations tried one by one."""
    body = guessed_schema(service, collection, overrides)
    item = f"{collection.rstrip('/')}/{{id}}"
    assumed: dict[Role, Operation] = {}
    for role in ROLES:
        path = collection if role in {"list", "create"} else item
        takes = body if role in SENDING else None
        assumed[role] = Operation(role, VERBS[role], path, body=takes)
    resource = Resource(collection, assumed, found=ASKED)
    asking = service.on(resource)
    kept = {role: op for role, op in assumed.items() if _is_offered(asking, op)}
    if not kept:
        if document:
            choose(document, collection)  # raises, and names the collections there are
        raise UsageError(
            f"nothing answers at {collection}; set --contract-resource (contract_resource, "
            f"CONTRACT_RESOURCE) to the path of a collection"
        )
    return replace(resource, operations=kept)


def _is_offered(service: Service, operation: Operation) -> bool:
    """Return whether the verb is routed: a 405 says no, and so does a 404 of a collection.

    A row that is not there answers 404 too, so an item's verb is asked on the id of no row and
    believed unless the service says 405 or 501.
    """
    body: dict[str, Any] | None = {} if operation.body is not None else None
    asked = service.send(operation.method, operation.target("0"), json_body=body)
    absent = {405, 501} | ({404} if operation.role in {"list", "create"} else set())
    return asked.status not in absent
