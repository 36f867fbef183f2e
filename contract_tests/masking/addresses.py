"""Passwords in addresses, whoever wrote them: `scheme://user:password@host`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

HIDDEN = "***"

_EXAMPLES = r"(?:pass|password|\*+)@"
# The length of a scheme is bounded, or a long text without any would cost its square.
_USER = r"[a-zA-Z][a-zA-Z0-9+.-]{0,40}://[^/\s:@\"'<>\[]*"
_PORT = r"\d{1,5}(?:[^\w@-]|\.{2}|$)"
CREDENTIALS = re.compile(rf"({_USER}):(?!{_EXAMPLES}|{_PORT})[^/\s@\"'<>]+@")
"""An address with a password. Neither the words of an example, nor a port, are one."""

_SHOWN = re.compile(
    rf"({_USER}):(?!{_EXAMPLES}|{_PORT})"
    # To the last @ before a slash, to the first one after it, or to where it was cut.
    r"(?:[^/\s\"'<>]+(?=@)|[^\s\"'<>@]+(?=@)|[^/\s\"'<>@]+?(?=\.{2}|…))"
)
_QUERY = re.compile(r"[?&](?:ssl)?passw(?:or)?d=([^&#\s]+)")


def without_passwords(text: str) -> str:
    """Return a text with the password of every address in it replaced."""
    return _SHOWN.sub(rf"\1:{HIDDEN}", text) if "://" in text else text


def passwords_in(address: str) -> Iterator[str]:
    """Give the passwords of an address, as they are written and as they are meant.

    A text that is no address has none. A password with an @ in it may end at any of them.
    """
    rest = address.partition("://")[2]
    for login in {rest[: rest.find("@")], rest[: rest.rfind("@")]} if "@" in rest else ():
        user, _, password = login.partition(":")
        if password not in ("", user):  # such as postgres:postgres: that word is in every text
            yield from {password, unquote(password)}
    for password in _QUERY.findall(address):
        yield from {password, unquote(password)}
