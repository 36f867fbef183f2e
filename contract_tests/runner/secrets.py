"""The secrets that a run is given: by its options, and by the environment."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping

from ..databases import registry
from ..masking.addresses import passwords_in
from ..masking.names import says_secret
from .options import Options

HARMLESS = ("accept", "accept-charset", "accept-encoding", "accept-language", "content-type")
"""Headers that hold no secret, but words that stand in every report."""

_SCHEME = re.compile(r"[A-Za-z][\w-]*\s+(?=\S)")
_PLACEHOLDER = re.compile(r"\{(?:url|url_sync|driver|user|password|host|port|db|path)\}")


def secrets_of(options: Options, environ: Mapping[str, str]) -> Iterator[str]:
    """Give every text that this run must not print."""
    for name, value in options.header:
        yield from _in_header(name, value)
    servers = (environ.get(name, "") for name in registry.variables())
    for address in (options.app, options.database, *servers):
        yield from passwords_in(address)
    for name, template in options.env:
        yield from _in_variable(name, template)
    for word in options.prepare.split():
        name, _, value = word.partition("=")
        yield from _in_variable(name, value)
        yield from passwords_in(word)


def _in_variable(name: str, value: str) -> Iterator[str]:
    yield from passwords_in(value)
    if value and says_secret(name) and not _PLACEHOLDER.search(value):
        yield value


def _in_header(name: str, value: str) -> Iterator[str]:
    """The value, the credential behind the word for its kind, and what that consists of."""
    if not value or name.lower() in HARMLESS:
        return
    yield value
    if name.lower() == "cookie":
        yield from (cookie.partition("=")[2].strip('" ') for cookie in value.split(";"))
        return
    scheme = _SCHEME.match(value)
    credential = value[scheme.end() :] if scheme else ""
    if credential:
        yield credential
    if scheme and scheme[0].strip().lower() == "basic":
        yield from _in_basic(credential)


def _in_basic(credential: str) -> Iterator[str]:
    try:
        login = b64decode(credential).decode("utf-8", "surrogateescape")
    except ValueError:
        return
    yield login
    yield login.partition(":")[2]
