"""What is drawn for the schemas of real frameworks is valid, or wrong in the way it says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from contract_tests.generation import samples
from contract_tests.generation import strategies as payloads
from contract_tests.generation.by_schemathesis import body_strategy
from contract_tests.generation.hostile import hostile_battery
from contract_tests.generation.samples.formats import with_formats
from contract_tests.generation.strategies.converting import Converter
from contract_tests.generation.strategies.decimals import decimal_texts
from proofs.payload_documents import (
    DESCRIBED,
    MSGSPEC,
    PYDANTIC,
    SPRINGDOC,
    Described,
    Order,
    Parcel,
)
from proofs.test_payloads import first_of

DEFINITIONS: dict[str, Any] = {
    "Word": {"type": "string", "maxLength": 5},
    "Node": {
        "type": "object",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {
            "value": {"type": "integer"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            "parent": {"allOf": [{"$ref": "#/$defs/Node"}], "description": "or nobody"},
        },
    },
    "Sum": {
        "oneOf": [
            {"type": "integer"},
            {
                "type": "object",
                "required": ["left", "right"],
                "properties": {"left": {"$ref": "#/$defs/Sum"}, "right": {"$ref": "#/$defs/Sum"}},
            },
        ]
    },
}
ALONE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "keywords", "version": "1"},
    "paths": {},
    "$defs": DEFINITIONS,
}
MANY_DIGITS = r"^(?!^[-+.]*$)[+-]?0*(?:\d{0,30}|(?=[\d.]{1,33}0*$)\d{0,30}\.\d{0,2}0*$)"
MONEY = r"^(?!^[-+.]*$)[+-]?0*(?:\d{0,8}|(?=[\d.]{1,11}0*$)\d{0,8}\.\d{0,2}0*$)"
WHOLE, TEXT = {"type": "integer"}, {"type": "string"}
READ: dict[str, Any] = {
    "a reference with siblings": {"$ref": "#/$defs/Word", "minLength": 3},
    "parts merged": {
        "allOf": [
            {"type": "object", "properties": {"a": {"multipleOf": 4}}, "required": ["a"]},
            {"properties": {"a": {"type": "integer", "multipleOf": 6}, "b": TEXT}},
        ]
    },
    "alternatives that overlap": {"oneOf": [WHOLE, {"type": "number", "minimum": 0}]},
    "alternatives by their fields": {
        "oneOf": [
            {"type": "object", "required": ["a"], "properties": {"a": WHOLE}},
            {"type": "object", "required": ["b"], "properties": {"b": WHOLE}},
        ]
    },
    "alternatives beside a length": {"minLength": 2, "anyOf": [TEXT, WHOLE]},
    "several types": {"type": ["string", "integer", "null"], "minLength": 1},
    "listed values of every type": {"enum": [1, "a", None, True]},
    "listed values, some refused": {"type": "string", "enum": ["a", None, 1]},
    "hundredths": {"type": "number", "multipleOf": 0.01, "minimum": 0.5, "maximum": 10},
    "an open interval": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "money": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": MONEY}]},
    "a map": {"type": "object", "additionalProperties": WHOLE, "maxProperties": 2},
    "a map of patterns": {
        "type": "object",
        "patternProperties": {"^[a-z]+$": WHOLE},
        "additionalProperties": False,
    },
    "a map with names": {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z]{2}$"},
        "additionalProperties": WHOLE,
        "minProperties": 1,
        "maxProperties": 3,
    },
    "a map by identifier": {
        "type": "object",
        "propertyNames": {"format": "uuid"},
        "additionalProperties": WHOLE,
    },
    "a free object": {"type": "object", "minProperties": 1},
    "a pair": {"type": "array", "prefixItems": [WHOLE, TEXT], "minItems": 2, "maxItems": 2},
    "a pair and more": {"type": "array", "prefixItems": [WHOLE], "items": TEXT, "minItems": 3},
    "a pair and no more": {"type": "array", "prefixItems": [WHOLE], "items": False},
    "one of them": {
        "type": "array",
        "items": WHOLE,
        "contains": {"minimum": 5},
        "maxContains": 2,
        "maxItems": 4,
    },
    "no doubles": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 4},
        "uniqueItems": True,
        "minItems": 2,
    },
    "at least one": {
        "type": "object",
        "properties": {"a": WHOLE, "b": WHOLE},
        "minProperties": 1,
        "additionalProperties": False,
    },
    "at most one": {
        "type": "object",
        "properties": {"a": WHOLE, "b": WHOLE},
        "maxProperties": 1,
    },
    "one needs the other": {
        "type": "object",
        "properties": {"card": TEXT, "address": TEXT, "town": WHOLE},
        "dependentRequired": {"card": ["address"], "address": ["town"]},
    },
    "a required one needs the other": {
        "type": "object",
        "required": ["card"],
        "properties": {"card": TEXT, "address": TEXT},
        "dependentRequired": {"card": ["address"]},
    },
    "a property undeclared": {"type": "object", "required": ["a"], "additionalProperties": WHOLE},
    "anything": True,
    "no such property": {"type": "object", "properties": {"a": False, "b": True}},
    "anything but": {"type": "string", "not": {"const": "null"}},
    "a tree": {"$ref": "#/$defs/Node"},
    "a tree in parts": {"allOf": [{"$ref": "#/$defs/Node"}], "title": "Root"},
    "a tree of alternatives": {"$ref": "#/$defs/Sum"},
    "a code": {"type": "string", "pattern": r"^[A-Z]{3}-\d{4}$"},
    "a telephone": {"type": "string", "pattern": r"^\+?[1-9]\d{1,14}$"},
    "no white space": {"type": "string", "pattern": r"^\S+$", "maxLength": 10},
    "any letters": {"type": "string", "pattern": r"^.{1,5}$"},
    "a password": {"type": "string", "pattern": r"^(?=.*[A-Z])(?=.*\d).{8,20}$"},
    "base64": {"type": "string", "contentEncoding": "base64"},
    **{
        name: {"type": "string", "format": name}
        for name in (
            "email",
            "uri",
            "uuid",
            "date",
            "date-time",
            "time",
            "duration",
            "ipv4",
            "ipv6",
            "byte",
            "binary",
            "decimal",
            "hostname",
            "json-pointer",
            "unheard-of",
        )
    },
    **{name: {"type": "integer", "format": name} for name in ("int32", "int64")},
    **{name: {"type": "number", "format": name} for name in ("float", "double")},
}
LEFT: dict[str, Any] = {
    "two patterns": {"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "z$"}]},
    "one part and its consequence": {
        "type": "object",
        "properties": {"k": {"type": "boolean"}},
        "if": {"properties": {"k": {"const": True}}},
        "then": {"required": ["k"]},
    },
    "letters of any script": {"type": "string", "pattern": r"^\p{L}+$"},
    "both kinds of alternatives": {"anyOf": [WHOLE, TEXT], "oneOf": [TEXT, {"type": "null"}]},
}


def wrong(schema: Any, values: list[Any], document: Mapping[str, Any] = ALONE) -> list[Any]:
    """The values that the schema refuses, by a validator that is not ours."""
    names = {key: document[key] for key in ("$defs", "components") if key in document}
    validator = jsonschema_rs.validator_for({"allOf": [schema], **names}, validate_formats=True)
    return [value for value in values if not validator.is_valid(value)]


@pytest.mark.parametrize("name", READ)
def test_a_keyword_is_read(name: str) -> None:
    """Without the help of Schemathesis, and rightly."""
    schema = READ[name]
    made = first_of(payloads.valid_bodies(schema, ALONE), 30)

    assert not Converter(ALONE).convert(schema).is_empty
    assert made
    assert wrong(schema, made) == []


def test_a_decimal_of_many_digits_stays_within_its_bound() -> None:
    """The largest one has 29 digits, more than the usual context of decimals keeps."""
    most = 10**29 - 1
    made = first_of(decimal_texts(MANY_DIGITS, {"maximum": most}), 30)

    assert max(map(Fraction, made)) == most


def test_a_decimal_written_as_text_is_a_multiple_too() -> None:
    """The step is told of the number beside it alone."""
    schema = {"anyOf": [{"type": "number", "multipleOf": 0.25}, {"type": "string"}]}
    made = first_of(payloads.valid_bodies(schema, ALONE), 30)

    assert [str(one) for one in made if Fraction(str(one)) % Fraction("0.25")] == []


@pytest.mark.parametrize("name", LEFT)
def test_another_keyword_is_left_to_schemathesis(name: str) -> None:
    """It is never passed over: the converter refuses the schema, and the bodies are valid."""
    with pytest.raises(payloads.UnreadSchemaError, match="not read: "):
        Converter(ALONE).convert(LEFT[name])

    assert wrong(LEFT[name], first_of(payloads.valid_bodies(LEFT[name], ALONE), 10)) == []


@pytest.mark.parametrize("described", [PYDANTIC, MSGSPEC], ids=str)
def test_bodies_of_a_framework_are_valid(described: Described) -> None:
    """For the schema, by a validator of its own, and for the model it was written for."""
    bodies = first_of(payloads.valid_bodies(described.schema, described.document), 60)

    assert wrong(described.schema, bodies, described.document) == []
    if described is PYDANTIC:
        assert len([Order.model_validate(body) for body in bodies]) == 60
    else:
        assert len([msgspec.json.decode(json.dumps(body), type=Parcel) for body in bodies]) == 60


def test_bodies_of_springdoc_are_valid() -> None:
    """OpenAPI 3.0: nullable, boolean bounds, a parent that lists its children, readOnly."""
    bodies = first_of(payloads.valid_bodies(SPRINGDOC.schema, SPRINGDOC.document), 300)
    animals = {body["animal"]["type"] for body in bodies if "animal" in body}

    assert {body["pet"]["type"] for body in bodies} | animals == {"cat", "dog"}
    assert all(body["price"] > 0 and body.get("count", 0) < 100 for body in bodies)
    assert {"NEW", None} <= {body.get("state") for body in bodies}
    assert not any("id" in body for body in bodies)
    assert any("parent" in (body.get("folder") or {}) for body in bodies)


@pytest.mark.parametrize("described", DESCRIBED, ids=str)
def test_invalid_bodies_are_invalid(described: Described) -> None:
    """Each for the validator, and each with words for what is wrong."""
    check = payloads.validity(described.schema, described.document)
    made = first_of(payloads.invalid_bodies(described.schema, described.document), 60)

    assert check is not None
    assert [row.name for row in made if check(row.body)] == []
    assert all(re.fullmatch(r"[^:]+: .+|a property never declared", row.name) for row in made)


def test_no_model_takes_an_invalid_body() -> None:
    """Not even by reading it leniently."""
    made = first_of(payloads.invalid_bodies(PYDANTIC.schema, PYDANTIC.document), 60)

    for row in made:
        with pytest.raises(ValueError, match="validation error"):
            Order.model_validate(row.body)


def test_hostile_bodies_are_the_rows_of_the_battery() -> None:
    """Whatever Hypothesis chooses, it has one of the known names and is bytes."""
    made = first_of(payloads.hostile_bodies(PYDANTIC.schema, PYDANTIC.document), 200)
    known = {row.name for row in hostile_battery("name", {})}

    assert {row.name for row in made} <= known
    assert len({row.name for row in made}) > len(known) // 2


@pytest.mark.parametrize("described", DESCRIBED, ids=str)
def test_every_edge_is_valid(described: Described) -> None:
    """In a body that is otherwise plain."""
    schema, document = described.schema, described.document
    plain = samples.sample(schema, document, 1, complete=True)
    check = payloads.validity(schema, document)
    rows = samples.edges(schema, document)

    assert isinstance(plain, dict)
    assert check is not None
    assert len(rows) > 20
    assert [row.name for row in rows if not check({**plain, row.field: row.value})] == []
    assert rows == samples.edges(schema, document)


def test_edges_are_at_the_limits() -> None:
    """Both lengths, both bounds, every listed value, every alternative, a deep tree."""
    rows = {row.name: row.value for row in samples.edges(PYDANTIC.schema, PYDANTIC.document)}

    assert len(str(rows["title: longest"])) == 255
    assert len(str(rows["title: shortest"])) == 1
    assert (rows["number: lowest"], rows["number: highest"]) == (1, 2**31 - 1)
    assert (rows["step: lowest"], rows["step: highest"]) == (0, 10)
    assert {"colour: 'red'", "colour: 'blue'", "size: 'L'", "note: null"} <= rows.keys()
    assert {"payment.account: shortest", "payment.account: longest"} <= rows.keys()
    assert str(rows["tags: longest"]).count("sample") == 5
    assert str(rows["tree: children 5 deep"]).count("children") == 4


def test_a_told_format_is_drawn_and_sampled() -> None:
    """What `--contract-format` says holds for samples, breaches and strategies of both kinds."""
    schema = {
        "type": "object",
        "required": ["plate"],
        "properties": {"plate": {"type": "string", "format": "plate"}},
    }
    document = with_formats(ALONE, {"plate": r"[A-Z]{2}\d{3}"})
    own = first_of(payloads.valid_bodies(schema, document), 20)
    theirs = first_of(body_strategy(schema, document), 20)
    made = [samples.sample(schema, document, serial) for serial in range(3)]

    assert made == [{"plate": f"AA00{serial}"} for serial in range(3)]
    for body in own + theirs:
        assert re.fullmatch(r"[A-Z]{2}\d{3}", body["plate"])
    assert "plate: not a plate" in [row.name for row in samples.breaches(schema, document)]
