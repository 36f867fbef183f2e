"""The contract of an async-SQLAlchemy CRUD service, as a pytest plug-in and a suite.

Point it at an app: ``pytest --pyargs contract_tests --contract-app package.module:attribute``.
Importing this package costs nothing: everything heavy is imported once a contract is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from .own_tests.every import disturbed as disturbed
    from .own_tests.every import every_cancellation as every_cancellation
    from .own_tests.every import every_fault as every_fault
    from .own_tests.every import every_interleaving as every_interleaving
    from .own_tests.outages import commit_refused as commit_refused
    from .own_tests.outages import database_down as database_down
    from .own_tests.outages import pool_exhausted as pool_exhausted
    from .own_tests.recording import recording as recording
    from .rules.rule import Level as Level
    from .rules.rule import Rule as Rule
    from .runner.judge import Judge as Judge
    from .service.service import Service as Service

PUBLIC = {
    "Judge": "runner.judge",
    "Level": "rules.rule",
    "Rule": "rules.rule",
    "Service": "service.service",
    "commit_refused": "own_tests.outages",
    "database_down": "own_tests.outages",
    "disturbed": "own_tests.every",
    "every_cancellation": "own_tests.every",
    "every_fault": "own_tests.every",
    "every_interleaving": "own_tests.every",
    "pool_exhausted": "own_tests.outages",
    "recording": "own_tests.recording",
}
"""The names for a team's own tests, and the modules that have them."""

__all__ = [
    "Judge",
    "Level",
    "Rule",
    "Service",
    "commit_refused",
    "database_down",
    "disturbed",
    "every_cancellation",
    "every_fault",
    "every_interleaving",
    "pool_exhausted",
    "recording",
]


if not TYPE_CHECKING:  # which would take any name for one of these

    def __getattr__(name: str) -> Any:
        """Import a public name when it is asked for."""
        if name not in PUBLIC:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{PUBLIC[name]}", __name__), name)
