"""The options: one table for the command line, the ini file, the environment and the README."""

from __future__ import annotations

import difflib
import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from ..databases import registry
from ..rules.profile import DEFAULT, PROFILES, WHOLE, Profile, Shard
from ..rules.replay import Token
from ..rules.rule import Level
from ..rules.violation import UsageError

USUAL = registry.words()[0]
"""The database of a run that names none."""

VARIABLE = re.compile(r"[\w.-]+")
HEADER = re.compile(r"[!#$%&'*+.^`|~\w-]+", re.ASCII)
"""The names that RFC 9110 allows: a scheme and a credential with a colon in it are none."""
WORD = re.compile(r"[\w+-]*")


@dataclass(frozen=True)
class Setting:
    """One option: its name, how its values are read, and its words."""

    name: str
    kind: Literal["text", "list", "flag"]
    metavar: str
    help: str
    default: str = ""

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--contract-{self.name}"

    @property
    def key(self) -> str:
        """Its name in the ini file."""
        return f"contract_{self.name.replace('-', '_')}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return self.key.upper()


SETTINGS = (
    Setting("app", "text", "MODULE:ATTRIBUTE|URL", "the ASGI app, a factory that makes it, or "
            "the URL of a service that is running"),
    Setting("resource", "text", "PATH", "the collection to judge", "found in the OpenAPI document"),
    Setting("database", "text", "NAME|URL",
            f"{', '.join(registry.words())}, or the URL of a server to make one on", USUAL),
    Setting("env", "list", "NAME=TEMPLATE",
            "an environment variable set before the app is imported; the template may use {url}, "
            "{url_sync}, {driver}, {user}, {password}, {host}, {port}, {db}, {path}; repeatable",
            "APP_DATABASE_URL={url}, and other usual names"),
    Setting("header", "list", "NAME: VALUE", "a header of every request, such as a credential; "
            "repeatable; never printed"),
    Setting("body", "list", "FIELD=JSON", "the value of a field in every body the kit makes; "
            "{n} in a text becomes a number no other body has; repeatable"),
    Setting("openapi", "text", "PATH", "where the service serves its OpenAPI document",
            "tried at the usual places"),
    Setting("prepare", "text", "COMMAND", "a command that makes the schema before the app starts, "
            "such as 'alembic upgrade head'"),
    Setting("level", "text", "LEVEL", "the level from which a broken rule turns the run red: "
            "required, or recommended too", "required"),
    Setting("rule", "list", "ID[,ID]", "judge only these rules; repeatable", "all"),
    Setting("replay", "text", "TOKEN", "send just one disturbed request again, as a failure names "
            "it, and judge what the rules of its area ask about it"),
    Setting("seed", "text", "NUMBER", "what is generated is drawn from it; daily and weekly are "
            "numbers made from the date", "1"),
    Setting("profile", "text", "NAME", "how much is generated: quick, default, or thorough, which "
            "goes on for as long as --contract-minutes says", "default"),
    Setting("minutes", "text", "NUMBER", "how long a thorough run may generate", "5"),
    Setting("strict-types", "flag", "", "judge lenient readings as well: texts and booleans taken "
            "for numbers, numbers for dates"),
    Setting("format", "list", "NAME=REGEX", "what texts of a format look like that the kit does "
            "not know, or that the service reads more strictly; repeatable"),
    Setting("corpus", "text", "FOLDER", "where generated requests are kept for the next run",
            "in pytest's cache"),
    Setting("shard", "text", "K/N", "send only the K-th of N shards of the requests made from the "
            "document: one for each machine", "1/1"),
    Setting("report", "text", "FILE", "write every verdict to FILE, as JSON"),
    Setting("allow-existing-database", "flag", "",
            "let the kit write into the very database its URL names, or into that of a service "
            "that is running"),
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """The options of a run. Frozen: read once, before anything is imported."""

    app: str = ""
    resource: str = ""
    database: str = field(default=USUAL, repr=False)
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    header: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Mapping[str, Any] = field(default_factory=dict)
    openapi: str = ""
    prepare: str = field(default="", repr=False)
    level: Level = Level.REQUIRED
    rule: tuple[str, ...] = ()
    replay: Token | None = None
    seed: int = 1
    profile: Profile = DEFAULT
    minutes: float = 5.0
    strict_types: bool = False
    format: Mapping[str, str] = field(default_factory=dict)
    corpus: Path | None = None
    shard: Shard = WHOLE
    report: Path | None = None
    allow_existing_database: bool = False
    root: Path = field(default_factory=Path)


def add_options(parser: pytest.Parser) -> None:
    """Declare every setting to pytest, twice: as an option and as an ini key."""
    group = parser.getgroup("contract", "contract of an async-SQLAlchemy CRUD service")
    kinds: dict[str, Literal["string", "linelist", "bool"]] = {
        "text": "string", "list": "linelist", "flag": "bool"}  # fmt: skip
    for setting in SETTINGS:
        words = f"{setting.help} (default: {setting.default})" if setting.default else setting.help
        words = f"{words} [ini {setting.key}, environment {setting.variable}]".replace("%", "%%")
        if setting.kind == "flag":
            group.addoption(setting.flag, action="store_true", default=None, help=words)
        else:
            action = "append" if setting.kind == "list" else "store"
            group.addoption(setting.flag, action=action, metavar=setting.metavar, help=words)
        parser.addini(setting.key, setting.help, type=kinds[setting.kind], default=None)


def read_options(config: pytest.Config, environ: Mapping[str, str] = os.environ) -> Options:
    """The options from command line, environment, ini file and defaults, in this order.

    Raises `UsageError` for a value that is none or a key that does not exist.
    """
    _refuse_unknown(config)
    given: dict[str, tuple[Any, str]] = {}
    for setting in SETTINGS:
        found = _given(config, environ, setting)
        if found is not None:
            given[setting.name] = found
    changes: dict[str, Any] = {
        name.replace("-", "_"): _parsed(name, value, where)
        for name, (value, where) in given.items()
    }
    return Options(root=config.rootpath, **changes)


def _given(
    config: pytest.Config, environ: Mapping[str, str], setting: Setting
) -> tuple[Any, str] | None:
    """The value in force and where it comes from; None for the default."""
    spoken = config.getoption(setting.flag)
    if spoken:
        return spoken, setting.flag
    if environ.get(setting.variable):
        text = environ[setting.variable]
        return (text.splitlines() if setting.kind == "list" else text), setting.variable
    written = config.getini(setting.key)
    return (written, f"{setting.key} in {config.inipath}") if written else None


def _parsed(name: str, value: Any, where: str) -> Any:
    parsers = {
        "env": _secret_pairs_of("=", "NAME=TEMPLATE", VARIABLE),
        "header": _secret_pairs_of(":", "Name: value", HEADER),
        "body": _fields,
        "level": _level,
        "rule": _rules,
        "replay": _token,
        "seed": _seed,
        "shard": _shard,
        "profile": _profile,
        "minutes": _minutes,
        "strict-types": _flag,
        "format": _formats,
        "corpus": lambda value, _: Path(value),
        "report": lambda value, _: Path(value),
        "database": _database,
        "allow-existing-database": _flag,
    }
    return parsers[name](value, where) if name in parsers else value


def _pairs_of(separator: str, valid: str) -> Any:
    def parse(values: list[str], where: str) -> tuple[tuple[str, str], ...]:
        pairs = []
        for value in values:
            name, found, rest = value.partition(separator)
            if not found or not name.strip():
                raise UsageError(f"{where}: {value.split('=')[0]!r} is not {valid}")
            pairs.append((name.strip(), rest.strip()))
        return tuple(pairs)

    return parse


def _secret_pairs_of(separator: str, valid: str, names: re.Pattern[str]) -> Any:
    """Read pairs whose values may be secret: one that is none is counted, and not repeated."""

    def parse(values: list[str], where: str) -> tuple[tuple[str, str], ...]:
        for place, value in enumerate(values, 1):
            name, found, _ = value.partition(separator)
            if not found or not names.fullmatch(name.strip()):
                raise UsageError(
                    f"{where}: entry {place} of {len(values)} is not {valid} "
                    "(it is not shown here, since it may be secret)"
                )
        return tuple(_pairs_of(separator, valid)(values, where))

    return parse


def _fields(values: list[str], where: str) -> dict[str, Any]:
    pairs = _pairs_of("=", "FIELD=JSON")(values, where)
    return {name: _json_or_text(text) for name, text in pairs}


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _level(value: str, where: str) -> Level:
    names = [level.value for level in Level]
    if value not in names:
        raise UsageError(f"{where}: {value!r} is not a level{_near(value, names)}")
    return Level(value)


def _rules(values: list[str], where: str) -> tuple[str, ...]:
    from ..rules import RULES

    asked = [part.strip().upper() for value in values for part in value.split(",") if part.strip()]
    known = [rule.id for rule in RULES]
    for identifier in asked:
        if identifier not in known:
            raise UsageError(f"{where}: there is no rule {identifier!r}{_near(identifier, known)}")
    return tuple(asked)


def _token(value: str, where: str) -> Token:
    from ..rules import AREAS

    token = Token.parse(value)
    if token.area not in AREAS:
        raise UsageError(f"{where}: {token.area!r} is not an area{_near(token.area, list(AREAS))}")
    return token


def _seed(value: str, where: str) -> int:
    today = datetime.now(UTC).date()
    year, week, _ = today.isocalendar()
    named = {"daily": today.toordinal(), "weekly": year * 100 + week}
    if value not in named and not str(value).isdigit():
        raise UsageError(f"{where}: {value!r} is not a whole number, nor daily or weekly")
    return named.get(value) or int(value)


def _shard(value: str, where: str) -> Shard:
    place, _, of = value.partition("/")
    if not (place.isdigit() and of.isdigit() and 0 < int(place) <= int(of)):
        raise UsageError(f"{where}: {value!r} is not a shard such as 1/4, 2/4, 3/4 or 4/4")
    return Shard(int(place) - 1, int(of))


def _minutes(value: str, where: str) -> float:
    try:
        minutes = float(value)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < math.inf:
        raise UsageError(f"{where}: {value!r} is not a number of minutes, such as 5 or 0.5")
    return minutes


def _profile(value: str, where: str) -> Profile:
    if value not in PROFILES:
        raise UsageError(f"{where}: {value!r} is not a profile{_near(value, list(PROFILES))}")
    return PROFILES[value]


def _formats(values: list[str], where: str) -> dict[str, str]:
    pairs = dict(_pairs_of("=", "NAME=REGEX")(values, where))
    for name, pattern in pairs.items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(f"{where}: {name}={pattern!r} is no regular expression: {error}"
                             ) from None  # fmt: skip
    return pairs


def _flag(value: object, _where: str) -> bool:
    return str(value).lower() not in {"0", "false", "no"}


def _database(value: str, where: str) -> str:
    word = value.partition("+")[0]
    words = list(registry.words())
    if "://" not in value and word not in words:
        # An address without its scheme has the password in it all the same.
        given = repr(value) if WORD.fullmatch(value) else "what was given (not shown here)"
        raise UsageError(f"{where}: {given} is not a database{_near(word, words)}, "
                         f"or a URL such as {registry.example()}")  # fmt: skip
    return value


def _near(value: str, names: list[str]) -> str:
    near = difflib.get_close_matches(value, names, n=1, cutoff=0.5)
    valid = ", ".join(names) if len(names) < 10 else "see `contract-tests list`"  # noqa: PLR2004
    return f"; did you mean {near[0]!r}? Valid: {valid}" if near else f". Valid: {valid}"


def _refuse_unknown(config: pytest.Config) -> None:
    """A misspelt key would be silently without effect."""
    known = [setting.key for setting in SETTINGS]
    for key in _written_keys(config):
        if key.startswith("contract_") and key not in known:
            raise UsageError(f"{config.inipath}: unknown key {key!r}{_near(key, known)}")


def _written_keys(config: pytest.Config) -> list[str]:
    """The keys of the ini file. pytest has no public way to list them since 9.2 deprecated one."""
    written = getattr(config, "_inicfg", None)
    return list(written if written is not None else config.inicfg)
