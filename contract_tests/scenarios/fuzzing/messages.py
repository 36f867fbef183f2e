"""Records of what an exploration sends, receives and finds."""

import shlex
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Literal

from ...instruments.exchange import Request

Headers = tuple[tuple[str, str], ...]

_LONGEST_SHOWN = 2_000


def curl(
    request: Request, masked: Collection[str] = (), base_url: str = "http://localhost:8000"
) -> str:
    """One line that repeats the request; headers named in ``masked`` lose their value."""
    hidden = {name.lower() for name in masked}
    words = ["curl", "-X", request.method, *_header_words(request.headers, hidden)]
    if request.body:
        words += ["--data-binary", _shown(request.body)]
    return " ".join([*words, shlex.quote(base_url + request.target)])


def _header_words(headers: Headers, hidden: Collection[str]) -> list[str]:
    words: list[str] = []
    for name, value in headers:
        if name.lower() != "content-length":
            shown = "***" if name.lower() in hidden else value
            words += ["-H", shlex.quote(f"{name}: {shown}")]
    return words


def _shown(body: bytes) -> str:
    """The body as one shell word, in the spelling of bash where bytes are not printable."""
    part = body[:_LONGEST_SHOWN]
    text = part.decode("utf-8", "replace")
    if text.isprintable() and "\ufffd" not in text:
        return shlex.quote(text)
    return f"$'{''.join(_spelled(chr(byte)) for byte in part)}'"


def _spelled(letter: str) -> str:
    plain = letter.isascii() and letter.isprintable() and letter not in "'\\"
    return letter if plain else f"\\x{ord(letter):02x}"


@dataclass(frozen=True)
class Answer:
    """One response, complete.

    `has_database_error` tells that the database refused something before it was answered: what
    is stored already, or is not, stood in the way. `cause` names the exception behind a failure.
    `is_refusal` says that the request is at fault, in the words of the service.
    """

    status: int
    headers: Headers = field(repr=False)
    body: bytes
    has_database_error: bool = False
    cause: str = ""
    is_refusal: bool = False


SendRequest = Callable[[Request], Awaitable[Answer]]

Suppression = Literal["", "types", "habit", "strange"]
"""The reason not to hold something against a service: invalid data that a lenient reader takes (a
boolean for a number, an unknown key), a habit of frameworks, or a strange value that another rule
judges."""
