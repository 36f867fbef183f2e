"""The kit's own connections to MySQL and MariaDB."""

from typing import Any

from sqlalchemy.engine import URL

from ..database import BACK_DOOR_PATIENCE, DatabaseUnavailable
from .drivers import lead

MISSING_DRIVER = (
    "MySQL needs aiomysql for the kit's own connection. "
    "Type: pip install 'pytest-crud-contract[mysql]'"
)

UNLIMITED = " /*M!100101 , max_statement_time = 0 */ /*!50708 , max_execution_time = 0 */"
"""The same limit as MariaDB and as MySQL have it: each passes over the other's comment."""


async def connect(url: URL, **options: Any) -> Any:
    """Open a raw connection that commits by itself and never waits long for a lock.

    A time limit for statements, which a server may have, is the service's alone.
    """
    try:
        import aiomysql
    except ImportError as error:
        raise DatabaseUnavailable(MISSING_DRIVER) from error
    arguments: dict[str, Any] = {}
    lead(url, [], arguments)
    patience = int(BACK_DOOR_PATIENCE)
    return await aiomysql.connect(
        **arguments,
        autocommit=True,
        charset="utf8mb4",
        connect_timeout=10,
        **options,
        # The first is for locks of whole tables, the second for those of rows.
        init_command=f"set lock_wait_timeout = {patience}, innodb_lock_wait_timeout = {patience}"
        + UNLIMITED,
    )
