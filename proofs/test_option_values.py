"""The values of options: what is read from a text, and the line that a mistake gets."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from contract_tests.generation.request_template import RequestTemplate
from contract_tests.rules.editions import EDITIONS
from contract_tests.rules.profile import QUICK, Shard
from contract_tests.rules.replay import Token
from contract_tests.rules.rule import Level
from contract_tests.rules.switch import Switch
from contract_tests.rules.violation import UsageError
from contract_tests.runner.option_values import REFERENCE
from contract_tests.runner.options import SETTINGS, Options
from contract_tests.runner.setting import Setting

BY_FIELD = {setting.field: setting for setting in SETTINGS}

VALUES: dict[str, list[tuple[Any, object]]] = {
    "app": [("a:b", "a:b")],
    "database": [("sqlite", "sqlite"), ("mysql://u:p@h/d", "mysql://u:p@h/d")],
    "env": [(["A={url}", "B = c=d"], (("A", "{url}"), ("B", "c=d")))],
    "header": [(["X-Key: a:b"], (("X-Key", "a:b"),))],
    "body": [(["a=1", "b=x", 'c={"d": null}'], {"a": 1, "b": "x", "c": {"d": None}})],
    "operation": [
        ('post /a/{row.id} {"b": {n}}', RequestTemplate("POST", "/a/{row.id}", '{"b": {n}}')),
        ("DELETE /a", RequestTemplate("DELETE", "/a")),
    ],
    "format": [(["plate=[A-Z]=?"], {"plate": "[A-Z]=?"})],
    "interface": [("a.toml", Path("a.toml")), ("reference", REFERENCE)],
    "level": [("recommended", Level.RECOMMENDED)],
    "rule": [(["ses-01, SES-02", "CRU-01,"], ("SES-01", "SES-02", "CRU-01"))],
    "edition": [("2026.1", EDITIONS["2026.1"])],
    "baseline": [("a/b.toml", Path("a/b.toml"))],
    "off": [
        (["ses-01: why: so"], (Switch("SES-01", "", "why: so"),)),
        (["CRU-12  GET /a:b/{id}: it is"], (Switch("CRU-12", "GET /a:b/{id}", "it is"),)),
    ],
    "levels": [(["SES-01 create = preview: why"], (Switch("SES-01", "create", "why", "preview"),))],
    "replay": [("errors:create:fail:3", Token("errors", "create", "fail", "3"))],
    "seed": [("0", 0), ("12", 12)],
    "profile": [("quick", QUICK)],
    "minutes": [("0.5", 0.5)],
    "strict_types": [(True, True), (False, False), ("1", True), ("No", False), ("off", False)],
    "corpus": [("a/b", Path("a/b"))],
    "shard": [("2/4", Shard(1, 4))],
}

MISTAKES = [
    ("database", "sqlit", "HERE: 'sqlit' is not a database; did you mean 'sqlite'? Valid: *"),
    ("database", "u:hunter2@h/d", "HERE: what was given (not shown here) is not a database. *"),
    ("env", ["A=b", "hunter2"], "HERE: entry 2 of 2 is not NAME=TEMPLATE (it is not shown *"),
    ("header", ["Basic hunter2:x"], "HERE: entry 1 of 1 is not Name: value (it is not shown *"),
    ("body", ["name"], "HERE: 'name' is not FIELD=JSON"),
    ("operation", "/pay", "HERE: '/pay' is not METHOD PATH [[]JSON], such as 'POST /orders/*"),
    ("operation", "GET /a", "HERE: 'GET' is not a method that changes something. Valid: POST, *"),
    (
        "operation",
        "PUT /{rwo.id}",
        "HERE: nothing is known by the name {rwo.id}; did *'row.id'*",
    ),
    ("operation", "PUT /a {x", "HERE: the body '{x' is not JSON: *"),
    ("format", ["=x"], "HERE: '' is not NAME=REGEX"),
    ("format", ["a=["], "HERE: a='[[]' is no regular expression: *"),
    ("level", "must", "HERE: 'must' is not a level. Valid: required, recommended*"),
    ("rule", ["SES-01,ses-0x"], "HERE: there is no rule 'SES-0X'; did you mean 'SES-*"),
    ("replay", "error:create:fail:3", "HERE: 'error' is not an area; did you mean 'errors'? *"),
    ("edition", "2026", "HERE: '2026' is not an edition; did you mean '2026.1'? Valid: 2026.1"),
    ("off", ["SES-01"], "HERE: 'SES-01' has no reason: write ID [[]OPERATION]: REASON"),
    ("off", ["SES-01: "], "HERE: 'SES-01: ' has no reason: write ID [[]OPERATION]: REASON"),
    ("off", ["SES-01=preview: a"], "HERE: 'SES-01=preview: a' is not ID [[]OPERATION]: REASON"),
    ("off", ["SES-01 delet: a"], "HERE: 'delet' is no operation; did you mean 'delete'? Valid: *"),
    ("levels", ["SES-01: a"], "HERE: 'SES-01: a' is not ID [[]OPERATION]=LEVEL: REASON"),
    ("levels", ["SES-01=must: a"], "HERE: 'must' is not a level. Valid: required, *"),
    ("seed", "-1", "HERE: '-1' is not a whole number, nor daily or weekly"),
    ("seed", "²", "HERE: '²' is not a whole number, nor daily or weekly"),
    ("profile", "quik", "HERE: 'quik' is not a profile; did you mean 'quick'? Valid: quick, *"),
    ("minutes", "inf", "HERE: 'inf' is not a number of minutes, such as 5 or 0.5"),
    ("minutes", "five", "HERE: 'five' is not a number of minutes, such as 5 or 0.5"),
    ("shard", "0/4", "HERE: '0/4' is not a shard such as 1/4, 2/4, 3/4 or 4/4"),
    ("strict_types", "maybe", "HERE: 'maybe' is neither yes nor no; write true or false"),
    ("shard", "5/4", "HERE: '5/4' is not a shard such as 1/4, 2/4, 3/4 or 4/4"),
]


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [(name, given, value) for name, pairs in VALUES.items() for given, value in pairs],
)
def test_a_text_becomes_a_value(name: str, given: Any, value: object) -> None:
    """Each option makes its own kind of value."""
    assert value == BY_FIELD[name].read(given, "HERE")


@pytest.mark.parametrize(("name", "given", "says"), MISTAKES)
def test_a_mistake_says_what_is_valid(name: str, given: Any, says: str) -> None:
    """The place, what was given unless it may be secret, and what would be valid."""
    with pytest.raises(UsageError) as caught:
        BY_FIELD[name].read(given, "HERE")
    pytest.LineMatcher([str(caught.value)]).fnmatch_lines([says])
    assert "hunter2" not in str(caught.value)


def test_a_seed_may_stand_for_a_day_or_a_week() -> None:
    """The two are different numbers."""
    read = BY_FIELD["seed"].read
    assert 0 < read("weekly", "HERE") < read("daily", "HERE")


@pytest.mark.parametrize("name", ["database", "level", "seed", "profile", "minutes", "shard"])
def test_the_default_that_is_shown_is_the_default(name: str) -> None:
    """Whoever types what the help shows changes nothing."""
    setting = BY_FIELD[name]
    assert getattr(Options(), name) == setting.read(setting.default, "HERE")


def test_every_field_but_three_is_an_option() -> None:
    """The command says what a run is for, and each format of a report is an option of its own."""
    plain = {each.name for each in fields(Options) if Setting not in each.metadata}
    assert {"root", "is_pinning", "reports"} == plain


def test_the_options_are_printed_without_secrets() -> None:
    """Templates, headers, commands and addresses may hold some."""
    options = Options(
        database="mysql://u:secret@h/d",
        env=(("A", "secret"),),
        header=(("B", "secret"),),
        prepare="make DB=secret",
    )
    assert "secret" not in repr(options)
