"""Run the migrations on a connection of the start-up, or in a shell on one of their own.

Workers that start at once take turns.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from proofs.innocent.starting import END_TURN, TAKE_TURN
from proofs.migrating.models import METADATA

SYNC = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}


def run(connection: Connection) -> None:
    """Migrate while no other worker does."""
    dialect = connection.dialect.name
    with connection.begin():
        connection.exec_driver_sql(TAKE_TURN[dialect])
        context.configure(connection=connection, target_metadata=METADATA)
        with context.begin_transaction():
            context.run_migrations()
        if dialect in END_TURN:
            connection.exec_driver_sql(END_TURN[dialect])


def online() -> None:
    """Take the start-up's connection, or make one by a driver that needs no loop."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    url = make_url(os.environ["DATABASE_URL"])
    engine = create_engine(url.set(drivername=SYNC[url.get_backend_name()]), poolclass=NullPool)
    with engine.connect() as connection:
        run(connection)


if context.is_offline_mode():
    context.configure(url=os.environ["DATABASE_URL"], target_metadata=METADATA, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    online()
