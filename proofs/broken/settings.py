"""Apps that read their settings, and make too little or too much of them."""

from __future__ import annotations

import functools
import os

from fastapi import FastAPI
from sqlalchemy import make_url

from proofs.broken import SERVERS, breaks
from reference_app import create_app
from reference_app.settings import AppSettings, load_settings

settings_once = functools.cache(load_settings)


@breaks("SET-01", says="5, although APP_DATABASE_POOL_SIZE said 3")
def pool_size_of_its_own() -> FastAPI:
    """The size of the pool is read, and the engine gets another."""
    return create_app(load_settings().model_copy(update={"database_pool_size": 5}))


@breaks("SET-01", says="another address than APP_DATABASE_URL")
def address_of_its_own() -> FastAPI:
    """The name of the database stands in the code, whatever the address says."""
    settings = load_settings()
    url = make_url(settings.database_url).set(database="example.db")
    address = url.render_as_string(hide_password=False)
    return create_app(settings.model_copy(update={"database_url": address}))


@breaks("SET-02", says="of an earlier moment: address of the database, size of the pool")
def settings_of_the_first_app() -> FastAPI:
    """Every app of the process gets the settings that the first one has read."""
    return create_app(settings_once())


@breaks("SET-03", says="it started with APP_DATABASE_POOL_SIZE=many")
def invalid_numbers_passed_over() -> FastAPI:
    """A setting that is no number is taken for one that is not set."""
    for name in ("APP_DATABASE_POOL_SIZE", "APP_DATABASE_MAX_OVERFLOW"):
        if not os.environ.get(name, "0").isdecimal():
            del os.environ[name]
    return create_app()


@breaks("SET-03", says="one that does not name it")
def error_without_a_name() -> FastAPI:
    """Whatever is wrong in the settings, the error is the same."""
    try:
        return create_app()
    except ValueError:
        raise RuntimeError("the configuration is invalid") from None


@breaks("SET-04", says="what it printed: using postgresql+asyncpg://", databases=("postgresql",))
def address_printed_at_start() -> FastAPI:
    """The address is printed as a whole, so that one sees what is used."""
    settings = load_settings()
    print(f"using {settings.database_url}")  # noqa: T201 - the defect
    return create_app(settings)


@breaks("SET-05", says="it is in what ShownSettings prints", databases=SERVERS)
def settings_that_show_themselves() -> FastAPI:
    """The address is a plain text among the settings."""

    class ShownSettings(AppSettings):
        database_url: str

    return create_app(ShownSettings())  # type: ignore[call-arg]  # from the environment
