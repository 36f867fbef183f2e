"""The forms in which a secret is printed: escaped, quoted, encoded."""

from __future__ import annotations

import html
import json
import re
import shlex
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import quote, quote_plus

_QUOTES = "\"'"
_TELLING = 8
"""Letters of base64 that do not stand in another text by chance."""

_ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda text: repr(text)[1:-1],
    lambda text: repr(text + _QUOTES)[1:-4],  # inside of a text that has quotes of both kinds
    lambda text: ascii(text)[1:-1],
    lambda text: repr(_bytes(text))[2:-1],
    lambda text: repr(_bytes(text) + _QUOTES.encode())[2:-4],
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    html.escape,
    lambda text: shlex.quote(text).strip("'"),
    lambda text: text.replace("%", "%%"),  # in the settings of Alembic
)
_QUOTINGS: tuple[Callable[[bytes], str], ...] = (
    lambda text: quote(text, safe=""),
    quote,
    lambda text: quote(text, safe=" +"),  # as SQLAlchemy writes its addresses
    quote_plus,
)


@cache
def forms_of(secret: str) -> frozenset[str]:
    """Return every text by which a secret can be read, itself among them."""
    plain = {secret, *_lines(secret), *_encoded(_bytes(secret))}
    forms = plain | {form for text in plain for form in _quoted(text)}
    for _ in range(2):  # a representation inside of another one, JSON inside of JSON
        forms |= {escape(text) for text in forms for escape in _ESCAPES}
    return frozenset(form for form in forms if form)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")  # as the environment is read


def _lines(secret: str) -> list[str]:
    """Each line by itself, as a traceback shows it."""
    lines = secret.splitlines()
    return [line for line in lines if len(line) >= _TELLING] if len(lines) > 1 else []


def _quoted(text: str) -> Iterator[str]:
    for quoting in _QUOTINGS:
        quoted = quoting(_bytes(text))
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)


def _encoded(secret: bytes) -> Iterator[str]:
    """The secret in base64, and what is always the same of it inside of a longer text.

    Three bytes are four letters, so there are three ways in which it can begin. The letters at
    its ends are partly its neighbours'.
    """
    for encode in (b64encode, urlsafe_b64encode):
        whole = encode(secret).decode()
        yield from (whole, whole.rstrip("="))
        for before in range(3):
            letters = encode(bytes(before) + secret).decode()
            core = letters[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
            if len(core) >= _TELLING:
                yield core
