"""Settings of a connection to SQLite."""

from __future__ import annotations

from ..session_settings import SessionSetting, SessionSettingsOf


def _pragma(name: str, value: str) -> SessionSetting:
    return SessionSetting(f"pragma {name} = {value}", f"pragma {name} = {{}}", f"pragma {name}")


SQLITE: SessionSettingsOf = {
    "unordered": _pragma("reverse_unordered_selects", "on"),
    "read-only": _pragma("query_only", "on"),
    # The least that is allowed is what the file has now: its last pages can still be filled up.
    "full": _pragma("max_page_count", "1"),
    "short-lock-wait": _pragma("busy_timeout", "0"),
}
