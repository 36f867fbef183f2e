"""OpenAPI: the document itself, and the operations it declares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..generation import samples
from ..rules import openapi
from ..runner.judge import Judge, judges
from ..scenarios.crud.round_trip import writable_texts
from ..scenarios.crud.rows import change_body, home
from ..scenarios.fuzzing import document_problems
from ..scenarios.startup import StartupScenarios
from ..service.resource import CHANGING, ROLES, Operation, Resource
from ..service.service import Service

NOT_ROUTED = frozenset({404, 405, 501})
ABOUT_IDS = "operationId "
ABOUT_EXAMPLES = "an example is not valid"


@judges("API-01")
def test_the_document_is_valid(judge: Judge, service: Service) -> None:
    """It can be made, its schema holds, references lead somewhere, path parameters are declared."""
    failure = service.resource.document_failure
    judge.that(not failure, expected="a document", observed=failure)
    if not service.resource.document:
        judge.not_applicable("the service has no OpenAPI document")
    problems = [
        problem
        for problem in document_problems(service.resource.document)
        if not problem.startswith(ABOUT_IDS) and ABOUT_EXAMPLES not in problem
    ]
    judge_document(judge, problems)


@judges("API-02")
def test_operation_ids_are_unique(judge: Judge, service: Service) -> None:
    """No two operations share an operationId."""
    problems = document_problems(service.resource.document)
    judge_document(judge, [p for p in problems if p.startswith(ABOUT_IDS)])


@judges("API-13")
def test_examples_are_valid(judge: Judge, service: Service) -> None:
    """Every example satisfies the schema it stands beside."""
    problems = document_problems(service.resource.document)
    judge_document(judge, [p for p in problems if ABOUT_EXAMPLES in p])


def judge_document(judge: Judge, problems: list[str]) -> None:
    """Judge that nothing is wrong with the document; name the first places where it is."""
    judge.defects = tuple(problems)
    judge.that(
        not problems,
        expected="a document without errors",
        observed=f"errors: {len(problems)}, the first: {problems[0] if problems else ''}",
        seen="\n".join(problems[:20]),
    )


@judges("API-10")
def test_every_declared_operation_is_routed(judge: Judge, service: Service) -> None:
    """On a row that exists, no declared verb is answered as if it were not there."""
    row = service.row()
    # The row is deleted last: a 404 must not come from that.
    offered = [role for role in ROLES if service.resource.offers(role)]
    bodies = {
        role: change_body(service, role, row) if role in CHANGING else service.body(role=role)
        for role in offered
    }
    asked = [service.request(role, row.id, body=body or None) for role, body in bodies.items()]
    missing = [exchange for exchange in asked if exchange.status in NOT_ROUTED]
    judge.that(
        not missing,
        expected="an answer of the operation",
        observed="; ".join(map(str, missing)),
        seen=missing[0] if missing else None,
    )


@judges("API-11")
def test_the_document_stays_the_same(judge: Judge, service: Service) -> None:
    """Two fetches give the same document."""
    place = service.resource.found
    if not place.startswith("/"):
        judge.not_applicable("the document is not served over HTTP")
    first, second = service.send("GET", place), service.send("GET", place)
    judge.that(
        first.json == second.json,
        expected="the same document twice",
        observed=f"different under {', '.join(json_differences(first.json, second.json))}",
        seen=second,
    )


@judges("API-15")
def test_the_document_outlives_a_start(
    judge: Judge, service: Service, startups: StartupScenarios
) -> None:
    """Another start, in another interpreter, gives the document that is served here."""
    place = service.resource.found
    if not place.startswith("/"):
        judge.not_applicable("the document is not served over HTTP")
    reborn, served = startups.first.begun().document, service.send("GET", place).json
    if reborn is None:
        judge.undecided("the document could not be fetched after another start")
    if addresses(service):
        judge.not_applicable(f"it holds an address of the database ({openapi.API_17.id})")
    judge.that(
        reborn == served,
        expected="the same document after another start",
        observed=f"different under {', '.join(json_differences(served, reborn))}",
    )


@judges("API-17")
def test_the_document_hides_the_address(judge: Judge, service: Service) -> None:
    """The name that the kit gave to this run's database stands nowhere in the document."""
    if not service.database.owned:
        judge.not_applicable("a database that the kit did not name may be called like anything")
    places = addresses(service)
    judge.that(
        not places,
        expected="no address of the database in the document",
        observed=f"it stands at {', '.join(places)}",
    )


@judges("API-16")
def test_the_length_of_a_column_is_declared(judge: Judge, service: Service) -> None:
    """A text field whose column of the same name is bounded is bounded in the document, too."""
    limits = column_lengths(service)
    declared = {name: longest(service, name) for name in writable_texts(service.resource)}
    bounded = {n: limits[n] for n in declared if n in limits and may_be(service, n, limits[n] + 1)}
    if not bounded:
        judge.not_applicable("no text field has a column of the same name with a maximum length")
    hidden = [
        f"{name}: at most {length} characters in the database, {declared[name]} in the document"
        for name, length in bounded.items()
        if (declared[name] or length + 1) > length
    ]
    judge.that(
        not hidden,
        expected="no greater length in the document than in the column",
        observed="; ".join(hidden).replace(" None in", " any number in"),
    )


def column_lengths(service: Service) -> dict[str, int]:
    """The largest length of each bounded column of the tables that hold the rows."""
    tables = home(service).tables
    columns = [c for table in tables for c in service.run(service.database.columns(table))]
    return {column.name: column.length for column in columns if column.length}


def may_be(service: Service, name: str, length: int) -> bool:
    """Return whether the pattern of a field, if it has one, takes any text of this length."""
    document = dict(service.resource.document)
    patterns = [
        str(branch["pattern"])
        for branch in samples.branches(service.resource.fields()[name], document)
        if "pattern" in branch
    ]
    texts = [letter * length for letter in "xX0"]
    return all(any(re.search(pattern, text) for text in texts) for pattern in patterns)


def longest(service: Service, name: str) -> int | None:
    """The longest text that the document allows for a field of the create."""
    schema = service.resource.fields()[name]
    declared = samples.branches(schema, dict(service.resource.document))
    lengths = [branch.get("maxLength") for branch in declared if branch.get("type") != "null"]
    known = [int(length) for length in lengths if length is not None]
    return max(known) if known and len(known) == len(lengths) else None


def json_differences(left: Any, right: Any, place: str = "#") -> list[str]:
    """The places where two JSON values differ, at most a handful."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        return [place] if left != right else []
    names = [*left, *(name for name in right if name not in left)]
    found = [json_differences(left.get(name), right.get(name), f"{place}/{name}") for name in names]
    return [one for some in found for one in some][:5]


def addresses(service: Service) -> list[str]:
    """The places of the document where the name stands that this run's database has."""
    name = service.database.url.database
    return json_places(service.resource.document, name) if name else []


def json_places(value: Any, text: str, place: str = "#") -> list[str]:
    """The places of a JSON value where a text stands, at most a handful."""
    match value:
        case dict():
            parts = [*value.items()]
        case list():
            parts = [*enumerate(value)]
        case _:
            return [place] if text in str(value) else []
    found = [json_places(part, text, f"{place}/{name}") for name, part in parts]
    return [one for some in found for one in some][:5]


@judges("API-12")
def test_a_secured_write_needs_credentials(judge: Judge, service: Service) -> None:
    """A valid write without any credential is refused where the document puts a lock."""
    secured = [
        operation
        for operation in service.resource.operations.values()
        if operation.method != "GET" and is_locked(service.resource, operation)
    ]
    if not secured:
        judge.not_applicable("the document declares no write of the collection secured")
    target = service.row().id if service.resource.offers("create") else service.absent_id()
    asked = [
        service.request(o.role, target, body=service.body(role=o.role) or None, anonymous=True)
        for o in secured
    ]
    accepted = [exchange for exchange in asked if exchange.ok]
    judge.that(
        not accepted,
        expected="401 or 403 without credentials",
        observed="; ".join(map(str, accepted)),
        seen=accepted[0] if accepted else None,
    )


def is_locked(resource: Resource, operation: Operation) -> bool:
    """Return whether the document demands credentials; an empty alternative makes them optional."""
    named = "{" + resource.id_parameter + "}"
    paths: Mapping[str, Any] = resource.document.get("paths", {})
    entry: Mapping[str, Any] = next(
        (paths[p] for p in paths if p.replace(named, "{id}") == operation.path), {}
    )
    spoken = entry.get(operation.method.lower(), {})
    demanded = spoken.get("security", resource.document.get("security")) or []
    return bool(demanded) and all(demanded)
