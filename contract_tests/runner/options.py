"""The options of a run: each is one field, for the command line, ini file, environment and docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..databases import registry
from ..generation.request_template import RequestTemplate
from ..reports.formats import report_formats
from ..rules.editions import NEWEST, Edition
from ..rules.points import Point
from ..rules.profile import DEFAULT, WHOLE, Profile, Shard
from ..rules.replay import Token
from ..rules.rule import Level
from ..rules.switch import Switch
from ..rules.watches import WATCHES
from .option_values import (
    NamedValues,
    read_database,
    read_edition,
    read_fields,
    read_formats,
    read_headers,
    read_interface,
    read_level,
    read_minutes,
    read_names,
    read_operation,
    read_own_rules,
    read_path,
    read_point,
    read_profile,
    read_rules,
    read_seed,
    read_shard,
    read_text,
    read_token,
    read_variables,
    read_watches,
)
from .setting import Setting, flag_option, list_option, settings_of, text_option
from .switch_values import read_levels, read_off

PINNED = "contract.toml"
"""The usual name of a pinned interface."""

USUAL_MINUTES = 10.0
"""The budget of a run that is told nothing else."""


@dataclass(frozen=True)
class Options:
    """The options of a run, each with all that is known of it. Frozen: read before any import.

    `reports` has the files for reports in other formats, by the name of the format.
    """

    app: str = text_option(
        "MODULE:ATTRIBUTE|URL",
        "the ASGI app, a factory that makes it, or the URL of a service that is running",
        read_text,
        "",
    )
    resource: str = text_option(
        "PATH",
        "the collection to judge",
        read_text,
        "",
        otherwise="found in the OpenAPI document",
    )
    database: str = text_option(
        "NAME|URL",
        f"{', '.join(registry.words())}, or the URL of a server to make one on",
        read_database,
        registry.words()[0],
        is_secret=True,
    )
    env: NamedValues = list_option(
        "NAME=TEMPLATE",
        "an environment variable set before the app is imported; the template may use {url}, "
        "{url_sync}, {driver}, {user}, {password}, {host}, {port}, {db}, {path}, or {replica_url} "
        "and so on for a read replica; repeatable",
        read_variables,
        otherwise="APP_DATABASE_URL={url}, and other usual names",
        is_secret=True,
    )
    header: NamedValues = list_option(
        "NAME: VALUE",
        "a header of every request, such as a credential; repeatable; never printed",
        read_headers,
        is_secret=True,
    )
    body: Mapping[str, Any] = list_option(
        "FIELD=JSON",
        "the value of a field in every body the kit makes; "
        "{n} in a text becomes a number no other body has; repeatable",
        read_fields,
    )
    operation: RequestTemplate | None = text_option(
        "METHOD PATH [JSON]",
        "a further operation that the rules on sessions, failures, cancellations and clients that "
        'leave judge as they judge a create, such as \'POST /transfer {"to": {row.id}, '
        '"amount": 5}\'; {row.id} and {row.FIELD} are those of a row made for it, {other.id} and '
        "{other.FIELD} those of a second one, {n} is a number no other body has",
        read_operation,
        None,
    )
    openapi: str = text_option(
        "PATH",
        "where the service serves its OpenAPI document",
        read_text,
        "",
        otherwise="tried at the usual places",
    )
    prepare: str = text_option(
        "COMMAND",
        "a command that makes the schema before the app starts, such as 'alembic upgrade head'",
        read_text,
        "",
        is_secret=True,
    )
    migrations: str = text_option(
        "PATH",
        "the settings of Alembic, or their folder",
        read_text,
        "",
        otherwise="alembic.ini or pyproject.toml of the project, or alembic.ini beside the app",
    )
    interface: Path | None = text_option(
        "FILE|reference",
        "the pinned interface that the service is to uphold: a file that `contract-tests pin` has "
        "written, or the one of the published example",
        read_interface,
        None,
        otherwise=f"{PINNED} beside the ini file, if it is there",
    )
    level: Level = text_option(
        "LEVEL",
        "the level from which a broken rule turns the run red: required, or recommended too",
        read_level,
        Level.REQUIRED,
    )
    own_rules: tuple[str, ...] = list_option(
        "MODULE",
        "a module with rules of your own, which your tests judge; repeatable",
        read_own_rules,
        otherwise="none",
    )
    rule: tuple[str, ...] = list_option(
        "ID[,ID]", "judge only these rules; repeatable", read_rules, otherwise="all"
    )
    edition: Edition | None = text_option(
        "NAME",
        "the edition of the contract whose rules and levels are in force; "
        "what is younger is shown as preview",
        read_edition,
        None,
        otherwise=f"the newest, {NEWEST}",
    )
    baseline: Path | None = text_option(
        "FILE|none",
        "the findings that are known, as `contract-tests baseline` writes them: not red",
        read_path,
        None,
        otherwise="contract-baseline.toml beside the ini file, if there is one",
    )
    off: tuple[Switch, ...] = list_option(
        "ID [OPERATION]: REASON",
        "judge a rule not at all, or not at one operation, such as "
        "'CRU-12 POST /orders: by design' or 'SES-03 create: by design'; repeatable",
        read_off,
    )
    levels: tuple[Switch, ...] = list_option(
        "ID [OPERATION]=LEVEL: REASON",
        "give a rule another level, at all operations or at one, such as "
        "'PAY-08=required: our clients send such texts'; repeatable",
        read_levels,
    )
    replay: Token | None = text_option(
        "TOKEN",
        "send just one disturbed request again, as a failure names it, "
        "and judge what the rules of its area ask about it",
        read_token,
        None,
    )
    seed: int = text_option(
        "NUMBER",
        "what is generated is drawn from it; daily and weekly are numbers made from the date",
        read_seed,
        1,
    )
    profile: Profile = text_option(
        "NAME",
        "how much is generated: quick, default, or thorough, "
        "which goes on for as long as --contract-minutes says",
        read_profile,
        DEFAULT,
    )
    minutes: float = text_option(
        "NUMBER", "how long a thorough run may generate", read_minutes, 5.0
    )
    budget: float | None = text_option(
        "MINUTES",
        "when the contract ends, counted from its beginning: where the service is slow, sweeps and "
        "generated requests are thinned to that end, and what is not reached is undecided",
        read_minutes,
        None,
        otherwise="10, and what a thorough run may generate",
    )
    strict_types: bool = flag_option(
        "judge lenient readings as well: texts and booleans taken for numbers, numbers for dates"
    )
    format: Mapping[str, str] = list_option(
        "NAME=REGEX",
        "what texts of a format look like that the kit does not know, "
        "or that the service reads more strictly; repeatable",
        read_formats,
    )
    corpus: Path | None = text_option(
        "FOLDER",
        "where generated requests are kept for the next run",
        read_path,
        None,
        otherwise="in pytest's cache",
    )
    shard: Shard = text_option(
        "K/N",
        "send only the K-th of N shards of the requests made from the document: "
        "one for each machine",
        read_shard,
        WHOLE,
    )
    report: Path | None = text_option(
        "FILE", "write every verdict to FILE, as JSON", read_path, None
    )
    allow_existing_database: bool = flag_option(
        "let the kit write into the very database its URL names, "
        "or into that of a service that is running"
    )
    watch: tuple[str, ...] = list_option(
        "WATCH[,WATCH]",
        f"watch the team's own tests for {', '.join(WATCHES)}; repeatable",
        read_watches,
        otherwise="none",
    )
    residents: tuple[str, ...] = list_option(
        "NAME",
        "a function that may keep a connection when a test ends, or a coroutine, task or thread "
        "that may go on; with wildcards; repeatable",
        read_names,
        otherwise="none",
    )
    point: Point | None = text_option(
        "POINT",
        "disturb decorated tests of the team at just one point, as a failure names it",
        read_point,
        None,
        otherwise="every one",
    )
    reports: Mapping[str, Path] = field(default_factory=dict)
    root: Path = field(default_factory=Path)
    is_pinning: bool = False

    @property
    def pinned(self) -> Path | None:
        """The file with the pinned interface, or for it; None if there is none."""
        usual = self.root / PINNED
        if self.interface is None:
            return usual if usual.is_file() or self.is_pinning else None
        # A name in an ini file is read from its folder, too.
        beside = self.root / self.interface
        return self.interface if self.interface.exists() else beside

    @property
    def seconds(self) -> float:
        """The seconds after which the contract ends."""
        usual = USUAL_MINUTES + self.minutes * self.profile.is_endless
        return 60 * (usual if self.budget is None else self.budget)


def _all_settings() -> Iterator[Setting]:
    """Give the settings of the fields, and of each format of a report behind that of the report."""
    for setting in settings_of(Options):
        yield setting
        if setting.field == "report":
            for name, made in report_formats().items():
                yield Setting("text", "FILE", f"write to FILE {made.words}", read_path, field=name)


SETTINGS = tuple(_all_settings())
