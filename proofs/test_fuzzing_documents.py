"""A document's own faults are named before any request, and leniency is told from neglect."""

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Path
from pydantic import BaseModel, Field

from contract_tests.scenarios import fuzzing
from contract_tests.scenarios.fuzzing.lenience import is_lax


class ItemIn(BaseModel):
    name: str = Field(min_length=1)


def described() -> dict[str, Any]:
    """A fresh, valid document of a small service."""
    app = FastAPI()

    @app.get("/items")
    async def listed() -> list[ItemIn]:
        return []

    @app.post("/items")
    async def create(body: ItemIn) -> ItemIn:
        return body

    @app.get("/items/{item_id}")
    async def read(item_id: Annotated[int, Path(ge=1)]) -> int:
        return item_id

    return app.openapi()


def test_a_valid_document_has_no_problems() -> None:
    assert fuzzing.document_problems(described()) == ()


@pytest.mark.parametrize(("address", "is_valid"), [("token", True), ("../a token", False)])
def test_an_address_may_be_relative(address: str, *, is_valid: bool) -> None:
    """The URL of a token may be relative, as all of OpenAPI's; a blank has no place in it."""
    flow = {"tokenUrl": address, "scopes": {}}
    scheme = {"type": "oauth2", "flows": {"password": flow}}
    document = described()
    document["components"]["securitySchemes"] = {"password": scheme}
    assert is_valid == (not fuzzing.document_problems(document))


def test_each_problem_of_a_document_is_named() -> None:
    """Version, structure, references, operation ids, path parameters, examples."""
    document = described()
    paths, item = document["paths"], document["components"]["schemas"]["ItemIn"]
    paths["/items"]["post"]["operationId"] = paths["/items"]["get"]["operationId"]
    paths["/items/{item_id}"]["get"]["parameters"] = []
    item["properties"]["name"]["examples"] = ["", "fine"]
    problems = "\n".join(fuzzing.document_problems(document))

    assert "operationId 'listed_items_get' is used 2 times" in problems
    assert "GET /items/{item_id}: the path parameter 'item_id' is not declared" in problems
    assert "#/components/schemas/ItemIn/properties/name: an example is not valid" in problems

    item["properties"]["name"] = {"$ref": "#/components/schemas/Gone"}
    del document["info"]
    problems = "\n".join(fuzzing.document_problems(document))

    assert '"info" is a required property' in problems
    assert "properties/name: #/components/schemas/Gone leads nowhere" in problems
    assert fuzzing.document_problems({"swagger": "2.0"}) == (
        "openapi: 'None' is not a version of OpenAPI 3",
    )


def test_examples_of_openapi_30_are_read_by_its_own_rules() -> None:
    """``nullable`` lets null through, and a bound may be open; a surplus parameter is named."""
    schemas = {
        "Size": {"type": "integer", "nullable": True, "example": None},
        "Rate": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "example": 0},
        "Odd": {"type": "string", "pattern": "[", "example": "a"},
    }
    listing = {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}],
        "responses": {"200": {"description": "fine"}},
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": "old", "version": "1"},
        "paths": {"/sizes": {"get": listing}},
        "components": {"schemas": schemas},
    }

    structure, parameter, example = fuzzing.document_problems(document)

    assert structure.startswith("#/components/schemas/Odd: ")
    assert parameter == "GET /sizes: the declared path parameter 'id' is not in the path"
    assert example.startswith("#/components/schemas/Rate: an example is not valid: ")


@pytest.mark.parametrize(
    ("schema", "value", "lax"),
    [
        ({"type": "integer"}, False, True),
        ({"type": "integer"}, "12", True),
        ({"type": "integer"}, 1.5, False),
        ({"type": "integer", "maximum": 9}, "12", False),
        ({"type": "boolean"}, 0, True),
        ({"type": "boolean"}, "maybe", False),
        ({"type": "string", "format": "date-time"}, 0, True),
        ({"type": "string", "format": "ipv4"}, 0, True),
        ({"type": "string", "format": "date"}, "never", False),
        ({"type": "string", "maxLength": 2}, "abc", False),
        ({"type": "string", "pattern": r"^a+\Z"}, "aa", True),
        ({"type": "string", "pattern": r"^a+\Z"}, "ab", False),
        ({"type": "string", "pattern": "("}, "ab", True),
        ({"type": "string", "minLength": "one"}, "ab", True),
        ({"type": "string"}, 7, False),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, True, True),
        ({"type": "object", "required": ["a"]}, {"b": 1}, False),
        ({"type": "object", "additionalProperties": False}, {"b": 1}, True),
        ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, [1, 1], True),
        ({"enum": ["a", "b"]}, "c", False),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, "0", False),
        ({"type": "null"}, 0, False),
        ({}, object(), True),
    ],
)
def test_leniency_is_told_from_neglect(schema: object, value: object, *, lax: bool) -> None:
    assert is_lax(schema, value, {}) is lax
