"""Values at the edges of columns and frameworks, and whether a request stays away from them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

from ...generation import samples
from ...instruments.exchange import Request
from ...service.resource import JSON, SENDING, Resource, Role

WORD = 2**31
LONG = 2**63
HUGE = 10**30
# WORD and LONG are the first numbers beyond columns of 32 and of 64 bits.
IDS = (0, -1, WORD, LONG, HUGE)
INTEGERS = (WORD, -WORD - 1, LONG, HUGE)
PAGE_VALUES = (-1, 0, WORD, LONG, HUGE, "abc", "")
# The last one is as long as a UUID, but ends in a letter that is no hexadecimal digit.
ODD_IDS = ("x", "{}", "x" * 500, "a\x00b", "\u00e9\u65e5", "' OR 1=1 --", "0" * 31 + "g")
USUAL_PAGE = 100
USUAL_LENGTH = 200
MOST_DIGITS = 4300
"""Python reads no number of more."""


def role_of(request: Request, resource: Resource) -> Role | None:
    """Return the resource's operation that a request goes to; None if it goes elsewhere."""
    path = request.target.partition("?")[0]
    return next(
        (
            role
            for role, operation in resource.operations.items()
            if operation.method == request.method
            and re.fullmatch(re.escape(operation.path).replace(r"\{id\}", "[^/]*"), path)
        ),
        None,
    )


def is_ordinary(request: Request, resource: Resource) -> bool:
    """Return whether a request has a plain id, a usual page and printable short values.

    Whatever is not ordinary is asked about by itself, one kind of strangeness at a time.
    """
    return (
        _has_plain_id(request, resource)
        and _has_usual_query(request, resource)
        and _has_plain_body(request, _longest(resource))
    )


def _has_plain_id(request: Request, resource: Resource) -> bool:
    role = role_of(request, resource)
    if role is None or "{id}" not in resource.operations[role].path:
        return True
    pattern = re.escape(resource.operations[role].path).replace(r"\{id\}", "([^/]*)")
    found = re.fullmatch(pattern, request.target.partition("?")[0])
    return found is not None and _is_plain_id(unquote(found.group(1)), resource)


def _is_plain_id(text: str, resource: Resource) -> bool:
    if resource.id_kind == "integer":
        # `int` raises for thousands of digits, and 20 of them tell that a number is too large.
        return text.isascii() and text.isdigit() and 0 < int(text[:20]) < WORD
    if resource.id_schema.get("format") == "uuid":
        try:
            return str(uuid.UUID(text)) == text
        except ValueError:
            return False
    return bool(text) and _is_plain(text)


def _has_usual_query(request: Request, resource: Resource) -> bool:
    role, paging = role_of(request, resource), resource.paging.names
    declared = resource.operations[role].query if role else ()
    # Nobody else asks about the values of a filter, whatever they are.
    filters = {parameter.name for parameter in declared}.difference(paging)
    given = parse_qsl(request.target.partition("?")[2], keep_blank_values=True)
    return all(
        _is_usual_page(value) if name in paging else _is_plain(name) and _is_plain(value)
        for name, value in given
        if name not in filters
    )


def _is_usual_page(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:20]) <= USUAL_PAGE


def _longest(resource: Resource) -> int:
    """Characters of a text that is not long: what the document itself calls allowed is not."""
    fields = [schema for role in SENDING for schema in resource.fields(role).values()]
    document = dict(resource.document)
    declared = [
        int(b.get("maxLength", 0)) for each in fields for b in samples.branches(each, document)
    ]
    return max([USUAL_LENGTH, *declared])


def _has_plain_body(request: Request, longest: int) -> bool:
    kinds = [value for name, value in request.headers if name.lower() == "content-type"]
    if not request.body:
        return request.method in {"GET", "DELETE", "HEAD"}
    if any(not kind.startswith(JSON) for kind in kinds):
        return False
    try:
        body = json.loads(request.body)
    # A deeply nested body exhausts the parser's stack.
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and all(_is_plain(value, longest) for value in _leaves(body))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield key
            yield from _leaves(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _leaves(inside)
    else:
        yield value


def _is_plain(value: object, longest: int = USUAL_LENGTH) -> bool:
    if not isinstance(value, str):
        return not isinstance(value, int) or -WORD <= value < WORD
    if len(value) > longest:
        return False
    if value.lstrip("-").isdecimal():
        return len(value) < MOST_DIGITS and -WORD <= int(value) < WORD
    return value.isascii() and (value.isprintable() or not value)
