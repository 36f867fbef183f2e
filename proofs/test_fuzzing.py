"""Cards find seeded defects, spare a correct service, and are the same in every process."""

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import APIKeyHeader, HTTPBearer

from contract_tests.generation.hostile import HOSTILE_TEXTS, HostileBody, hostile_battery
from contract_tests.instruments.exchange import Request
from contract_tests.scenarios.fuzzing import (
    Answer,
    curl,
    without_headers,
)
from contract_tests.scenarios.fuzzing.findings import suppression_of
from proofs.fuzzed_service import (
    Defects,
    Found,
    ItemIn,
    ItemOut,
    Wire,
    explore,
    explored,
    results,
    service,
)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


class FailsOnLongestName(Defects):
    def look_at(self, body: ItemIn) -> None:
        if len(body.name) == 255:
            raise RuntimeError("the column is one character short")


class ShowsIdsAsText(Defects):
    def shown(self, item: ItemOut) -> object:
        return {**item.model_dump(), "id": str(item.id)}


class AnswersGone(Defects):
    def missing(self) -> HTTPException:
        return HTTPException(410)


class RefusesValid(Defects):
    def look_at(self, body: ItemIn) -> None:
        if body.description is None:
            raise HTTPException(422, [])


def test_a_correct_service_raises_no_alarm_but_habits(loop: asyncio.AbstractEventLoop) -> None:
    """Everything declared, everything kept: only the router's Allow header is remarked."""
    found = explored(service(), loop)

    assert results(found) == set()
    assert {failure.check for failure in found.failures} <= {
        "allow_header_conformance",
        "negative_data_rejection",
    }
    assert min(found.cases.values()) >= 20
    assert len(found.cases) == 5


@pytest.mark.parametrize(
    ("defects", "failure"),
    [
        (FailsOnLongestName(), ("not_a_server_error", "POST /items", 500)),
        (ShowsIdsAsText(), ("response_schema_conformance", "GET /items/{item_id}", 200)),
        (AnswersGone(), ("status_code_conformance", "GET /items/{item_id}", 410)),
        (RefusesValid(), ("positive_data_acceptance", "POST /items", 422)),
    ],
    ids=["server error", "wrong shape", "undeclared status", "valid refused"],
)
def test_a_seeded_defect_is_found(
    defects: Defects, failure: tuple[str, str, int], loop: asyncio.AbstractEventLoop
) -> None:
    found = explored(service(defects), loop)

    assert failure in results(found)
    assert {operation for _, operation, _ in results(found)} == {failure[1]}


def test_a_document_stricter_than_the_service_is_found(loop: asyncio.AbstractEventLoop) -> None:
    """A limit the document declares but the service ignores is not leniency about types."""
    app = service()
    document = app.openapi()
    document["components"]["schemas"]["ItemIn"]["properties"]["name"]["maxLength"] = 10
    found = explore(document, Wire(loop, app), seed=1, known={"item_id": 7})

    assert ("negative_data_rejection", "POST /items", 201) in results(found)
    assert ("negative_data_rejection", "PUT /items/{item_id}", 200) in results(found)


def test_the_same_seed_sends_the_same_requests(loop: asyncio.AbstractEventLoop) -> None:
    first, second = (Wire(loop, service()) for _ in range(2))
    for wire in (first, second):
        explore(wire.app.openapi(), wire, seed=3, examples=5)

    assert first.sent == second.sent
    assert len(first.sent) > 100


def test_known_rows_are_reached(loop: asyncio.AbstractEventLoop) -> None:
    """With a known id the operations on one item succeed, and absent items are met as well."""
    wire = Wire(loop, service())
    explore(wire.app.openapi(), wire, seed=1, examples=3, known={"item_id": 7})
    answers = {(request.method, status) for request, status in wire.sent}

    assert {("GET", 200), ("PUT", 200), ("DELETE", 204), ("DELETE", 404)} <= answers


def test_headers_of_the_caller_are_sent_but_masked(loop: asyncio.AbstractEventLoop) -> None:
    wire = Wire(loop, service(FailsOnLongestName()))
    headers = {"Authorization": "Bearer secret"}
    found = explore(wire.app.openapi(), wire, seed=1, examples=1, headers=headers)

    assert all(("Authorization", "Bearer secret") in request.headers for request, _ in wire.sent)
    shown = [curl(failure.request, headers) for failure in found.failures]
    assert shown
    assert not any("secret" in line for line in shown)


def test_what_send_raises_is_not_swallowed() -> None:
    async def broken(_request: Request) -> Answer:
        raise ConnectionError("the service is gone")

    with pytest.raises(ConnectionError, match="the service is gone"):
        explore(service().openapi(), broken, seed=1)


def test_operations_that_cannot_be_explored_count_no_case(
    loop: asyncio.AbstractEventLoop,
) -> None:
    """A dangling reference or an impossible body is no error, and hides nothing else."""
    app = service()
    document = app.openapi()
    gone = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Gone"}}}}
    answers = {"200": {"description": "fine"}}
    document["paths"]["/gone"] = {"post": {"requestBody": gone, "responses": answers}}
    document["paths"]["/lost"] = {"$ref": "#/components/pathItems/Lost"}
    found = explore(document, Wire(loop, app), seed=1, examples=1)

    assert found.cases["POST /gone"] == 0
    assert found.cases["POST /items"] > 20


def test_an_operation_without_inputs_is_explored(loop: asyncio.AbstractEventLoop) -> None:
    """No invalid request exists for it; the valid ones are sent."""
    app = FastAPI()

    @app.get("/ping")
    async def ping() -> str:
        return "pong"

    found = explore(app.openapi(), Wire(loop, app), seed=1)

    assert found.cases["GET /ping"] >= 1
    assert results(found) == set()


def test_a_required_header_of_the_caller_is_never_tested_away(
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Cases about a header the caller sends anyway would be judged wrongly."""
    app = FastAPI()

    @app.get("/mine")
    async def mine(x_tenant: Annotated[str, Header(min_length=3)]) -> str:
        return x_tenant

    wire = Wire(loop, app)
    found = explore(app.openapi(), wire, seed=1, headers={"X-Tenant": "acme"})

    assert results(found) == set()
    assert ("GET", 200) in {(request.method, status) for request, status in wire.sent}


def test_nobody_asks_for_a_header_that_is_sent_anyway() -> None:
    """Neither a parameter nor a lock of the document is left that the caller's headers satisfy."""
    app = FastAPI()

    @app.get("/mine", dependencies=[Depends(HTTPBearer()), Depends(APIKeyHeader(name="X-Key"))])
    async def mine(x_tenant: Annotated[str, Header()], page: int = 1) -> str:
        return x_tenant

    document = app.openapi()
    before = json.dumps(document)
    operation = without_headers(document, ["authorization", "X-TENANT"])["paths"]["/mine"]["get"]

    assert [each["name"] for each in operation["parameters"]] == ["page"]
    assert operation["security"] == [{}, {"APIKeyHeader": []}]
    assert json.dumps(document) == before


@pytest.mark.parametrize(
    ("status", "body", "suppression"),
    [
        (307, b"", "habit"),
        (401, b"", "habit"),
        (400, b"parsing the body", "habit"),
        (409, b"", ""),
    ],
)
def test_statuses_of_the_framework_are_excused(status: int, body: bytes, suppression: str) -> None:
    """Redirects, refused credentials and unreadable bodies are seldom declared by anyone."""
    document = {**service().openapi(), "security": [{"key": []}]}
    answer = Answer(status, (("content-type", "application/json"),), body)

    async def same(_request: Request) -> Answer:
        return answer

    found = explore(document, same, seed=1, examples=1)
    failures = [each for each in found.failures if each.check == "status_code_conformance"]

    assert {each.card.operation for each in failures} >= {"GET /items"}
    assert {each.suppression for each in failures} == {suppression}


def test_a_server_error_for_a_content_type_is_reported() -> None:
    """Found without the comparison that would send a request behind the caller's back."""

    async def answer(request: Request) -> Answer:
        kind = dict(request.headers).get("Content-Type", "")
        status = 500 if "multipart" in kind else 405
        return Answer(status, (("Content-Type", "text/plain"), ("Allow", "GET")), b"")

    found = explore(service().openapi(), answer, seed=1, examples=1)

    assert ("not_a_server_error", "POST /items", 500) in results(found)


def test_curl_repeats_any_body() -> None:
    """Bytes are spelled for the shell, lengths are left to curl, secrets are hidden."""
    headers = (("X-Key", "hidden"), ("Content-Length", "3"))
    request = Request("PUT", "/a?b=1&c", headers, b"\x00'\xff")

    assert curl(request, masked=["x-key"]) == (
        "curl -X PUT -H 'X-Key: ***' --data-binary $'\\x00\\x27\\xff' 'http://localhost:8000/a?b=1&c'"
    )


def test_a_document_that_is_none_has_no_cases() -> None:
    async def unreached(_request: Request) -> Answer:
        raise AssertionError("nothing to send")

    assert explore({"openapi": "1.0"}, unreached, seed=1) == Found({}, ())


def test_only_framework_rows_break_a_stock_framework(loop: asyncio.AbstractEventLoop) -> None:
    """A server error for a row marked ``service`` is the service's own; these have none."""
    wire, kind = Wire(loop, service()), (("Content-Type", "application/json"),)
    texts = [json.dumps({"name": row.text}).encode() for row in HOSTILE_TEXTS]
    bodies = hostile_battery("name", {"name": "a"})
    answers = {row: wire.now(_raw(row)).status for row in bodies}
    failed = {row.fault for row, status in answers.items() if status >= 500}

    assert failed == {"framework"}
    assert {wire.now(Request("POST", "/items", kind, text)).status for text in texts} == {201, 422}


def _raw(row: HostileBody) -> Request:
    return Request("POST", "/items", (("Content-Type", row.content_type),), row.payload)


@pytest.mark.parametrize(("value", "expected"), [("%0A", "habit"), ("\n", "habit"), ("1", "")])
def test_a_newline_for_an_id_asks_for_the_collection(value: str, expected: str) -> None:
    """What the collection answered is held against nobody; a failure always is."""
    case, answer = SimpleNamespace(path_parameters={"item_id": value}), Answer(200, (), b"[]")
    assert suppression_of("response_schema_conformance", case, answer, {}) == expected
    assert suppression_of("not_a_server_error", case, answer, {}) == ""
