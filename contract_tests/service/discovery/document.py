"""Read a resource out of an OpenAPI document."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from ...generation import samples
from ...instruments.conventions import Conventions
from ...rules.violation import UsageError
from ..resource import VERBS, Operation, Paging, Parameter, Resource, Role, is_id_of
from .conventions import redirects_of
from .paging import OFFSETS, PAGES, SIZES

Document = Mapping[str, Any]
WRAPPERS = ("data", "item", "result")
ROWS = ("items", "data", "results", "rows", "content", "records")
UNLIKELY = ("user", "auth", "login", "token", "register", "session", "admin", "health", "webhook")


def resources_of(document: Document) -> tuple[Resource, ...]:
    """Every CRUD collection of the document, the most telling one first."""
    found = [read(document, path) for path in collections(document)]
    return tuple(sorted((r for r in found if r.operations), key=_rank, reverse=True))


def choose(document: Document, wanted: str | None) -> Resource:
    """The wanted collection, or the most telling one. Raises `UsageError` naming the others."""
    found = resources_of(document)
    where = "--contract-resource, contract_resource or CONTRACT_RESOURCE"
    if wanted is None:
        if not found:
            raise UsageError(f"{_none_of(document)}. If it leaves one out, name it: {where}")
        return found[0]
    for resource in found:
        if wanted.rstrip("/") == resource.name.rstrip("/"):
            return resource
    if not found:
        raise UsageError(f"{wanted!r} is no collection: {_none_of(document)}")
    paths = [resource.name for resource in found]
    near = difflib.get_close_matches(wanted, paths, n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise UsageError(f"there is no collection {wanted!r}{hint} Valid: {', '.join(paths)} ({where})")


def _none_of(document: Document) -> str:
    spoken = ", ".join(document.get("paths", {})) or "none"
    return (
        f"the OpenAPI document has no collection: no path with POST, and none with GET that has "
        f"an item path below it. Its paths: {spoken}"
    )


def collections(document: Document) -> Iterator[str]:
    """The paths on which rows are created or listed and that have an item path below them."""
    for path, item in document.get("paths", {}).items():
        if "{" in path or not isinstance(item, dict):
            continue
        if "post" in item or "put" in item or ("get" in item and _item_path(document, path)):
            yield path


def read(document: Document, collection: str) -> Resource:
    """The resource at `collection`, with whatever operations the document gives it."""
    item = _item_path(document, collection)
    places: dict[Role, str | None] = {
        "list": collection,
        "create": collection,
        "read": item,
        "replace": item,
        "update": item,
        "delete": item,
    }
    operations: dict[Role, Operation] = {}
    for role, path in places.items():
        verb = VERBS[role].lower()
        entry = document["paths"].get(path, {}) if path else {}
        if role == "create" and "post" not in entry and "put" in entry:
            verb = "put"
        if path and isinstance(entry.get(verb), dict):
            operation = operation_at(document, role, verb, path, entry)
            # What has to be asked for something is a search, or a read of one row.
            if role != "list" or not any(parameter.is_required for parameter in operation.query):
                operations[role] = operation
    listed = operations.get("list")
    single = _single(document, operations)
    name = item[item.rindex("{") + 1 : item.rindex("}")] if item else "id"
    return Resource(
        name=collection,
        operations=operations,
        document=document,
        id_parameter=name,
        id_field=_id_field(document, operations, single, (collection, name)),
        id_kind=samples.kind(_id_schema(document, item), dict(document)),
        id_schema=_id_schema(document, item),
        envelope=_envelope(document, listed),
        single=single,
        paging=_paging(listed),
        found="OpenAPI",
        conventions=Conventions(redirects_of(operations.values())),
    )


def _rank(resource: Resource) -> tuple[int, int, int]:
    """More operations first, then no parents to create, then a name that is not an account's."""
    need = samples.required(resource.schema(), dict(resource.document))
    parents = sum(name.endswith("_id") for name in need)
    unlikely = any(word in resource.name.lower() for word in UNLIKELY)
    return (len(resource.operations) - 2 * unlikely, -parents, "create" in resource.operations)


def _item_path(document: Document, collection: str) -> str | None:
    """The path one parameter below the collection, preferring the one with most verbs."""
    stem = collection.rstrip("/") + "/{"
    below = [
        path
        for path in document.get("paths", {})
        if path.startswith(stem)
        and path.rstrip("/").endswith("}")
        and path.count("{") == 1
        and "/" not in path[len(stem) :].rstrip("/")
    ]
    return max(below, key=lambda path: len(document["paths"][path]), default=None)


def operation_at(document: Document, role: Role, verb: str, path: str, entry: Any) -> Operation:
    """The operation that an entry of the document declares at a path, as one in this role."""
    spoken = entry[verb]
    # `default` and `4XX` are keys there as well.
    statuses = tuple(int(code) for code in spoken.get("responses", {}) if str(code).isdigit())
    success = tuple(code for code in statuses if 200 <= code < 300)  # noqa: PLR2004
    parameters = [
        _followed(document, p)
        for p in (*entry.get("parameters", ()), *spoken.get("parameters", ()))
    ]
    answer = spoken.get("responses", {}).get(str(success[0]), {}) if success else {}
    return Operation(
        role=role,
        method=verb.upper(),
        path=_with_id(path),
        success=success,
        statuses=statuses,
        body=_content(document, spoken.get("requestBody")),
        answer=_content(document, answer),
        asked=_asked(document, _parameters(parameters, "query")),
        query=_parameters(parameters, "query"),
        headers=_parameters(parameters, "header"),
    )


def _asked(document: Document, query: tuple[Parameter, ...]) -> dict[str, object]:
    """A value for each parameter that has to be given: a choice, a plain value."""
    needed = [p for p in query if p.is_required]
    return {p.name: samples.sample(p.schema, dict(document), 1) for p in needed}


def _parameters(spoken: list[Any], place: str) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(p["name"], p.get("schema", {}), bool(p.get("required")))
        for p in spoken
        if p.get("in") == place
    )


def _with_id(path: str) -> str:
    if "{" not in path:
        return path
    return f"{path[: path.index('{')]}{{id}}{path[path.index('}') + 1 :]}"


def _followed(document: Document, node: Any) -> Any:
    """A parameter or body, with a top-level reference followed."""
    return (
        samples.resolve(node, dict(document)) if isinstance(node, dict) and "$ref" in node else node
    )


def _content(document: Document, node: Any) -> samples.Schema | None:
    content = (_followed(document, node) or {}).get("content", {})
    for kind, media in content.items():
        # Also by a name of its own, such as `application/hal+json`.
        if kind.split(";")[0].strip().endswith("json"):
            return samples.resolve(media.get("schema", {}), dict(document))
    return None


def _id_schema(document: Document, item: str | None) -> samples.Schema:
    entry = document.get("paths", {}).get(item, {}) if item else {}
    for node in (entry, *(v for v in entry.values() if isinstance(v, dict))):
        for parameter in node.get("parameters", ()) if isinstance(node, dict) else ():
            spoken = _followed(document, parameter)
            if spoken.get("in") == "path":
                schema = spoken.get("schema", {})
                return samples.resolve(schema, dict(document)) if schema else {}
    return {}


def _id_field(
    document: Document,
    operations: Mapping[Role, Operation],
    single: tuple[str, ...],
    names: tuple[str, str],
) -> str:
    """The answer's field that holds the id: called like the path's parameter, or like a row.

    `names` are those of the collection and of the parameter.
    """
    operation = operations.get("read") or operations.get("create")
    answer = (operation.answer if operation else None) or {}
    for step in single:
        answer = samples.properties(answer, dict(document)).get(step, {})
    shown, (collection, name) = samples.properties(answer, dict(document)), names
    sent = _sent(document, operations)
    own = [field for field in shown if field not in sent and is_id_of(collection, field)]
    tail = name.rsplit("_", 1)[-1]
    for candidate in (name, "id", tail, *own, "uuid", "pk", "key", "slug", "name"):
        if candidate in shown:
            return candidate
    return "id"


def _sent(document: Document, operations: Mapping[Role, Operation]) -> set[str]:
    create = operations.get("create")
    return set(samples.properties((create.body if create else None) or {}, dict(document)))


def _envelope(document: Document, listed: Operation | None) -> tuple[str, ...]:
    schema = (listed.answer if listed else None) or {}
    return _way_to_rows(document, schema, 2) or ()


def _way_to_rows(document: Document, schema: samples.Schema, depth: int) -> tuple[str, ...] | None:
    """The keys that lead to the array of rows, or None if there is none within `depth`."""
    if samples.kind(schema, dict(document)) == "array":
        return ()
    fields = samples.properties(schema, dict(document))
    names = [*(name for name in ROWS if name in fields), *fields]
    for name in names if depth else ():
        way = _way_to_rows(document, fields[name], depth - 1)
        if way is not None:
            return (name, *way)
    return None


def _single(document: Document, operations: Mapping[Role, Operation]) -> tuple[str, ...]:
    """The one key a single answer is wrapped in, when it holds an object and nothing tells more."""
    operation = operations.get("read") or operations.get("create")
    fields = samples.properties((operation.answer if operation else None) or {}, dict(document))
    sent = _sent(document, operations)
    is_bare = bool(sent & fields.keys())
    for name in (*WRAPPERS, *fields):
        inside = samples.properties(fields.get(name, {}), dict(document))
        is_row = name in WRAPPERS or (not is_bare and bool(sent & inside.keys()))
        if inside and name not in sent and is_row:
            return (name,)
    return ()


def _paging(listed: Operation | None) -> Paging:
    names = {p.name for p in listed.query} if listed else set()

    def first(known: tuple[str, ...]) -> str | None:
        return next((name for name in known if name in names), None)

    return Paging(first(SIZES), first(OFFSETS), first(PAGES))
