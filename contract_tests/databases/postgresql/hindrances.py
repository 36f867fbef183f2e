"""Settings of a connection to PostgreSQL."""

from __future__ import annotations

from ..hindrances import Hindrance, Hindrances


def _setting(name: str, value: str) -> Hindrance:
    return Hindrance(f"set {name} = '{value}'", f"set {name} = '{{}}'", f"show {name}")


POSTGRESQL: Hindrances = {
    "read-only": _setting("default_transaction_read_only", "on"),
    "impatient": _setting("lock_timeout", "200ms"),
}
