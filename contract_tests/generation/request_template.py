"""A request as somebody has written it down, with places for what the kit makes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

NAME = re.compile(r"\{([A-Za-z_][\w.]*)\}")
IN_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|' + NAME.pattern)
"""A text, whose quotes hide what is in it, or a name that stands for a whole value."""

KNOWN = ("row.id", "row.FIELD", "other.id", "other.FIELD", "n")
"""The names in braces: of a fresh row or of a second one, and of a number no other body has."""

Values = Callable[[str], Any]


@dataclass(frozen=True)
class RequestTemplate:
    """A method, a path and a body in JSON, empty if there is none; names in braces stand in both.

    A name in the quotes of a text is a part of it, any other is a value of its own:
    ``{"to": {row.id}, "reference": "order {n}"}``.
    """

    method: str
    path: str
    body: str = ""

    def __str__(self) -> str:
        """The template as it is written."""
        return f"{self.method} {self.path} {self.body}".rstrip()

    @property
    def unknown(self) -> str | None:
        """The first name that stands for nothing; None if each is known."""
        names = (match[1] for match in NAME.finditer(f"{self.path} {self.body}"))
        return next((name for name in names if not re.fullmatch(r"n|(row|other)\.\w+", name)), None)

    @property
    def has_row(self) -> bool:
        """Return whether it is about rows of the collection."""
        return any("." in match[1] for match in NAME.finditer(f"{self.path} {self.body}"))

    def target(self, values: Values) -> str:
        """The path to request."""
        return NAME.sub(lambda match: quote(str(values(match[1])), safe=""), self.path)

    def json_body(self, values: Values) -> Any:
        """The body to send; None if there is none. Raises `ValueError` if it is no JSON."""

        def filled(match: re.Match[str]) -> str:
            if match[1] is not None:
                return json.dumps(values(match[1]))
            return NAME.sub(lambda name: json.dumps(str(values(name[1])))[1:-1], match[0])

        return json.loads(IN_JSON.sub(filled, self.body)) if self.body else None
