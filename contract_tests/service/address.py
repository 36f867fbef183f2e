"""Hand a database's address to a service, through its environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import URL

from ..databases import Database
from ..databases.redirects import alias_of
from ..instruments.confinement import Confinement
from ..masking.names import says_secret
from ..rules.violation import UsageError

ADDRESS_NAMES = (
    "APP_DATABASE_URL",
    "DATABASE_URL",
    "DATABASE_URI",
    "DB_URL",
    "DB_URI",
    "DB_DSN",
    "SQLALCHEMY_DATABASE_URL",
    "SQLALCHEMY_DATABASE_URI",
)
"""The variables that a service may read its database's address from, if none is named."""

OF_REPLICA = "replica_"
REPLICA = f"{{{OF_REPLICA}url}}"
"""The template of a variable that leads to a read replica."""


@dataclass(frozen=True)
class Handover:
    """The ways in which a service is given a database: by variables, and by its confinement.

    Raises `UsageError` for a template with an unknown placeholder.
    """

    templates: tuple[tuple[str, str], ...] = field(repr=False)
    confinement: Confinement

    def variables(self, database: Database) -> dict[str, str]:
        """Give the variables that lead a service to `database`."""
        return self._led(database, database.url, database.placeholders())

    def variables_at(self, database: Database, url: URL) -> dict[str, str]:
        """Give those that lead to another address of the same kind, such as one that is dead."""
        return self._led(database, url, _places(database, url))

    def variables_by_alias(self, database: Database, url: URL) -> dict[str, str]:
        """Give those that lead to `database` by `url`, an alias that its engine can be known by."""
        confined = self.confinement.variables(database.url)
        return self._led(database, database.url, _places(database, url)) | confined

    def replica_variables(
        self, database: Database, names: Iterable[str], goal: URL
    ) -> dict[str, str]:
        """Give those that lead to `database`, and a read replica at `goal` under these names."""
        templates = (*self.templates, *((name, REPLICA) for name in names))
        led = replace(self, templates=templates).variables(database)
        return led | self.confinement.variables(database.url, goal)

    @property
    def replica_names(self) -> tuple[str, ...]:
        """The variables that are said to lead to a read replica."""
        return tuple(name for name, template in self.templates if f"{{{OF_REPLICA}" in template)

    def _led(self, database: Database, url: URL, places: Mapping[str, str]) -> dict[str, str]:
        confined = self.confinement.variables(url)
        replica = _places(database, alias_of(database.url))
        known = {**places, **{f"{OF_REPLICA}{name}": value for name, value in replica.items()}}
        # The later wins: the user's own variables over a library's, and the confinement over all.
        return database.client_variables(url) | _filled(self.templates, known) | confined


def _places(database: Database, url: URL) -> dict[str, str]:
    """Give the parts of an address of this kind of database, to fill into templates."""
    # Without its query, which is in the words of the other driver.
    sync = url.set(drivername=database.sync_driver, query={})
    return database.placeholders() | {
        "url": url.render_as_string(hide_password=False),
        "url_sync": sync.render_as_string(hide_password=False),
        "user": url.username or "",
        "password": str(url.password or ""),
        "host": url.host or "",
        "port": str(url.port or ""),
        "db": url.database or "",
        "path": url.database or "",
    }


def _filled(env: tuple[tuple[str, str], ...], places: Mapping[str, str]) -> dict[str, str]:
    templates = dict(env)
    if not any("{" in template and OF_REPLICA not in template for template in templates.values()):
        # None of them leads to the database, so they come on top of what does.
        templates = dict.fromkeys(ADDRESS_NAMES, "{url}") | templates
    return {name: _fill(name, template, places) for name, template in templates.items()}


def _fill(name: str, template: str, places: Mapping[str, str]) -> str:
    """The value of a variable. What is wrong in that of a secret is not repeated."""
    try:
        return template.format_map(places)
    except (KeyError, ValueError, IndexError) as error:
        shown = "" if says_secret(name) else f" {error}"
        raise UsageError(
            f"--contract-env {name}: unknown placeholder{shown}; valid: "
            f"{', '.join('{' + place + '}' for place in places)}; "
            "a brace that stands for itself is written twice"
        ) from None


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, and put back what was there at the end."""
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
