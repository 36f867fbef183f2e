"""Settings, from the environment or a file `.env`."""

from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class AppSettings(BaseSettings):
    """Each field is the variable `APP_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="APP_", env_file=".env", extra="ignore")

    database_url: str = "sqlite+aiosqlite:///./app.db"
    database_read_replica_url: str | None = None
    database_echo: bool = False
    database_pool_size: int = 5
    database_max_overflow: int = 10
    database_pool_timeout: float = 30
    database_pool_recycle: int = 1800


@lru_cache
def get_settings() -> AppSettings:
    """Read the settings once."""
    return AppSettings()
