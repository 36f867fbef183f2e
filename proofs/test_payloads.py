"""Drawn bodies are valid and reach the boundaries; hostile ones are what their names say."""

import json
from typing import Annotated, Any, Literal

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.json_schema import models_json_schema

from contract_tests.generation import strategies as payloads
from contract_tests.generation.determinism import deterministic
from contract_tests.generation.hostile import HOSTILE_TEXTS, hostile_battery
from contract_tests.generation.samples import Schema


class Circle(BaseModel):
    shape: Literal["circle"]
    radius: float = Field(gt=0, le=10)


class Square(BaseModel):
    shape: Literal["square"]
    side: int = Field(ge=-5, lt=5)


class Node(BaseModel):
    title: str
    children: list["Node"] = []


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=255)
    code: str = Field(pattern="^[a-z]{3}$")
    note: str | None = None
    size: Literal["S", "M"]
    even: int = Field(multiple_of=2)
    active: bool
    tags: set[str] = Field(max_length=4)
    counts: dict[str, int]
    shape: Annotated[Circle | Square, Field(discriminator="shape")]
    node: Node
    mail: str = Field(json_schema_extra={"format": "email"})
    moment: str = Field(json_schema_extra={"format": "date-time"})


_, DEFINITIONS = models_json_schema(
    [(Body, "validation")], ref_template="#/components/schemas/{model}"
)
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "bodies", "version": "1"},
    "components": {"schemas": DEFINITIONS["$defs"]},
}
BODY: Schema = {"$ref": "#/components/schemas/Body"}


def drawn(schema: object, count: int = 100) -> list[Any]:
    """The first values of a schema's strategy, the same ones every time."""
    return first_of(payloads.valid_bodies(schema, DOCUMENT), count)


def first_of(strategy: SearchStrategy[Any], count: int) -> list[Any]:
    """What a strategy draws first."""
    found: list[Any] = []

    @seed(1)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: object) -> None:
        found.append(value)

    # Without it, what is drawn would depend on the modules that other proofs have loaded.
    with deterministic():
        collect()
    return found


def refused(schema: Schema, bodies: list[Any]) -> list[str]:
    whole = {**schema, "components": DOCUMENT["components"]}
    validator = jsonschema_rs.validator_for(whole, validate_formats=True)
    return [error.message for body in bodies for error in validator.iter_errors(body)]


def test_every_drawn_body_is_valid() -> None:
    """The schema and the model accept every one of them."""
    bodies = drawn(BODY, 200)

    assert len(bodies) == 200
    assert refused(BODY, bodies) == []
    assert len([TypeAdapter(Body).validate_python(body) for body in bodies]) == 200


def test_no_drawn_body_has_nul_or_surrogates() -> None:
    spelled = "".join(json.dumps(body, ensure_ascii=False) for body in drawn(BODY))

    assert "\\u0000" not in spelled
    assert spelled.encode("utf-8")


def test_the_longest_text_is_drawn() -> None:
    """A defect at exactly the longest length is met within a few dozen bodies."""
    lengths = {len(body["name"]) for body in drawn(BODY, 300)}

    assert {2, 255} <= lengths


def test_a_found_body_shrinks_to_the_least() -> None:
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    least = find(
        payloads.valid_bodies(schema, DOCUMENT),
        lambda body: body["n"] > 50,
        settings=settings(database=None, derandomize=True),
    )

    assert least == {"n": 51}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True, "maximum": 5}, [4, 5]),
        ({"type": "integer", "exclusiveMinimum": 3, "maximum": 4}, [4]),
        ({"type": "boolean", "nullable": True}, [False, None, True]),
        ({"type": ["boolean", "null"]}, [False, None, True]),
        ({"oneOf": [{"type": "null"}, {"const": 1}]}, [1, None]),
        ({"type": "number", "multipleOf": 2, "minimum": 1, "maximum": 5}, [2.0, 4.0]),
        ({"type": "array", "items": {"const": 1}, "uniqueItems": True}, [[], [1]]),
        ({"type": "object", "properties": {"a": {"readOnly": True}}}, [{}]),
    ],
)
def test_other_spellings_are_read(schema: Schema, expected: list[Any]) -> None:
    """What OpenAPI 3.0 and hand-written documents say is understood, too."""
    seen = {json.dumps(value) for value in drawn(schema, 40)}

    assert seen == {json.dumps(value) for value in expected}


def test_hostile_texts_are_legal_json() -> None:
    """Each has its own name and survives JSON and UTF-8 unchanged."""
    names = [row.name for row in HOSTILE_TEXTS]
    sent = [json.dumps(row.text).encode() for row in HOSTILE_TEXTS]

    assert len(set(names)) == len(names)
    assert [json.loads(raw) for raw in sent] == [row.text for row in HOSTILE_TEXTS]


def test_hostile_bodies_carry_the_value_in_their_field() -> None:
    rows = {row.name: row for row in hostile_battery("name", {"name": "a", "size": 1})}

    assert rows["NaN"].payload == b'{"name": NaN, "size": 1}'
    assert rows["lone surrogate, escaped"].payload == b'{"name": "\\ud800", "size": 1}'
    assert rows["duplicate keys"].payload == b'{"name": "a", "name": "a", "size": 1}'
    assert rows["truncated JSON"].payload == b'{"name": "a", "size": 1'
    assert rows["JSON sent as plain text"].content_type == "text/plain"
    assert rows["NaN"].fault == "framework"
    assert rows["truncated JSON"].fault == "service"
