"""Settings of a connection to PostgreSQL."""

from __future__ import annotations

from ..session_settings import SessionSetting, SessionSettingsOf


def _setting(name: str, value: str) -> SessionSetting:
    return SessionSetting(f"set {name} = '{value}'", f"set {name} = '{{}}'", f"show {name}")


POSTGRESQL: SessionSettingsOf = {
    "read-only": _setting("default_transaction_read_only", "on"),
    "short-lock-wait": _setting("lock_timeout", "200ms"),
}
