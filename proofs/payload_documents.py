"""Documents as pydantic, msgspec and springdoc write them, each with one rich schema."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema


@dataclass(frozen=True)
class Described:
    """A document, and the schema in it that bodies are made for."""

    name: str
    document: Mapping[str, Any]
    schema: Mapping[str, Any]

    def __str__(self) -> str:
        return self.name


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class FuzzCase(BaseModel):
    kind: Literal["card"]
    digits: str = Field(pattern=r"^\d{16}$")


class Transfer(BaseModel):
    kind: Literal["transfer"] = "transfer"
    account: str = Field(min_length=5, max_length=34)


class Tree(BaseModel):
    name: str = Field(max_length=10)
    children: list[Tree] = Field(default_factory=list, max_length=3)
    parent: Tree | None = None


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: uuid.UUID
    number: int = Field(ge=1, le=2**31 - 1)
    ratio: float = Field(gt=0, lt=1)
    total: decimal.Decimal = Field(max_digits=10, decimal_places=2, ge=0)
    step: float = Field(multiple_of=0.05, ge=0, le=10)
    paid: bool
    colour: Colour
    size: Literal["S", "M", "L"] = "M"
    title: str = Field(min_length=1, max_length=255)
    code: str = Field(pattern=r"^[A-Z]{3}-\d{4}$")
    slug: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40)
    note: str | None = Field(default=None, max_length=2000)
    created: dt.datetime
    day: dt.date
    at: dt.time
    lasting: dt.timedelta
    four: IPv4Address
    six: IPv6Address
    raw: bytes = Field(max_length=50)
    tags: list[Annotated[str, Field(max_length=20)]] = Field(max_length=5)
    labels: set[int]
    pair: tuple[int, str]
    counts: dict[str, int]
    by_day: dict[dt.date, float] = {}
    payment: Annotated[FuzzCase | Transfer, Field(discriminator="kind")]
    either: int | str
    tree: Tree
    maybe: Tree | None = None
    anything: Any = None


class Cat(msgspec.Struct, tag="cat"):
    startups: Annotated[int, msgspec.Meta(ge=0, le=9)]


class Dog(msgspec.Struct, tag="dog"):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=8)]


class Leaf(msgspec.Struct, forbid_unknown_fields=True):
    value: Annotated[float, msgspec.Meta(gt=0)]
    more: list[Leaf] = []


class Parcel(msgspec.Struct, forbid_unknown_fields=True):
    key: uuid.UUID
    weight: Annotated[decimal.Decimal, msgspec.Meta(description="in kilograms")]
    sent: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    day: dt.date
    colour: Colour
    pet: Cat | Dog
    leaf: Leaf
    sizes: tuple[int, int, int]
    marks: Annotated[list[str], msgspec.Meta(min_length=1, max_length=4)]
    prices: dict[str, float]
    code: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,4}$")]
    raw: bytes = b""
    note: str | None = None


def _openapi(version: str, schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "openapi": version,
        "info": {"title": "rich", "version": "1"},
        "paths": {},
        "components": {"schemas": dict(schemas)},
    }


_TEMPLATE = "#/components/schemas/{model}"
_, _PYDANTIC = models_json_schema([(Order, "validation")], ref_template=_TEMPLATE)
_MSGSPEC, _NAMED = msgspec.json.schema_components(
    [Parcel], ref_template="#/components/schemas/{name}"
)
_SPRING: dict[str, Any] = {
    "Animal": {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"type": "string"}},
        "discriminator": {
            "propertyName": "type",
            "mapping": {
                "cat": "#/components/schemas/SpringCat",
                "dog": "#/components/schemas/SpringDog",
            },
        },
    },
    "SpringCat": {
        "allOf": [
            {"$ref": "#/components/schemas/Animal"},
            {
                "type": "object",
                "required": ["lives"],
                "properties": {"lives": {"type": "integer", "format": "int32", "minimum": 0}},
            },
        ]
    },
    "SpringDog": {
        "allOf": [
            {"$ref": "#/components/schemas/Animal"},
            {"type": "object", "properties": {"tricks": {"$ref": "#/components/schemas/Tricks"}}},
        ]
    },
    "Tricks": {"type": "array", "items": {"type": "string"}},
    "Folder": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "parent": {"allOf": [{"$ref": "#/components/schemas/Folder"}], "nullable": True},
        },
    },
    "Offer": {
        "type": "object",
        "required": ["id", "name", "price", "pet"],
        "properties": {
            "id": {"type": "integer", "format": "int64", "readOnly": True},
            "secret": {"type": "string", "writeOnly": True, "minLength": 0, "maxLength": 20},
            "name": {"type": "string", "minLength": 0, "maxLength": 64, "pattern": "[a-z]+"},
            "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "multipleOf": 0.01},
            "count": {
                "type": "integer",
                "format": "int64",
                "maximum": 100,
                "exclusiveMaximum": True,
            },
            "state": {"type": "string", "enum": ["NEW", "OLD"], "nullable": True},
            "sent": {"type": "string", "format": "date-time", "nullable": True},
            "mail": {"type": "string", "format": "email"},
            "site": {"type": "string", "format": "uri"},
            "raw": {"type": "string", "format": "byte"},
            "pet": {
                "oneOf": [
                    {"$ref": "#/components/schemas/SpringCat"},
                    {"$ref": "#/components/schemas/SpringDog"},
                ],
                "discriminator": {
                    "propertyName": "type",
                    "mapping": {
                        "cat": "#/components/schemas/SpringCat",
                        "dog": "#/components/schemas/SpringDog",
                    },
                },
            },
            "animal": {"$ref": "#/components/schemas/Animal"},
            "tags": {
                "type": "array",
                "uniqueItems": True,
                "minItems": 1,
                "maxItems": 4,
                "items": {"type": "string", "maxLength": 10},
            },
            "limits": {
                "type": "object",
                "additionalProperties": {"type": "integer", "format": "int32"},
            },
            "folder": {"$ref": "#/components/schemas/Folder"},
        },
    },
}

PYDANTIC = Described(
    "pydantic", _openapi("3.1.0", _PYDANTIC["$defs"]), {"$ref": "#/components/schemas/Order"}
)
MSGSPEC = Described("msgspec", _openapi("3.1.0", _NAMED), _MSGSPEC[0])
SPRINGDOC = Described(
    "springdoc", _openapi("3.0.1", _SPRING), {"$ref": "#/components/schemas/Offer"}
)
DESCRIBED = (PYDANTIC, MSGSPEC, SPRINGDOC)
