"""The database of a run: made for it, or given and put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..databases import Database, DatabaseUnavailable, Server, UnknownDatabase, provide
from ..databases.borrowed import borrowed
from ..rules.violation import UsageError
from .options import Options


@contextmanager
def run_database(options: Options) -> Iterator[tuple[Server, Database]]:
    """Provide the database that is asked for, with its server.

    One that is not the kit's own is put back however the run ends. Raises `UsageError` if it
    cannot be had.
    """
    try:
        with provide(options.database, allow_existing=options.allow_existing_database) as server:
            database = server.make()
            with borrowed(database):
                yield server, database
    except (DatabaseUnavailable, UnknownDatabase) as error:
        raise UsageError(str(error)) from None
