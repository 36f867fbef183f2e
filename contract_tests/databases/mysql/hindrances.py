"""Settings of a connection to MySQL or MariaDB."""

from __future__ import annotations

from ..hindrances import Hindrance, Hindrances

# The name under which a connection could be asked for its access mode is not the same in
# MySQL and MariaDB. A second is the least that both agree to wait.
MYSQL: Hindrances = {
    "read-only": Hindrance(
        "set session transaction read only", "set session transaction read write"
    ),
    "impatient": Hindrance(
        "set session lock_wait_timeout = 1, innodb_lock_wait_timeout = 1",
        "set session lock_wait_timeout = {}, innodb_lock_wait_timeout = {}",
        "select @@session.lock_wait_timeout, @@session.innodb_lock_wait_timeout",
    ),
}
