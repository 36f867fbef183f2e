"""Text in a named format, numbered: ``formatted("email", 7)`` is always the same address."""

import base64
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

_FIRST_DAY = date(2024, 1, 1)
_FIRST_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
_SECONDS_A_DAY = 86_400
# Fifty years of days: enough samples, and no calendar near its end.
_DAYS = 18_250


def _uuid(version: int) -> Callable[[int], str]:
    return lambda serial: str(uuid.UUID(int=serial, version=version))


def _newer_uuid(version: int) -> Callable[[int], str]:
    # The standard library makes these from Python 3.14 on; the digit is in the same place.
    make = _uuid(4)
    return lambda serial: f"{make(serial)[:14]}{version}{make(serial)[15:]}"


def _date(serial: int) -> str:
    return (_FIRST_DAY + timedelta(days=serial % _DAYS)).isoformat()


def _moment(serial: int) -> str:
    moment = _FIRST_MOMENT + timedelta(seconds=serial % (_DAYS * _SECONDS_A_DAY))
    return moment.isoformat().replace("+00:00", "Z")


def _address(serial: int) -> str:
    return f"10.{serial >> 16 & 255}.{serial >> 8 & 255}.{serial & 255}"


def _base64(serial: int) -> str:
    return base64.b64encode(f"sample {serial}".encode()).decode()


_MADE: dict[str, Callable[[int], str]] = {
    # example.com is reserved for this and accepted by validators that refuse .test and .invalid.
    "email": lambda serial: f"sample{serial}@example.com",
    "idn-email": lambda serial: f"sample{serial}@example.com",
    "uri": lambda serial: f"https://example.com/{serial}",
    "url": lambda serial: f"https://example.com/{serial}",
    "iri": lambda serial: f"https://example.com/{serial}",
    "multi-host-uri": lambda serial: f"https://example.com/{serial}",
    "uri-reference": lambda serial: f"/sample/{serial}",
    "iri-reference": lambda serial: f"/sample/{serial}",
    "uri-template": lambda serial: f"/sample/{serial}/{{name}}",
    "hostname": lambda serial: f"host{serial}.example.com",
    "idn-hostname": lambda serial: f"host{serial}.example.com",
    "uuid": _uuid(4),
    **{f"uuid{version}": _uuid(version) for version in (1, 3, 4, 5)},
    **{f"uuid{version}": _newer_uuid(version) for version in (6, 7, 8)},
    "date-time": _moment,
    "date": _date,
    "time": lambda serial: _moment(serial % _SECONDS_A_DAY)[11:],
    "duration": lambda serial: f"PT{serial}S",
    "ipv4": _address,
    "ipvanyaddress": _address,
    "ipv4network": lambda serial: f"{_address(serial)}/32",
    "ipv6": lambda serial: f"2001:db8::{serial % 65_536:x}",
    "ipv6network": lambda serial: f"2001:db8::{serial % 65_536:x}/128",
    "ipvanynetwork": lambda serial: f"{_address(serial)}/32",
    "ipvanyinterface": lambda serial: f"{_address(serial)}/32",
    "byte": _base64,
    "base64": _base64,
    "base64url": _base64,
    "password": lambda serial: f"Sample-{serial}-Pass!",
    "decimal": lambda serial: f"{serial}.5",
    "json-string": lambda serial: f'{{"serial": {serial}}}',
    "json-pointer": lambda serial: f"/sample/{serial}",
    "relative-json-pointer": lambda serial: f"{serial}/sample",
    "regex": lambda serial: f"^sample{serial}$",
    "color": lambda serial: f"#{serial % 0x1000000:06x}",
    "phone": lambda serial: f"+1201555{serial % 10_000:04d}",
}


def is_uuid(value: object) -> bool:
    """Return whether a value is written as a UUID, with its hyphens."""
    parts = str(value).split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12]


def formatted(name: str, serial: int) -> str | None:
    """A text in the named format that no other serial gives; None for a format not known here."""
    make = _MADE.get(name)
    return make(serial) if make else None


TOLD = "x-contract-formats"
"""The place in a document for regular expressions of its formats, by name."""


def with_formats(document: Mapping[str, object], formats: Mapping[str, str]) -> dict[str, object]:
    """The document, saying in an extension of its own what texts of these formats look like."""
    return {**document, TOLD: {**formats_of(document), **formats}}


def pattern_of(name: object, document: Mapping[str, object]) -> str | None:
    """The regular expression that texts of this format match whole, if the document tells one."""
    pattern = formats_of(document).get(str(name))
    if pattern is None or (pattern.startswith("^") and pattern.endswith("$")):
        return pattern
    return f"^(?:{pattern})$" if "|" in pattern else f"^{pattern}$"


def formats_of(document: Mapping[str, object]) -> dict[str, str]:
    """Every format the document tells a regular expression of."""
    known = document.get(TOLD, {})
    return {str(k): str(v) for k, v in known.items()} if isinstance(known, Mapping) else {}
