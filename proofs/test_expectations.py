"""What a service expects with a request is sent, and nothing that nobody has asked for."""

from __future__ import annotations

import itertools
from typing import Any

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.service.expectations import (
    about_state,
    example_header,
    fresh_headers,
    needs_state,
    standing_headers,
    with_fields,
)
from contract_tests.service.resource import Operation, Parameter, Resource

TEXT = {"type": "string", "minLength": 8}
KEY = Parameter("Idempotency-Key", TEXT, is_required=True)
TENANT = Parameter("X-Tenant", {"type": "string", "pattern": "^[a-z]{4}$"}, is_required=True)
OPTIONAL = Parameter("X-Trace", TEXT)
SECRET = Parameter("Authorization", TEXT, is_required=True)
CREATE = Operation("create", "POST", "/boats", headers=(TENANT, KEY, OPTIONAL, SECRET))


def boats(**facts: Any) -> Resource:
    """A collection with one operation."""
    return Resource("/boats", {"create": CREATE}, **facts)


def read(tag: str, version: int) -> Exchange:
    """A read that shows a boat."""
    body = f'{{"id": 1, "version": {version}}}'.encode()
    headers = (("ETag", tag),)
    return Exchange(1, Request("GET", "/boats/1"), 200, headers, body, complete=True)


def test_a_header_that_is_always_required_is_made_once() -> None:
    """It fits its schema; keys, options and credentials are left out."""
    made = standing_headers(boats(), ())
    assert [name for name, _ in made] == ["X-Tenant"]
    assert made == standing_headers(boats(), ())


def test_a_header_that_was_given_is_not_made() -> None:
    """Its name may be spelled otherwise."""
    assert standing_headers(boats(), (("x-tenant", "acme"),)) == ()


def test_a_key_is_another_one_each_time() -> None:
    """Only the operation that requires one gets it."""
    serials = itertools.count(1)
    first, second = (fresh_headers(boats(), CREATE, serials.__next__) for _ in range(2))
    assert [name for name, _ in first] == ["Idempotency-Key"]
    assert first != second


def test_a_change_tells_the_state_that_was_asked_for() -> None:
    """The tag goes into a header, the version into the body."""
    asking = boats(asks_for_tag=True, sent_back=frozenset({"version"}))
    headers, body = about_state(asking, read('"a"', 7), {"version": 1, "name": "Ada"})
    assert needs_state(asking, "replace")
    assert headers == (("if-match", '"a"'),)
    assert body == {"version": 7, "name": "Ada"}


def test_a_body_without_the_field_or_without_fields_stays_as_it_is() -> None:
    """It was left out, or is no object, on purpose."""
    asking = boats(sent_back=frozenset({"version"}))
    assert about_state(asking, read('"a"', 7), {"name": "Ada"}) == ((), {"name": "Ada"})
    assert about_state(asking, read('"a"', 7), []) == ((), [])


def test_nothing_is_told_where_nobody_asks() -> None:
    """A read tells of no state."""
    assert not needs_state(boats(), "replace")
    assert not needs_state(boats(asks_for_tag=True), "read")


def test_a_header_replaces_that_of_its_name() -> None:
    """None is sent twice."""
    request = Request("PUT", "/boats/1", (("If-Match", '"a"'), ("accept", "text/plain")))
    sent = with_fields(request, (("if-match", '"b"'),))
    assert sent.headers == (("accept", "text/plain"), ("if-match", '"b"'))


def test_credentials_are_asked_for_as_the_document_has_them_sent() -> None:
    """A cookie, a header of the service's own, or else a bearer's token."""

    def secured(**scheme: str) -> Resource:
        schemes = {"login": {"type": "apiKey", **scheme}} if scheme else {}
        return boats(document={"components": {"securitySchemes": schemes}})

    assert example_header(secured(**{"in": "cookie", "name": "log"})) == "Cookie: log=..."
    assert example_header(secured(**{"in": "header", "name": "X-Key"})) == "X-Key: ..."
    assert example_header(secured()) == "Authorization: Bearer ..."
    assert example_header(boats()) == "Authorization: Bearer ..."
