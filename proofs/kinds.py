"""The table of databases in docs/your-service.md: what the kit can do to each, and see of it."""

from __future__ import annotations

from collections.abc import Callable

from contract_tests.databases import NETWORK, OUTSIDE_VIEW, Database, registry
from contract_tests.databases.mysql.database import MysqlDatabase
from contract_tests.databases.postgresql.database import PostgresDatabase
from contract_tests.databases.sqlite.database import SqliteFile
from contract_tests.databases.sqlite.memory import SqliteMemory
from contract_tests.rules import RULES, Rule

KINDS: tuple[type[Database], ...] = (SqliteFile, SqliteMemory, PostgresDatabase, MysqlDatabase)


def databases_table() -> str:
    """One column for each kind of database."""
    head = ["", *(f"`{kind.name}`" for kind in KINDS)]
    rows = [[words, *map(tell, KINDS)] for words, tell in ROWS.items()]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _rules(kind: type[Database]) -> str:
    return str(len(RULES) - len(_beyond(kind)))


def _beyond(kind: type[Database]) -> list[Rule]:
    """Give the rules that need of a database what this kind has not."""
    lacking = {OUTSIDE_VIEW, NETWORK} - kind.capabilities
    return [rule for rule in RULES if lacking & {*rule.needs}]


def _states(kind: type[Database]) -> str:
    return ", ".join(sorted(kind.session_settings))


def _says(is_so: Callable[[type[Database]], bool]) -> Callable[[type[Database]], str]:
    return lambda kind: "yes" if is_so(kind) else "no"


def _tells_of_locks(kind: type[Database]) -> bool:
    return any(each.table_use for each in registry.vendors() if kind.name in each.choices)


ROWS: dict[str, Callable[[type[Database]], str]] = {
    "rules that can be judged": _rules,
    "looked at by a connection of the kit's own": _says(lambda k: OUTSIDE_VIEW in k.capabilities),
    "connections break": _says(lambda k: NETWORK in k.capabilities),
    "one writer locks all of it": _says(lambda k: k.one_writer),
    "states it can be put in": _states,
    "tells whom a migration blocks (`MIG-13`)": _says(_tells_of_locks),
}
