"""Equality of two JSON values, one sent and one shown, however they are spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

PRECISION = Decimal("1e-6")
"""The largest relative distance of two equal numbers: a single-precision column's digits."""

SPAN = re.compile(
    r"([-+])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
STANDARD = str.maketrans("-_", "+/")
BASE64 = re.compile("[A-Za-z0-9+/]*")

SECOND = 1.0
"""The largest distance of two equal instants: some columns keep whole seconds."""


def same(sent: Any, shown: Any) -> bool:
    """Return whether `shown` says what `sent` said.

    Numbers are compared as numbers, date-times as instants, texts exactly or trimmed at the ends.
    An object may show more than was sent, and a list its items in another order.
    """
    if isinstance(sent, Mapping) and isinstance(shown, Mapping):
        return all(same(value, shown[name]) for name, value in sent.items() if name in shown)
    if isinstance(sent, list) and isinstance(shown, list):
        return len(sent) == len(shown) and all(any(same(s, v) for v in shown) for s in sent)
    if isinstance(sent, str) and isinstance(shown, str):
        return _same_text(sent.strip(), shown.strip())
    if sent is None or shown is None:
        return sent is shown
    return bool(sent == shown) or _same_number(sent, shown)


def is_left(old: Any, shown: Any) -> bool:
    """Return whether the old value is still shown. An object of which nothing is left is not."""
    return same(old, shown) and not (isinstance(shown, Mapping) and old and not shown)


def differences(
    sent: Mapping[str, Any], shown: Mapping[str, Any], names: Iterable[str] | None = None
) -> tuple[str, ...]:
    """One phrase for each field of both (and of `names`) in which they differ."""
    both = sent.keys() & shown.keys() & set(sent if names is None else names)
    return tuple(
        f"{name} {shown[name]!r} instead of {sent[name]!r}"
        for name in sorted(both)
        if not same(sent[name], shown[name])
    )


def contradictions(whole: Mapping[str, Any], listed: Mapping[str, Any]) -> tuple[str, ...]:
    """One phrase for each field that a list shows otherwise than a read of the whole row.

    A list may be a summary: the beginning of a text, a name or nothing in place of an object.
    """
    told = {name: value for name, value in listed.items() if not _sums_up(value, whole.get(name))}
    return differences(whole, told)


def _sums_up(short: Any, whole: Any) -> bool:
    if isinstance(short, (Mapping, list)) or isinstance(whole, (Mapping, list)):
        return type(short) is not type(whole) or not short
    beginning = short.rstrip(" .…") if isinstance(short, str) else ""
    return bool(beginning) and isinstance(whole, str) and whole.startswith(beginning)


def _same_text(sent: str, shown: str) -> bool:
    return (
        sent == shown
        or _same_address(sent, shown)
        or _same_moment(sent, shown)
        or _same_uuid(sent, shown)
        or _same_span(sent, shown)
        or _same_bytes(sent, shown)
        # Decimals are sent as texts; one of digits alone may be a name, such as a postcode.
        or ("." in sent + shown and _same_number(sent, shown))
    )


def _same_address(sent: str, shown: str) -> bool:
    """Mail and web addresses are rightly kept in a normal form."""
    is_address = "@" in sent or "://" in sent
    return is_address and sent.casefold().rstrip("/") == shown.casefold().rstrip("/")


def _same_number(sent: Any, shown: Any) -> bool:
    try:
        left, right = Decimal(str(sent)), Decimal(str(shown))
        return abs(left - right) <= PRECISION * max(abs(left), abs(right))
    except InvalidOperation:
        return False


def _same_moment(sent: str, shown: str) -> bool:
    try:
        return abs((_instant(sent) - _instant(shown)).total_seconds()) < SECOND
    except (ValueError, OverflowError):
        return _same_time_of_day(sent, shown)


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _same_time_of_day(sent: str, shown: str) -> bool:
    if ":" not in sent or ":" not in shown:
        return False  # Python reads a time into any row of digits
    try:
        left, right = time.fromisoformat(sent), time.fromisoformat(shown)
    except ValueError:
        return False
    return left.replace(microsecond=0, tzinfo=None) == right.replace(microsecond=0, tzinfo=None)


def _same_span(sent: str, shown: str) -> bool:
    """PT90S and PT1M30S are one length of time; weeks, days and less are read."""
    left, right = SPAN.fullmatch(sent), SPAN.fullmatch(shown)
    return bool(left and right) and _seconds(left) == _seconds(right)


def _seconds(span: re.Match[str] | None) -> Decimal:
    parts = zip(span.groups()[1:] if span else (), (604_800, 86_400, 3_600, 60, 1), strict=False)
    total = sum((Decimal(part) * seconds for part, seconds in parts if part), Decimal(0))
    return -total if span and span[1] == "-" else total


def _same_bytes(sent: str, shown: str) -> bool:
    """Base64 has two alphabets for the same bytes, and padding that may be left out."""
    plain = [text.translate(STANDARD).rstrip("=") for text in (sent, shown)]
    return plain[0] == plain[1] and BASE64.fullmatch(plain[0]) is not None


def _same_uuid(sent: str, shown: str) -> bool:
    try:
        return UUID(sent) == UUID(shown)
    except ValueError:
        return False
