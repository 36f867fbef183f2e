"""Settings are found where an app looks for them, and compared with what its engines have."""

from __future__ import annotations

import os

import pytest
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool, QueuePool

from contract_tests.instruments.environment_reads import EnvironmentReads
from contract_tests.rules.violation import NotApplicable
from contract_tests.scenarios.startup.settings import NAMES, OTHERS, SettingsRun
from contract_tests.service.workers.configuration import (
    pool_of_engine,
    settings_fields,
    shown_settings,
)
from contract_tests.suite.test_settings import _is_named


class Pool(BaseModel):
    """Settings within settings."""

    size: int = 5


class ManyNames(BaseSettings):
    """A class of settings whose variables are named in every way."""

    model_config = SettingsConfigDict(env_prefix="proof_", env_nested_delimiter="__")
    plain: str = "shown"
    renamed: str = Field(default="", validation_alias="PROOF_OTHER")
    chosen: str = Field(default="", validation_alias=AliasChoices("PROOF_ONE", "PROOF_TWO"))
    pool: Pool = Pool()


def test_variables_that_are_asked_for_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to ask for one variable is seen, whether it is set or not."""
    monkeypatch.setenv("PROOF_SET", "1")
    with EnvironmentReads() as reads:
        assert os.environ.get("PROOF_UNSET") is None
        assert os.getenv("PROOF_SET") == "1"
        assert "PROOF_ASKED" not in os.environ
        with pytest.raises(KeyError):
            os.environ["PROOF_NEEDED"]
    expected = {"PROOF_UNSET", "PROOF_SET", "PROOF_ASKED", "PROOF_NEEDED"}
    assert expected == {name for name in reads.names if name.startswith("PROOF_")}


def test_a_copy_of_the_environment_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hands the environment on has not read it."""
    monkeypatch.setenv("PROOF_SET", "1")
    with EnvironmentReads() as reads:
        copies = dict(os.environ), os.environ.copy(), dict(os.environ.items())
    assert {"1"} == {copy["PROOF_SET"] for copy in copies}
    assert "PROOF_SET" not in reads.names


def test_reading_the_environment_is_as_before_afterwards() -> None:
    """Nothing stays behind."""
    before = type(os.environ).__getitem__
    with EnvironmentReads():
        assert type(os.environ).__getitem__ is not before
    assert type(os.environ).__getitem__ is before


def test_the_fields_of_settings_are_variables() -> None:
    """Prefixes, aliases and settings within settings are spelled as the environment has them."""
    expected = {"PROOF_PLAIN", "PROOF_OTHER", "PROOF_ONE", "PROOF_TWO", "PROOF_POOL__SIZE"}
    assert expected <= settings_fields()


def test_settings_are_found_as_they_print() -> None:
    """An object of settings that is alive is among those shown."""
    kept = ManyNames(plain="to be found")
    assert repr(kept) in shown_settings()


def test_an_engine_shows_what_its_pool_was_made_with() -> None:
    """A pool without a size tells none."""
    options = {"pool_size": 3, "max_overflow": 4, "pool_timeout": 7, "pool_recycle": 911}
    queue = create_engine("sqlite:///x.db", poolclass=QueuePool, echo=False, **options)
    expected = {"url": False, "echo": False, "recycle": 911, "size": 3, "overflow": 4, "wait": 7}
    assert expected == pool_of_engine(queue, by_alias=False)
    plain = create_engine("sqlite:///x.db", poolclass=NullPool)
    assert pool_of_engine(plain, by_alias=True) == {"url": True, "echo": False, "recycle": -1}


def test_a_password_that_was_not_given_is_not_kept_secret_either() -> None:
    """Where it has not reached the service, nothing is known about what becomes of it."""
    given = SettingsRun("", has_password=True)
    assert given.trusted() is given
    with pytest.raises(NotApplicable, match=r"--contract-env 'NAME=\{password\}'"):
        SettingsRun("").trusted()


def test_one_engine_that_obeys_is_enough() -> None:
    """An engine beside it, for migrations or another database, may have a pool of its own."""
    life = SettingsRun("", engines=({"size": 5, "url": False}, {"size": 3, "url": False}))
    assert life.obeyed == ("size",)
    assert life.made_of("overflow") == ()


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("APP_DATABASE_POOL_SIZE", ["size"]),
        ("DB_MAX_OVERFLOW", ["overflow"]),
        ("SQLALCHEMY_POOL_TIMEOUT", ["wait"]),
        ("POOL_RECYCLE", ["recycle"]),
        ("DATABASE_ECHO", ["echo"]),
        ("CARPOOL_SIZE", []),
        ("REDIS_POOL_SIZE", []),
        ("REPLICA_POOL_SIZE", []),
        ("TELNET_ECHO", []),
    ],
)
def test_the_name_of_a_setting_tells_its_knob(name: str, knobs: list[str]) -> None:
    """Another pool is not the database's."""
    found = [knob for knob, names in NAMES.items() if names.search(name)]
    assert knobs == ([] if OTHERS.search(name) else found)


@pytest.mark.parametrize("told", ["APP_DB_POOL_SIZE='many'", "Settings\ndb_pool_size\n  invalid"])
def test_a_variable_is_named_by_its_field_too(told: str) -> None:
    """The error of pydantic has the field, without the prefix of its variable."""
    assert _is_named("APP_DB_POOL_SIZE", told)
    assert not _is_named("APP_DB_POOL_SIZE", "invalid literal for int()")
