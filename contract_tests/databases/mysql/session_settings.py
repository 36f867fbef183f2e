"""Settings of a connection to MySQL or MariaDB."""

from __future__ import annotations

from ..session_settings import SessionSetting, SessionSettingsOf

# The name under which a connection could be asked for its access mode is not the same in
# MySQL and MariaDB. A second is the least that both agree to wait.
MYSQL: SessionSettingsOf = {
    "read-only": SessionSetting(
        "set session transaction read only", "set session transaction read write"
    ),
    "short-lock-wait": SessionSetting(
        "set session lock_wait_timeout = 1, innodb_lock_wait_timeout = 1",
        "set session lock_wait_timeout = {}, innodb_lock_wait_timeout = {}",
        "select @@session.lock_wait_timeout, @@session.innodb_lock_wait_timeout",
    ),
}
