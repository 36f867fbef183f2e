"""Settings of a connection to SQLite."""

from __future__ import annotations

from ..hindrances import Hindrance, Hindrances


def _pragma(name: str, value: str) -> Hindrance:
    return Hindrance(f"pragma {name} = {value}", f"pragma {name} = {{}}", f"pragma {name}")


SQLITE: Hindrances = {
    "unsettled": _pragma("reverse_unordered_selects", "on"),
    "read-only": _pragma("query_only", "on"),
    # The least that is allowed is what the file has now: its last pages can still be filled up.
    "full": _pragma("max_page_count", "1"),
    "impatient": _pragma("busy_timeout", "0"),
}
