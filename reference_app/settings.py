"""What an operator may change, read from the environment when asked and never before."""

import re
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

# The drivers this app knows, each with its own name for the connect deadline
# (for SQLite it is the busy timeout: how long a statement waits for another writer).
DEADLINES = MappingProxyType(
    {
        "sqlite+aiosqlite": "timeout",
        "postgresql+asyncpg": "timeout",
        "postgresql+psycopg": "connect_timeout",
        "mysql+aiomysql": "connect_timeout",
        "mysql+asyncmy": "connect_timeout",
        "mariadb+aiomysql": "connect_timeout",
        "mariadb+asyncmy": "connect_timeout",
        "oracle+oracledb_async": "tcp_connect_timeout",
    }
)


class SettingsError(SystemExit, ValueError):
    """One line about a wrong setting.

    Code that imports the app catches it as a `ValueError`. A server that does not
    catch it stops with that line alone, as Python does for every `SystemExit`.
    """


def masked(url: str) -> str:
    """Return the address without user, password and query, which may hold secrets."""
    without_login = re.sub(r"(?s)^([\w+]+:)?.*@", r"\1//***@", url)
    return re.sub(r"(?s)\?.*", "?***", without_login)


def _check_database_url(url: str) -> str:
    if not _is_usable(url):
        drivers = ", ".join(DEADLINES)
        raise ValueError(
            f"write driver://user:password@host/database, driver being one of {drivers}"
        )
    return url


def _is_usable(url: str) -> bool:
    try:
        address = make_url(url)
        if address.drivername not in DEADLINES:
            return False
        # Only the dialect knows all that can be wrong, such as a host in an address of SQLite.
        dialect = address.get_dialect()
        dialect(dbapi=dialect.import_dbapi()).create_connect_args(address)  # type: ignore[call-arg]
    except ModuleNotFoundError as error:
        raise ValueError(f"this driver is not installed: {error}") from None
    except (ArgumentError, ValueError):
        return False
    return True


def _absent_if_empty(text: str | None) -> str | None:
    return text or None


DatabaseUrl = Annotated[str, AfterValidator(_check_database_url)]


class AppSettings(BaseSettings):
    """Each field is the variable `APP_<FIELD>`; `.env.example` shows them with their defaults."""

    model_config = SettingsConfigDict(env_prefix="APP_", populate_by_name=True)

    database_url: DatabaseUrl = Field(default="sqlite+aiosqlite:///./example.db", repr=False)
    database_read_replica_url: Annotated[DatabaseUrl | None, BeforeValidator(_absent_if_empty)] = (
        Field(default=None, repr=False)
    )
    database_schema: Literal["create", "migrate", "none"] = "create"
    database_pool_size: int = Field(default=5, ge=1)
    database_max_overflow: int = Field(default=10, ge=0)
    database_pool_timeout: float = Field(default=5, gt=0, allow_inf_nan=False)
    database_pool_recycle: int = Field(default=1800, ge=-1)
    database_echo: bool = False
    # Servers that start several processes read the same variable: uvicorn, gunicorn, hypercorn.
    workers: int = Field(default=1, ge=1, validation_alias="WEB_CONCURRENCY")

    @property
    def most_connections(self) -> int:
        """How many connections all processes of this app may hold at once."""
        return self.workers * (self.database_pool_size + self.database_max_overflow)


def load_settings() -> AppSettings:
    """Read the environment; raise `SettingsError` naming every variable that is wrong."""
    try:
        return AppSettings()
    except ValidationError as error:
        problems = (
            f"{_variable(str(problem['loc'][0]))}={masked(str(problem['input']))!r}: "
            + problem["msg"].removeprefix("Value error, ")
            for problem in error.errors()
        )
        raise SettingsError("; ".join(problems)) from None


def _variable(field: str) -> str:
    # A field with a name of its own in the environment is told by that name.
    return field if field.isupper() else f"APP_{field.upper()}"
