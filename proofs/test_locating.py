"""What is said of an app that cannot be found or made."""

from __future__ import annotations

import pytest

from contract_tests.service.transports.locate import settings_missing


@pytest.mark.parametrize(
    ("name", "value"),
    [("DB_ASYNC_CONNECTION_STR", "'{url}'"), ("SQLALCHEMY_DSN", "'{url}'"), ("MAIL_URL", "VALUE")],
)
def test_a_missing_setting_is_told_with_what_to_give(name: str, value: str) -> None:
    """For the address of a database, that is the placeholder which the kit fills in."""
    told = settings_missing(KeyError(name))
    assert told.endswith(f"each with --contract-env {name}={value}")
