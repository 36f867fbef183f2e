"""How the innocent apps make their tables: workers that start at once take turns."""

from sqlalchemy import Connection, MetaData

TAKE_TURN = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "SELECT pg_advisory_xact_lock(100)",
    "mysql": "SELECT GET_LOCK(concat(database(), '.tables'), 30)",
}
END_TURN = {"mysql": "SELECT RELEASE_LOCK(concat(database(), '.tables'))"}


def make_tables(connection: Connection, metadata: MetaData) -> None:
    """Make the tables that are missing, while no other worker does."""
    dialect = connection.dialect.name
    connection.exec_driver_sql(TAKE_TURN[dialect])
    metadata.create_all(connection)
    if dialect in END_TURN:
        connection.exec_driver_sql(END_TURN[dialect])
