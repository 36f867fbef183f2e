"""The samples are valid, differ where uniqueness may be asked for, and break what they claim."""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import jsonschema_rs
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, TypeAdapter, ValidationError

from contract_tests.generation import samples
from contract_tests.generation.samples.patterns import matching


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    pet: Literal["cat"]
    startups: int = Field(ge=0, le=9)


class Dog(BaseModel):
    pet: Literal["dog"]
    tricks: list[str] = Field(min_length=1)


class Node(BaseModel):
    title: str
    children: list["Node"] = []
    parent: "Node | None" = None


class Rich(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=50)
    code: str = Field(max_length=3)
    slug: str = Field(pattern=r"^[a-z]{2,4}-\d{3}$")
    plate: str = Field(pattern=r"^(AB|CD)\d+$")
    count: int
    rating: int = Field(ge=1, le=5)
    even: int = Field(multiple_of=2, gt=10)
    ratio: float = Field(gt=0, lt=1)
    price: Decimal
    active: bool
    colour: Colour
    kind: Literal["a", "b"]
    key: uuid.UUID
    moment: datetime
    day: date
    hour: time
    length: timedelta
    address: IPvAnyAddress
    tags: list[str] = Field(min_length=1, max_length=3)
    numbers: set[int]
    pair: tuple[int, str]
    extras: dict[str, int]
    either: int | str
    maybe: str | None
    pet: Annotated[Cat | Dog, Field(discriminator="pet")]
    node: Node
    anything: Any
    later: str = "later"
    secret: str | None = Field(default=None, json_schema_extra={"format": "password"})


ENDLESS: dict[str, Any] = {
    "components": {
        "schemas": {
            "Endless": {
                "type": "object",
                "required": ["again"],
                "properties": {"again": {"$ref": "#/components/schemas/Endless"}},
            }
        }
    }
}
DOCUMENT_30: dict[str, Any] = {
    "openapi": "3.0.3",
    "components": {
        "schemas": {
            "Animal": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"type": "string"}},
                "discriminator": {
                    "propertyName": "kind",
                    "mapping": {"feline": "#/components/schemas/Cat"},
                },
                "oneOf": [{"$ref": "#/components/schemas/Cat"}],
            },
            "Cat": {
                "allOf": [
                    {"$ref": "#/components/schemas/Animal"},
                    {
                        "type": "object",
                        "required": ["lives"],
                        "properties": {
                            "id": {"type": "integer", "readOnly": True},
                            "lives": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
                            "owner": {"type": "string", "nullable": True},
                        },
                    },
                ]
            },
            "Loop": {"$ref": "#/components/schemas/Loop"},
        }
    },
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """An OpenAPI 3.1 document with every kind of field pydantic writes."""
    app = FastAPI()

    @app.post("/rich")
    def create(body: Rich) -> None: ...

    return app.openapi()


@pytest.fixture(scope="module")
def schema() -> dict[str, str]:
    return {"$ref": "#/components/schemas/Rich"}


@pytest.fixture(scope="module")
def validator(document: dict[str, Any], schema: dict[str, str]) -> Any:
    whole = {**schema, "components": document["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True)


@pytest.mark.parametrize("complete", [False, True])
def test_samples_are_valid(
    document: dict[str, Any], schema: dict[str, str], validator: Any, *, complete: bool
) -> None:
    """Every sample satisfies its schema and the model the schema came from."""
    made = [samples.sample(schema, document, serial, complete=complete) for serial in range(60)]

    assert [error.message for body in made for error in validator.iter_errors(body)] == []
    assert len([TypeAdapter(Rich).validate_python(body) for body in made]) == 60


def test_free_texts_differ(document: dict[str, Any], schema: dict[str, str]) -> None:
    """No two samples share a text, a pattern or an identifier that may be unique."""
    made = [samples.sample(schema, document, serial) for serial in range(200)]
    unique = ("name", "code", "slug", "plate", "count", "key", "moment", "day", "maybe")
    repeated = {
        name: len({body[name] for body in made if isinstance(body, dict)}) for name in unique
    }

    assert repeated.pop("plate") >= 20
    assert repeated == dict.fromkeys(repeated, 200)


def test_the_same_serial_gives_the_same_body(
    document: dict[str, Any], schema: dict[str, str]
) -> None:
    assert samples.sample(schema, document, 7) == samples.sample(schema, document, 7)


def test_a_complete_sample_has_every_property(
    document: dict[str, Any], schema: dict[str, str]
) -> None:
    complete = samples.sample(schema, document, 1, complete=True)
    lean = samples.sample(schema, document, 1)

    assert isinstance(complete, dict)
    assert isinstance(lean, dict)
    assert complete.keys() - lean.keys() == {"later", "secret"}
    assert complete["node"]["children"][0]["children"] == []


def test_openapi_30_is_read() -> None:
    """``nullable``, boolean bounds, readOnly, mapped discriminators and circles of references."""
    cat = {"$ref": "#/components/schemas/Cat"}
    animal = {"$ref": "#/components/schemas/Animal"}
    loop = {"$ref": "#/components/schemas/Loop"}

    assert samples.sample(cat, DOCUMENT_30, 0) == {"kind": "feline", "lives": 1}
    assert samples.sample(animal, DOCUMENT_30, 3) == {"kind": "feline", "lives": 4}
    assert "id" not in samples.properties(cat, DOCUMENT_30)
    assert samples.is_nullable(samples.properties(cat, DOCUMENT_30)["owner"], DOCUMENT_30)
    assert samples.resolve(loop, DOCUMENT_30) == {}


def test_a_reference_to_nowhere_allows_anything() -> None:
    assert samples.kind({"$ref": "#/components/schemas/Gone"}, {}) == "any"
    assert samples.kind({"$ref": "other.json#/Gone"}, {}) == "any"


def test_questions_about_a_schema(document: dict[str, Any], schema: dict[str, str]) -> None:
    fields = samples.properties(schema, document)

    assert samples.text_fields(schema, document) == ("name", "code", "maybe", "later")
    assert "later" not in samples.required(schema, document)
    assert samples.kind(fields["moment"], document) == "string"
    assert samples.kind(fields["pet"], document) == "object"
    assert samples.kind(fields["anything"], document) == "any"
    assert samples.kinds(fields["either"], document) == {"integer", "string"}
    assert samples.is_nullable(fields["maybe"], document)
    assert not samples.is_nullable(fields["name"], document)


def test_different_is_another_valid_value(
    document: dict[str, Any], schema: dict[str, str], validator: Any
) -> None:
    """Changing one field at a time keeps the body valid and changes the field."""
    body = samples.sample(schema, document, 1)
    assert isinstance(body, dict)
    fields = {
        name: field
        for name, field in samples.properties(schema, document).items()
        if name not in ("anything", "later", "secret")
    }
    changed = {name: samples.different(fields[name], document, body[name], 1) for name in fields}

    assert [name for name in fields if changed[name] == body[name]] == []
    assert validator.is_valid({**body, **changed})


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^[A-Z]{3}-\d{4}$", "AAA-0007"),
        (r"^\S+@\w+\.example$", "00000000@00000007.example"),
        (r"^#[0-9a-f]{6}$", "#000007"),
        (r"^.{3,5}$", "00007"),
        (r"^x?[^a-y]$", "x7"),
        (r"^$", ""),
        (r"\$", "$"),
        ("[", None),
    ],
)
def test_plain_patterns_are_written_out(pattern: str, expected: str | None) -> None:
    """The serial is counted in the letters each place allows."""
    assert matching(pattern, 7) == expected


@pytest.mark.parametrize("pattern", [r"^(foo|bar)-\d$", r"^(?=.*[A-Z])(?=.*\d).{8,}$", r"^\Aa$"])
def test_other_patterns_are_searched(pattern: str) -> None:
    """Hypothesis knows the rest, and two searches find the same."""
    text = matching(pattern, 7)

    assert text is not None
    assert re.search(pattern, text)
    assert matching(pattern, 7) == text


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "maxLength": 2}, "7"),
        ({"type": "string", "maxLength": 0}, ""),
        ({"type": "string", "minLength": 9}, "xxsample7"),
        ({"type": "string", "format": "password", "maxLength": 8}, "sample7"),
        ({"type": "string", "pattern": "^[a-z]+$", "minLength": 10, "maxLength": 12}, "aaaaaaaaah"),
        ({"type": "string", "pattern": "["}, "sample7"),
        ({"type": "string", "contentEncoding": "base64"}, "c2FtcGxlIDc="),
        ({"type": "integer", "maximum": -5}, -12),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 2}, 1),
        ({"type": "integer", "minimum": 2, "exclusiveMinimum": 0}, 9),
        ({"type": "number", "minimum": 2.5, "maximum": 2.5}, 2.5),
        ({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 1.5}, 1.04),
        ({"type": "number", "multipleOf": 0.25, "minimum": 1}, 2.75),
        ({"type": "array", "minItems": 2, "items": {"type": "integer"}}, [8, 9]),
        ({"type": "object", "minProperties": 1}, {"key0": "key07"}),
        ({"type": "null"}, None),
        ({"properties": {}, "required": ["a"]}, {"a": "a7"}),
        ({"minimum": 1}, 4.5),
        ({"examples": ["seen"]}, "seen"),
        ({"default": 5}, 5),
        ({"enum": [None, 3]}, 3),
    ],
)
def test_bounds_and_spellings(schema: object, expected: object) -> None:
    """Lengths and limits hold in every spelling, and the serial shows where there is room."""
    assert samples.sample(schema, {}, 7) == expected


def test_a_schema_that_never_ends_gets_an_attempt() -> None:
    """No valid value exists, so the sample stops somewhere instead of failing."""
    made = samples.sample({"$ref": "#/components/schemas/Endless"}, ENDLESS, 1)

    assert str(made).startswith("{'again': {'again': ")


def test_a_constant_has_no_second_value() -> None:
    with pytest.raises(ValueError, match="the schema allows only 'a'"):
        samples.different({"const": "a"}, {}, "a", 1)
    assert samples.different({"enum": ["a", None]}, {}, "a", 1) is None


def _accepted(document: dict[str, Any], schema: dict[str, str]) -> Iterator[str]:
    for breach in samples.breaches(schema, document):
        try:
            Rich.model_validate(breach.body)
        except ValidationError as error:
            if error.error_count() != 1 and not breach.name.startswith("either"):
                yield f"{breach.name} breaks more than one thing"
        else:
            yield f"{breach.name} is accepted"


def test_each_breach_breaks_exactly_one_thing(
    document: dict[str, Any], schema: dict[str, str], validator: Any
) -> None:
    """The schema and lax pydantic both refuse every row, and for one reason."""
    names = [breach.name for breach in samples.breaches(schema, document)]

    assert len(names) > 80
    assert len(set(names)) == len(names)
    assert list(_accepted(document, schema)) == []
    assert not any(validator.is_valid(row.body) for row in samples.breaches(schema, document))


def test_breaches_are_named_for_a_reader(document: dict[str, Any], schema: dict[str, str]) -> None:
    names = [breach.name for breach in samples.breaches(schema, document)]
    expected = {
        "name: missing",
        "name: too long",
        "name: too short",
        "name: null",
        "count: not a number",
        "rating: above maximum",
        "ratio: below minimum",
        "colour: not in enum",
        "key: not a uuid",
        "tags: too few",
        "tags: too many",
        "a property never declared",
        "body: a list",
        "body: null",
    }

    assert expected <= set(names)
    assert not {"maybe: null", "anything: wrong type", "later: missing"} & set(names)


def test_importing_the_samples_imports_nothing_heavy() -> None:
    """Samples, hostile rows and the fuzzing records are free until something is generated."""
    program = (
        "import sys, contract_tests.generation.samples, contract_tests.scenarios.fuzzing;"
        "print({'hypothesis', 'schemathesis', 'jsonschema_rs', 'requests'} & sys.modules.keys())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert ran.stdout == b"set()\n"


def test_a_list_has_no_breaches() -> None:
    assert samples.breaches({"type": "array"}, {}) == ()


@pytest.mark.parametrize(
    ("pattern", "many"),
    [
        ("^[A-Za-z0-9-]+$", 400),
        ("^(GB|de)[a-zA-Z0-9]{4}$", 400),
        (r"^[a-z0-9][a-z0-9_-]*\Z", 400),
        (r"\A(?:[A-Z]{2}-){2}\d+\z", 400),
        (r"^(?P<kind>a|b)(-[0-9a-f]{2}){3}$", 400),
        (r"^(?=.*[A-Z])(?=.*\d).{8,}$", 80),
    ],
)
def test_matching_texts_differ_by_more_than_their_case(pattern: str, many: int) -> None:
    """To the usual collations of MariaDB two codes that differ in their case are one."""
    texts = [matching(pattern, serial) for serial in range(many)]
    assert len({str(text).lower() for text in texts}) == len(texts)
