"""What an operator sees of the reference app's settings."""

from pathlib import Path

import pytest

from reference_app import AppSettings, create_app
from reference_app.settings import SettingsError, masked

ENV_EXAMPLE = Path(__file__).parent.parent / ".env.example"


def documented_settings() -> dict[str, str]:
    lines = ENV_EXAMPLE.read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return dict(pairs)


def test_the_example_file_names_every_setting() -> None:
    """An operator who reads .env.example knows all settings."""
    fields = AppSettings.model_fields.items()
    names = {field.validation_alias or f"APP_{name.upper()}" for name, field in fields}

    assert names == set(documented_settings())


def test_the_example_file_tells_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copying .env.example changes nothing."""
    without = AppSettings()
    for name, value in documented_settings().items():
        monkeypatch.setenv(name, value)

    assert without == AppSettings()


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("APP_DATABASE_URL", "postgres://app:s3c@ret@db/x", "postgres://***@db/x"),
        ("APP_DATABASE_URL", "postgresql://app:s3c@ret@db/x", "postgresql://***@db/x"),
        ("APP_DATABASE_URL", "sqlite:///example.db", "sqlite:///example.db"),
        ("APP_DATABASE_URL", "sqlite+aiosqlite://example.db", "sqlite+aiosqlite://example.db"),
        ("APP_DATABASE_URL", "mysql+aiomysql://app:s3c@ret@db:port/x", "***@db:port/x"),
        ("APP_DATABASE_URL", "app:s3c@ret\n@db", "app://***@db"),
        ("APP_DATABASE_READ_REPLICA_URL", "postgres://app:s3c@ret@db/x", "postgres://***@db/x"),
        ("APP_DATABASE_SCHEMA", "drop", "'create', 'migrate' or 'none'"),
        ("APP_DATABASE_POOL_SIZE", "-3", "-3"),
        ("WEB_CONCURRENCY", "0", "0"),
        ("APP_DATABASE_POOL_TIMEOUT", "soon", "soon"),
    ],
)
def test_a_wrong_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, shown: str
) -> None:
    """The line names the variable and what was given, and keeps the password."""
    monkeypatch.setenv(name, given)

    with pytest.raises(SettingsError) as stopped:
        create_app()

    line = str(stopped.value)
    assert line.startswith(f"{name}='")
    assert shown in line
    assert "\n" not in line
    assert "ret" not in line


def test_a_wrong_setting_is_a_value_error_that_stops_a_server() -> None:
    """Importers catch it; a server that does not prints the line and ends."""
    error = SettingsError("the line")

    assert isinstance(error, ValueError)
    assert error.code == "the line"


def test_an_address_is_shown_without_its_secrets() -> None:
    """A password may also hide in the query."""
    shown = masked("postgresql+asyncpg://app:p?a@db/x?password=secret")

    assert shown == "postgresql+asyncpg://***@db/x?***"


def test_settings_do_not_show_the_address() -> None:
    """A logged settings object holds no password."""
    url = "postgresql+asyncpg://app:secret@db/x"
    settings = AppSettings(database_url=url, database_read_replica_url=url)

    assert "secret" not in repr(settings)
