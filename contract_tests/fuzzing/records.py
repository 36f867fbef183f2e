"""What an exploration sends, hears and finds: values without behaviour."""

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]

_LONGEST_SHOWN = 2_000


@dataclass(frozen=True)
class Request:
    """One request, ready to send: ``target`` is the raw path with its query."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def curl(self, masked: Collection[str] = (), base_url: str = "http://localhost:8000") -> str:
        """One line that repeats the request; headers named in ``masked`` lose their value."""
        hidden = {name.lower() for name in masked}
        words = ["curl", "-X", self.method, *self._header_words(hidden)]
        if self.body:
            words += ["--data-binary", _shown(self.body)]
        return " ".join([*words, shlex.quote(base_url + self.target)])

    def _header_words(self, hidden: Collection[str]) -> list[str]:
        words: list[str] = []
        for name, value in self.headers:
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
    is stored already, or is not, stood in the way.
    """

    status: int
    headers: Headers
    body: bytes
    has_database_error: bool = False


Send = Callable[[Request], Answer]


@dataclass(frozen=True)
class Alarm:
    """The first example of one check failing at one operation with one status.

    ``lax`` marks what owners seldom want to hear about: invalid data accepted only through
    coercion or ignored keys, and habits of the framework. ``message`` ends with a line of curl
    in which the headers the caller supplied are masked; ``request`` still has them.
    """

    check: str
    operation: str
    message: str
    request: Request
    answer: Answer
    lax: bool


@dataclass(frozen=True)
class Exploration:
    """How many requests each operation was sent, and every distinct alarm they raised.

    An operation with 0 cases could not be explored: nothing is known about it.
    """

    cases: Mapping[str, int]
    alarms: tuple[Alarm, ...]
