"""Text and bytes that services meet in the wild and seldom in their own tests.

Each row names whose fault a server error would be: ``service`` where a stock framework answers
properly and only the code behind it can fail, ``framework`` where stock FastAPI itself is known
to answer 500 while it reports the invalid input.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

AtFault = Literal["service", "framework"]

_JSON = "application/json"
# Stock FastAPI answers 500 from about 990 levels on, when it quotes the body in its 422.
_NESTING = 1_000
_MARK = "the value to replace"


@dataclass(frozen=True)
class HostileText:
    """A legal JSON string that some part of a service may choke on."""

    name: str
    text: str
    fault: AtFault = "service"


@dataclass(frozen=True)
class HostileBody:
    """The bytes of one request body, sent as they are."""

    name: str
    content_type: str
    payload: bytes
    fault: AtFault = "service"


HOSTILE_TEXTS: tuple[HostileText, ...] = (
    HostileText("NUL", "a\x00b"),
    HostileText("control characters", "\x01\x08\x1b\x7f"),
    HostileText("characters outside the basic plane", "\U0001f600\U00020bb7\U0010fffd"),
    HostileText("joined and combined characters", "e\u0301 \U0001f469\u200d\U0001f4bb"),
    HostileText("right-to-left override", "a\u202eb"),
    HostileText("noncharacters", "\ufffe\uffff"),
    HostileText("byte order mark", "\ufeffa"),
    HostileText("line ends of every kind", "a\r\nb\rc\u2028d"),
    HostileText("white space only", " \t\u00a0\u3000"),
    HostileText("quotes and backslashes", "'\"`\\"),
    HostileText("an SQL statement", "'; DROP TABLE contract; --"),
    HostileText("wildcards of LIKE", "100%_\\%"),
    HostileText("names of bound parameters", ":id $1 ? @name"),
    HostileText("format strings", "%s %(name)s {0} {name}"),
    HostileText("template syntax", "{{ 7 * 7 }} ${7 * 7}"),
    HostileText("words that look like other types", "null"),
    HostileText("a path upwards", "../../etc/passwd"),
    HostileText("a very long text", "x" * 100_000),
)


def hostile_battery(field: str, valid_body: Mapping[str, object]) -> tuple[HostileBody, ...]:
    """The battery of raw bodies: ``valid_body`` with one thing wrong, most of them in ``field``.

    The first rows replace the value of ``field``; the others spoil the whole body.
    """
    plain = json.dumps(dict(valid_body)).encode()
    return (
        *_odd_values(field, valid_body),
        *_odd_documents(field, valid_body, plain),
        *_odd_media(plain),
    )


def _odd_values(field: str, body: Mapping[str, object]) -> tuple[HostileBody, ...]:
    rows: tuple[tuple[str, bytes, AtFault], ...] = (
        # Stock FastAPI quotes invalid input in its 422, and cannot encode lone surrogates there.
        ("lone surrogate, escaped", b'"\\ud800"', "framework"),
        ("lone surrogate, as bytes", b'"\xed\xa0\x80"', "framework"),
        ("invalid UTF-8", b'"\xff\xfe"', "service"),
        # Python's parser reads these as numbers, and the 422 that quotes them cannot be rendered.
        ("NaN", b"NaN", "framework"),
        ("Infinity", b"Infinity", "framework"),
        ("minus Infinity", b"-Infinity", "framework"),
        ("a number beyond every float", b"1e400", "framework"),
        ("an integer of 401 digits", b"1" + b"0" * 400, "service"),
        ("nested 1000 deep", b"[" * _NESTING + b"]" * _NESTING, "framework"),
        ("a raw NUL", b'"a\x00b"', "service"),
    )
    return tuple(
        HostileBody(name, _JSON, spliced(field, body, raw), fault) for name, raw, fault in rows
    )


def spliced(field: str, body: Mapping[str, object], raw: bytes) -> bytes:
    """The body as JSON, with these very bytes in the place of one value."""
    # `json.dumps` cannot write these bytes: they take the place of a text that it has written.
    marked = json.dumps({**body, field: _MARK}).encode()
    return marked.replace(json.dumps(_MARK).encode(), raw)


def _odd_documents(field: str, body: Mapping[str, object], plain: bytes) -> tuple[HostileBody, ...]:
    twice = json.dumps({field: body.get(field)}).encode()[1:-1]
    return (
        HostileBody("empty body", _JSON, b""),
        HostileBody("truncated JSON", _JSON, plain[:-1]),
        HostileBody("JSON with a tail", _JSON, plain + b"]"),
        HostileBody("a list instead of an object", _JSON, b"[" + plain + b"]"),
        HostileBody("null instead of an object", _JSON, b"null"),
        HostileBody("a text instead of an object", _JSON, json.dumps(plain.decode()).encode()),
        HostileBody("duplicate keys", _JSON, b"{" + twice + b", " + plain.lstrip(b"{ ")),
        HostileBody("a byte order mark", _JSON, b"\xef\xbb\xbf" + plain),
        HostileBody("UTF-16", _JSON, plain.decode().encode("utf-16")),
        HostileBody(
            "lone surrogate in a key", _JSON, b'{"\\ud800": 1, ' + plain.lstrip(b"{ "), "framework"
        ),
    )


def _odd_media(plain: bytes) -> tuple[HostileBody, ...]:
    return (
        HostileBody("JSON sent as plain text", "text/plain", plain),
        HostileBody("JSON of no declared type", "", plain),
        HostileBody("JSON sent as a form", "application/x-www-form-urlencoded", plain),
        HostileBody("JSON sent as XML", "application/xml", plain),
        HostileBody("a content type that is none", "nonsense", plain),
        HostileBody("JSON in an unknown charset", "application/json; charset=nonsense", plain),
        HostileBody("multipart without a boundary", "multipart/form-data", plain),
        HostileBody("an image", "image/png", b"\x89PNG\r\n\x1a\n\x00\xff", "framework"),
    )
