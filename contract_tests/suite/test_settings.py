"""Settings: whether they take effect, are read in time, are checked, and keep secrets."""

from __future__ import annotations

from typing import get_args

import pytest

from ..runner.judge import Judge, judges
from ..scenarios.startup.settings import (
    INVALID,
    LABELS,
    VALUES,
    Knob,
    SettingsRun,
    SettingsScenarios,
)
from ..scenarios.startup.unreachable import PASSWORD


@judges("SET-01")
@pytest.mark.parametrize("knob", get_args(Knob))
def test_a_setting_takes_effect(judge: Judge, settings: SettingsScenarios, knob: Knob) -> None:
    """An engine of the service has what the variable says."""
    life = settings.before.begun()
    # An address may be read where nobody sees it; that it has an effect is proof enough.
    names = () if life.obeys(knob) else settings.names(knob)
    if names and not (life.made_of(knob) and settings.has_pool(knob)):
        judge.not_applicable("on this database the service has no pool with such a setting")
    judge.that(
        life.obeys(knob),
        expected=f"an engine with the {LABELS[knob]} that was set",
        observed=_ignored(life, knob, names),
    )


@judges("SET-02")
def test_settings_are_read_when_an_app_is_made(judge: Judge, settings: SettingsScenarios) -> None:
    """A setting that changes after one app has been made holds for the next."""
    obeyed = settings.before.begun().obeyed
    if not obeyed:
        judge.not_applicable("no setting of the database takes effect")
    life = settings.again.begun()
    late = [knob for knob in obeyed if not life.obeys(knob)]
    judge.that(
        not late,
        expected="an app with the settings of the moment at which it is made",
        observed=f"of an earlier moment: {', '.join(LABELS[knob] for knob in late)}",
    )


@judges("SET-03")
def test_an_invalid_setting_ends_the_start(judge: Judge, settings: SettingsScenarios) -> None:
    """A word in place of a number is refused by an error that names the variable."""
    name, life = settings.invalid
    judge.that(
        life.start_failure,
        expected=f"a start-up that fails with {name}={INVALID}",
        observed=f"it started with {name}={INVALID}",
    )
    judge.that(
        _is_named(name, life.told),
        expected=f"an error that names {name}",
        observed=f"one that does not name it: {life.start_failure}",
    )


@judges("SET-04")
def test_the_password_is_not_shown(judge: Judge, settings: SettingsScenarios) -> None:
    """No line of output, no answer and no document has the password of the address."""
    life = settings.before.trusted()
    judge.that(
        not life.shown,
        expected="the password shown nowhere",
        observed="; ".join(life.shown),
    )


@judges("SET-05")
def test_the_settings_hide_the_password(judge: Judge, settings: SettingsScenarios) -> None:
    """No object that holds the settings prints the password."""
    printed = settings.before.trusted().printed
    if not printed:
        judge.not_applicable("the service keeps no object of pydantic-settings")
    showing = [text for text in printed if PASSWORD in text]
    judge.that(
        not showing,
        expected="settings that print without the password",
        observed=f"it is in what {showing[0].partition('(')[0] if showing else ''} prints",
    )


def _ignored(life: SettingsRun, knob: Knob, names: tuple[str, ...]) -> str:
    if knob == "url":
        return f"an engine with another address than {' or '.join(names)} says"
    made = ", ".join(map(str, life.made_of(knob)))
    return f"{made}, although {' and '.join(names)} said {VALUES[knob]}"


def _is_named(name: str, told: str) -> bool:
    """Return whether the variable, or the field it belongs to, is in a text."""
    field = "_".join(name.lower().split("_")[-2:])
    return field in told.lower()
