"""Bring a service under contract: a database, its address, the app, and what it offers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .databases import Database, DatabaseUnavailable, provide
from .detection import detect
from .instruments.ledger import Ledger
from .instruments.redirect import Redirected
from .options import ADDRESS_NAMES, Options
from .resource import Resource
from .service import Service
from .targets.asgi import AsgiTarget
from .targets.lifespan import LifespanFailed
from .targets.locate import locate
from .violation import UsageError


@contextmanager
def open_service(options: Options) -> Iterator[Service]:
    """The started service, with its resource detected; everything is undone at the end.

    Raises `UsageError` when the app cannot be found, started or understood.
    """
    with ExitStack() as stack:
        try:
            server = stack.enter_context(
                provide(options.database, allow_existing=options.allow_existing_database)
            )
            database = server.make()
        except DatabaseUnavailable as error:
            raise UsageError(str(error)) from None
        stack.enter_context(environment(addresses(options.env, database)))
        ledger = stack.enter_context(Ledger())
        redirected = Redirected(database.redirect)
        if database.owned:
            stack.enter_context(redirected)
        located = locate(options.app, (options.root, Path.cwd()))
        runner = stack.enter_context(asyncio.Runner())
        target = AsgiTarget(located.make(), ledger)
        service = Service(runner, target, database, Resource("", {}), options.header)
        service.is_factory = located.is_factory
        service.server = server
        start(service, redirected)
        stack.callback(stop, service)
        service.resource = detect(service, options.resource or None, options.openapi or None,
                                  options.body)  # fmt: skip
        service.run(database.remember())
        yield service


def start(service: Service, redirected: Redirected) -> None:
    """Run the start-up. Raises `UsageError` with the app's own words if it fails."""
    service.run(service.database.open())
    try:
        service.run(service.target.start())
    except LifespanFailed as error:
        hint = ""
        if redirected.refused:
            kinds = ", ".join(sorted(set(redirected.refused)))
            hint = (f". It connected to {kinds}, but was given {service.database.name}: choose "
                    f"--contract-database, or name its variable with --contract-env")  # fmt: skip
        raise UsageError(f"the app could not start: {error}{hint}") from None


def stop(service: Service) -> None:
    """Run the shutdown, whatever the app says to it, and close the back door."""
    try:
        service.run(service.target.stop())
    except LifespanFailed:
        pass  # the lifespan area judges shutdowns; here only the end matters
    finally:
        service.run(service.database.close())


def addresses(env: tuple[tuple[str, str], ...], database: Database) -> dict[str, str]:
    """The environment that tells a service where its database is."""
    places = database.placeholders()
    templates = dict(env) if env else dict.fromkeys(ADDRESS_NAMES, "{url}")
    try:
        return {name: template.format_map(places) for name, template in templates.items()}
    except (KeyError, ValueError, IndexError) as error:
        raise UsageError(
            f"--contract-env: unknown placeholder {error}; valid: "
            f"{', '.join('{' + name + '}' for name in places)}"
        ) from None


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, and put back what was there."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
