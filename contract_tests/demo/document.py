"""The OpenAPI document of the shop, and the same rules for the body of an order."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST_NAME = 40
MOST = 1000
NAME = r"^[^\u0000-\u001f\u007f-\u009f]+$"


def _answered(status: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}} if schema else None
    return {status: {"description": "-"} | ({"content": content} if content else {})}


CUSTOMER = {"type": "string", "maxLength": LONGEST_NAME, "pattern": NAME}
PIECES = {"type": "integer", "minimum": 1, "maximum": MOST}
BODY = {
    "type": "object",
    "required": ["customer", "pieces"],
    "additionalProperties": False,
    "properties": {"customer": CUSTOMER, "pieces": PIECES},
}
SHOWN = {
    "type": "object",
    "required": ["id", "customer", "pieces"],
    "properties": {"id": {"type": "integer"}, "customer": CUSTOMER, "pieces": PIECES},
}
REFUSAL = {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}}
ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "A small shop", "version": "1"},
    "paths": {
        "/orders": {
            "get": {"responses": _answered("200", {"type": "array", "items": SHOWN})},
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": BODY}},
                },
                "responses": {
                    **_answered("201", SHOWN),
                    **_answered("415", REFUSAL),
                    **_answered("422", REFUSAL),
                },
            },
        },
        "/orders/{id}": {
            "parameters": [ID],
            "get": {"responses": {**_answered("200", SHOWN), **_answered("404", REFUSAL)}},
            "delete": {"responses": {**_answered("204"), **_answered("404", REFUSAL)}},
        },
    },
}

ALLOWED = {"/openapi.json": b"GET", "/orders": b"GET, POST", "/orders/{id}": b"GET, DELETE"}
"""The methods of each path, as the header `Allow` lists them."""


def read_order(body: bytes) -> dict[str, Any]:
    """Read what the document allows. Raises `ValueError` for all else, with the reason."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    match sent:
        case {"customer": str(customer), "pieces": int() | float() as pieces, **rest} if not rest:
            return {"customer": _name(customer), "pieces": _pieces(pieces)}
    raise ValueError("an order is a customer and a number of pieces, and nothing else")


def _name(text: str) -> str:
    # The pattern cannot say it: half of a surrogate pair is no character that could be stored.
    is_text = re.fullmatch(NAME, text) and not re.search("[\ud800-\udfff]", text)
    if not is_text or len(text) > LONGEST_NAME:
        raise ValueError(f"a customer is a text of 1 to {LONGEST_NAME} characters")
    return text


def _pieces(number: float) -> int:
    # 2.0 is an integer in JSON; a boolean is none, though Python counts it among them.
    if isinstance(number, bool) or not 0 < number <= MOST or number != int(number):
        raise ValueError(f"pieces are a whole number from 1 to {MOST}")
    return int(number)
