"""Fuzz cases: requests as plain JSON, so that any process can send and check them again."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Self
from urllib.parse import quote

from ...generation import by_schemathesis
from ...instruments.exchange import Request

Phase = Literal["boundary", "valid", "invalid"]
PHASES: tuple[Phase, ...] = ("boundary", "valid", "invalid")
Values = Mapping[str, object]

KEPT = "kept"
"""The draw of cases that were kept for good."""

_BYTES = "$bytes"


@dataclass(frozen=True)
class DrawSpec:
    """The number of cases drawn, and their seed; boundaries are all there are."""

    seed: int
    count: int

    def __str__(self) -> str:
        """The draw as it stands in names."""
        return f"{self.seed}x{self.count}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The draw of this name; None if it is none, as that of kept cases."""
        seed, times, count = text.partition("x")
        is_draw = times and seed.isdecimal() and count.isdecimal()
        return cls(int(seed), int(count)) if is_draw else None


@dataclass(frozen=True)
class FuzzCase:
    """One generated request, and what is needed to check its answer.

    `request` is as on the wire, without the caller's headers. `drawn` is what Schemathesis knows
    of it, as JSON. `aims` are the path parameters that may name a row that exists instead.
    `number` is its place among the cases of one `draw`. One that `is_dated` was drawn from another
    document: whether it is valid, or its answer as declared, is not known any more. Without
    `has_bytes` there is nothing in it that JSON has no word for.
    """

    operation: str
    phase: Phase
    draw: str
    number: int
    request: Request
    drawn: Mapping[str, Any]
    aims: tuple[str, ...] = ()
    is_dated: bool = False
    has_bytes: bool = field(default=True, compare=False)

    @cached_property
    def path(self) -> str:
        """The path of the operation, with the names of its parameters in braces."""
        return str(self.drawn["path"])

    def aimed(self, known: Values) -> Self:
        """The same request, to a row that exists."""
        names = [name for name in self.aims if name in known]
        if not names:
            return self
        chosen = {**self.drawn["path_parameters"], **{name: known[name] for name in names}}
        path = self.path
        for name, value in chosen.items():
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        query = self.request.target.partition("?")[1:]
        request = replace(self.request, target=path + "".join(query))
        return replace(self, request=request, drawn={**self.drawn, "path_parameters": chosen})

    def case(self, operation: Any) -> Any:
        """The case as Schemathesis had it, whatever it was that drew it."""
        parts = _revived(self.drawn) if self.has_bytes else self.drawn
        return by_schemathesis.case_of(operation, parts)

    def prepared(self, headers: Sequence[tuple[str, str]]) -> Any:
        """The request as the client library of Schemathesis would have prepared it."""
        import requests

        prepared = requests.PreparedRequest()
        prepared.method = self.request.method
        prepared.url = "http://testserver" + self.request.target
        prepared.headers = requests.structures.CaseInsensitiveDict(
            (*self.request.headers, *headers)
        )
        prepared.body = self.request.body or None
        return prepared

    def as_json(self) -> dict[str, Any]:
        """The case as JSON."""
        request = self.request
        body = base64.b64encode(request.body).decode()
        return {
            "request": [
                request.method,
                request.target,
                [list(pair) for pair in request.headers],
                body,
            ],
            "drawn": dict(self.drawn),
            "aims": list(self.aims),
        }

    @classmethod
    def from_json(
        cls, found: Mapping[str, Any], operation: str, phase: Phase, draw: str, number: int
    ) -> Self:
        """The case that `as_json` gave."""
        method, target, headers, body = found["request"]
        pairs = tuple((name, value) for name, value in headers)
        request = Request(method, target, pairs, base64.b64decode(body))
        return cls(
            operation,
            phase,
            draw,
            number,
            request,
            found["drawn"],
            tuple(found["aims"]),
            has_bytes=_BYTES in str(found["drawn"]),
        )


def drawn_of(case: Any) -> dict[str, Any]:
    """Return what Schemathesis knows of a case, as JSON."""
    return _spelled(by_schemathesis.case_parts(case))  # type: ignore[no-any-return]


def _spelled(value: Any) -> Any:
    """A value in which bytes are JSON, too."""
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {str(name): _spelled(inside) for name, inside in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_spelled(inside) for inside in value]
    return value


def _revived(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == {_BYTES}:
            return base64.b64decode(value[_BYTES])
        return {name: _revived(inside) for name, inside in value.items()}
    return [_revived(inside) for inside in value] if isinstance(value, list) else value
