"""The sources of options: the command line, the environment, the ini file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from contextlib import suppress
from shlex import quote
from typing import Any, Literal

import pytest

from ..reports.formats import report_formats
from ..rules.violation import UsageError
from .option_values import suggestion
from .options import SETTINGS, Options
from .setting import Setting

INI_TYPES: Mapping[str, Literal["string", "linelist", "bool"]] = {
    "text": "string",
    "list": "linelist",
    "flag": "bool",
}
"""The type of an ini key for each kind of setting."""


REPEATED = frozenset(
    {"resource", "env", "header", "body", "openapi", "prepare", "own_rules"}
    | {"seed", "profile", "strict_types", "format"}
)
"""The settings by which a run would find or do something else; reports tell the others."""

NEAR = 0.9
"""The likeness of two names from which one is the other one misspelt."""


def add_options(parser: pytest.Parser) -> None:
    """Declare every setting to pytest, twice: as an option and as an ini key."""
    group = parser.getgroup("contract", "contract of an async-SQLAlchemy CRUD service")
    for setting in SETTINGS:
        # The installed kit has declared its own where a copy takes its place.
        with suppress(ValueError):
            group.addoption(setting.flag, help=_help(setting), default=None, **_action(setting))
        parser.addini(setting.key, setting.help, type=INI_TYPES[setting.kind], default=None)


def _help(setting: Setting) -> str:
    default = f" (default: {setting.default})" if setting.default else ""
    twins = f" [ini {setting.key}, environment {setting.variable}]"
    return f"{setting.help}{default}{twins}".replace("%", "%%")


def _action(setting: Setting) -> dict[str, str]:
    if setting.kind == "flag":
        return {"action": "store_true"}
    return {"action": "append" if setting.kind == "list" else "store", "metavar": setting.metavar}


def read_options(config: pytest.Config, environ: Mapping[str, str] = os.environ) -> Options:
    """The options from command line, environment, ini file and defaults, in this order.

    Raises `UsageError` for a value that is none or a key that does not exist.
    """
    _refuse_unknown(config)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        given, where = _given(config, environ, setting)
        if given:
            values[setting.field] = setting.read(given, where)
    is_pinning = config.pluginmanager.has_plugin(f"{__package__}.pinning")
    reports = {name: values.pop(name) for name in report_formats() if name in values}
    return Options(reports=reports, root=config.rootpath, is_pinning=is_pinning, **values)


def words_to_repeat(
    config: pytest.Config, environ: Mapping[str, str] = os.environ
) -> tuple[str, str]:
    """Return the words that give a run the same options again, and the variables it needs.

    What the ini file says is said there again. A secret is named by its variable.
    """
    words: list[str] = []
    variables: list[str] = []
    for setting in SETTINGS:
        given, where = _given(config, environ, setting)
        if setting.field in REPEATED and given and where in (setting.flag, setting.variable):
            if setting.is_secret:
                variables.append(setting.variable)
            elif setting.kind == "flag":
                words += [setting.flag] if setting.read(given, where) else []
            else:
                values = given if isinstance(given, list) else [given]
                words += [f"{setting.flag} {quote(value)}" for value in values]
    return " ".join(words), " ".join(variables)


def _given(config: pytest.Config, environ: Mapping[str, str], setting: Setting) -> tuple[Any, str]:
    """Return the value in force and where it comes from; an empty one stands for the default."""
    spoken = config.getoption(setting.flag)
    if spoken:
        return spoken, setting.flag
    text = environ.get(setting.variable)
    if text:
        return text.splitlines() if setting.kind == "list" else text, setting.variable
    where = f"{setting.key} in {config.inipath}"
    try:
        found = config.getini(setting.key)
    except (TypeError, ValueError, pytest.UsageError) as error:  # it minds kinds, and words for yes
        raise UsageError(f"{where}: {error}") from None
    if setting.kind == "text" and isinstance(found, list):  # which it does not in every table
        raise UsageError(f"{where}: {found!r} is a list, and one text is expected")
    return found, where


def _refuse_unknown(config: pytest.Config) -> None:
    """A misspelt key would be silently without effect."""
    known = [setting.key for setting in SETTINGS]
    for key in _written_keys(config):
        if key.startswith("contract_") and key not in known:
            raise UsageError(f"{config.inipath}: unknown key {key!r}{suggestion(key, known)}")


def refuse_misspelt(environ: Mapping[str, str] = os.environ) -> None:
    """Raise `UsageError` for a variable that is all but an option's: it would have no effect.

    Others that begin as those of the kit do may be the service's own.
    """
    known = [setting.variable for setting in SETTINGS]
    for name in environ.keys() - set(known):
        near = difflib.get_close_matches(name, known, n=1, cutoff=NEAR)
        if near:
            raise UsageError(f"{name} in the environment is no option; did you mean {near[0]}?")


def _written_keys(config: pytest.Config) -> list[str]:
    """Return the keys of the ini file."""
    # pytest has no public way to list them: since 9.2 the one there was is deprecated.
    written = getattr(config, "_inicfg", None)
    return list(written if written is not None else config.inicfg)
