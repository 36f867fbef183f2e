"""Read the value of an option: a text, or several, and where it was written.

Each function raises `UsageError` for a value that is none of its kind.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..databases import registry
from ..generation.request_template import KNOWN, RequestTemplate
from ..rules import AREAS, known_rules
from ..rules.editions import EDITIONS, Edition
from ..rules.points import Point
from ..rules.profile import PROFILES, Profile, Shard
from ..rules.replay import Token
from ..rules.rule import Level
from ..rules.violation import UsageError
from ..rules.watches import WATCHES
from .own_rules import import_rules

NamedValues = tuple[tuple[str, str], ...]

VARIABLE = re.compile(r"[\w.-]+")
HEADER = re.compile(r"[!#$%&'*+.^`|~\w-]+", re.ASCII)
"""The names that RFC 9110 allows: a scheme and a credential with a colon in it are none."""
REFERENCE = Path(__file__).parents[1] / "scenarios" / "interface" / "reference.toml"
"""The interface of the published example, which comes with the kit."""

WORD = re.compile(r"[\w+-]*")
ON = frozenset({"1", "true", "yes", "on", "y", "t", "enabled"})
OFF = frozenset({"", "0", "false", "no", "off", "n", "f", "none", "never", "disabled"})
EXAMPLE = "'POST /orders/{row.id}/pay'"
CHANGING_METHODS = ("POST", "PUT", "PATCH", "DELETE")
MOST_LISTED = 9
"""Valid values that an error lists; the rules are more, and have a command of their own."""


def read_text(value: str, where: str) -> str:
    """Return the text as it is."""
    return value


def read_path(value: str, where: str) -> Path:
    """Return the path, which need not exist yet."""
    return Path(value)


def read_interface(value: str, where: str) -> Path:
    """Return the file of an interface: the one that has this name, or this path."""
    return REFERENCE if value == "reference" else Path(value)


def read_flag(value: object, where: str) -> bool:
    """Return whether a flag is on: it is a boolean in an ini file, a text in the environment."""
    word = str(value).strip().lower()
    if word not in ON | OFF:
        raise UsageError(f"{where}: {value!r} is neither yes nor no; write true or false")
    return word in ON


def read_database(value: str, where: str) -> str:
    """Return the name of a database, or an address that is somebody's."""
    word = value.partition("+")[0]
    words = registry.words()
    if "://" not in value and word not in words:
        # An address without its scheme has the password in it all the same.
        given = repr(value) if WORD.fullmatch(value) else "what was given (not shown here)"
        near = suggestion(word, words)
        example = registry.example()
        raise UsageError(f"{where}: {given} is not a database{near}, or a URL such as {example}")
    return value


def read_variables(values: Sequence[str], where: str) -> NamedValues:
    """Return environment variables and the templates of their values."""
    return tuple(_secret_pairs(values, where, ("=", "NAME=TEMPLATE", VARIABLE)))


def read_headers(values: Sequence[str], where: str) -> NamedValues:
    """Return the names of headers and their values."""
    return tuple(_secret_pairs(values, where, (":", "Name: value", HEADER)))


def read_fields(values: Sequence[str], where: str) -> dict[str, Any]:
    """Return the values of fields: JSON, or the text where it is none."""
    return {name: _json_or_text(text) for name, text in _pairs(values, where, "FIELD=JSON")}


def read_operation(value: str, where: str) -> RequestTemplate:
    """Return a request that changes something, and what it is sent."""
    method, *rest = value.split(maxsplit=2) or [""]
    if not rest or not rest[0].startswith("/"):
        raise UsageError(f"{where}: {value!r} is not METHOD PATH [JSON], such as {EXAMPLE}")
    if method.upper() not in CHANGING_METHODS:
        near = suggestion(method, CHANGING_METHODS)
        raise UsageError(f"{where}: {method!r} is not a method that changes something{near}")
    made = RequestTemplate(method.upper(), *rest)
    if made.unknown:
        near = suggestion(made.unknown, KNOWN)
        raise UsageError(f"{where}: nothing is known by the name {{{made.unknown}}}{near}")
    try:
        made.json_body(lambda _: 0)
    except ValueError as error:
        raise UsageError(f"{where}: the body {made.body!r} is not JSON: {error}") from None
    return made


def read_formats(values: Sequence[str], where: str) -> dict[str, str]:
    """Return a regular expression for each format."""
    patterns = dict(_pairs(values, where, "NAME=REGEX"))
    for name, pattern in patterns.items():
        try:
            re.compile(pattern)
        except re.error as error:
            given = f"{name}={pattern!r}"
            raise UsageError(f"{where}: {given} is no regular expression: {error}") from None
    return patterns


def read_level(value: str, where: str) -> Level:
    """Return the level with this name."""
    names = [level.value for level in Level]
    if value not in names:
        raise UsageError(f"{where}: {value!r} is not a level{suggestion(value, names)}")
    return Level(value)


def read_rules(values: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the ids of rules, in capitals; each value may hold several, with commas between."""
    asked = [part.strip().upper() for value in values for part in value.split(",") if part.strip()]
    known = [rule.id for rule in known_rules()]
    unknown = [identifier for identifier in asked if identifier not in known]
    if unknown:
        near = suggestion(unknown[0], known)
        raise UsageError(f"{where}: there is no rule {unknown[0]!r}{near}")
    return tuple(asked)


def read_own_rules(values: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the names of modules, whose rules are known from now on."""
    names = tuple(value.strip() for value in values)
    import_rules(names, where)
    return names


def read_edition(value: str, where: str) -> Edition:
    """Return the edition with this name."""
    if value not in EDITIONS:
        raise UsageError(f"{where}: {value!r} is not an edition{suggestion(value, [*EDITIONS])}")
    return EDITIONS[value]


def read_watches(values: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the names of watches; each value may hold several, with commas between."""
    asked = read_names(values, where)
    unknown = [name for name in asked if name not in WATCHES]
    if unknown:
        near = suggestion(unknown[0], list(WATCHES))
        raise UsageError(f"{where}: {unknown[0]!r} is no watch{near}")
    return asked


def read_names(values: Sequence[str], where: str) -> tuple[str, ...]:
    """Return names; each value may hold several, with commas between."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def read_token(value: str, where: str) -> Token:
    """Return the name of one disturbed request."""
    token = Token.parse(value)
    if token.area not in AREAS:
        near = suggestion(token.area, list(AREAS))
        raise UsageError(f"{where}: {token.area!r} is not an area{near}")
    return token


def read_point(value: str, where: str) -> Point:
    """Return the name of one point of a team's own test."""
    return Point.parse(value, where)


def read_seed(value: str, where: str) -> int:
    """Return a number, or the one that stands for this day or this week."""
    today = datetime.now(UTC).date()
    year, week, _ = today.isocalendar()
    named = {"daily": today.toordinal(), "weekly": year * 100 + week}
    if value not in named and not value.isdecimal():
        raise UsageError(f"{where}: {value!r} is not a whole number, nor daily or weekly")
    return named.get(value) or int(value)


def read_profile(value: str, where: str) -> Profile:
    """Return the profile with this name."""
    if value not in PROFILES:
        near = suggestion(value, list(PROFILES))
        raise UsageError(f"{where}: {value!r} is not a profile{near}")
    return PROFILES[value]


def read_minutes(value: str, where: str) -> float:
    """Return a number of minutes that is greater than zero, and has an end."""
    try:
        minutes = float(value)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < math.inf:
        raise UsageError(f"{where}: {value!r} is not a number of minutes, such as 5 or 0.5")
    return minutes


def read_shard(value: str, where: str) -> Shard:
    """Return the shard, counted from 0, where the option counts from 1."""
    place, _, of = value.partition("/")
    if not (place.isdecimal() and of.isdecimal() and 0 < int(place) <= int(of)):
        raise UsageError(f"{where}: {value!r} is not a shard such as 1/4, 2/4, 3/4 or 4/4")
    return Shard(int(place) - 1, int(of))


def suggestion(value: str, names: Sequence[str]) -> str:
    """Return the end of a sentence: the name that is meant, if one is near, and what is valid."""
    near = difflib.get_close_matches(value, names, n=1, cutoff=0.5)
    valid = ", ".join(names) if len(names) <= MOST_LISTED else "see `contract-tests list`"
    return f"; did you mean {near[0]!r}? Valid: {valid}" if near else f". Valid: {valid}"


def _pairs(values: Sequence[str], where: str, valid: str) -> Iterator[tuple[str, str]]:
    for value in values:
        name, found, rest = value.partition("=")
        if not found or not name.strip():
            raise UsageError(f"{where}: {name!r} is not {valid}")
        yield name.strip(), rest.strip()


def _secret_pairs(
    values: Sequence[str], where: str, form: tuple[str, str, re.Pattern[str]]
) -> Iterator[tuple[str, str]]:
    """Give pairs whose values may be secret: a value that is none is counted, and not repeated."""
    separator, valid, names = form
    for place, value in enumerate(values, 1):
        name, found, rest = value.partition(separator)
        if not found or not names.fullmatch(name.strip()):
            raise UsageError(
                f"{where}: entry {place} of {len(values)} is not {valid} "
                "(it is not shown here, since it may be secret)"
            )
        yield name.strip(), rest.strip()


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
