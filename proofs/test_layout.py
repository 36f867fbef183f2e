"""The rooms of the kit, and the direction of the corridor between them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KIT = ROOT / "contract_tests"
FILES = sorted(KIT.rglob("*.py"))
INERT = {"plugin", "options", "violation", "joining", "__init__", "facts", "run", "verdict"}
"""Modules loaded before or at the start of a run: pytest and the standard library only."""

FORBIDDEN = {
    "rules": {"sqlalchemy", "pytest", "instruments", "databases", "targets", "suite", "reports"},
    "instruments": {"pytest", "rules", "suite", "reports", "targets", "judge", "violation"},
    "databases": {"pytest", "rules", "suite", "reports", "targets", "judge"},
    "targets": {"pytest", "rules", "suite", "reports", "judge"},
    "samples": {"pytest", "rules", "suite", "reports", "sqlalchemy", "targets"},
    "fuzzing": {"pytest", "rules", "suite", "reports", "sqlalchemy", "targets"},
    "reports": {"pytest", "sqlalchemy", "instruments", "databases", "targets", "suite"},
}
NOBODY_IMPORTS = {"plugin", "fixtures", "suite"}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The modules a file imports: dotted name, and the level of a relative import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level
            yield from ((alias.name, node.level) for alias in node.names if node.level)


def test_the_folder_needs_nothing_outside() -> None:
    """Imports of the folder are relative, and there are none of the rest of this repository."""
    strangers = {"contract_tests", "reference_app", "proofs", "fastapi", "litestar", "starlette"}
    found = [
        (path.name, name)
        for path in FILES
        for name, level in imports(path)
        if level == 0 and name.split(".")[0] in strangers
    ]
    assert found == []


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_forward_only(room: str) -> None:
    """What a room must not know, it does not import."""
    found = [
        (path.name, name)
        for path in (KIT / room).rglob("*.py")
        for name, _ in imports(path)
        if name.split(".")[0] in FORBIDDEN[room]
    ]
    assert found == []


def test_nobody_imports_the_plugin_its_fixtures_or_the_suite() -> None:
    """Hooks, fixtures and tests are ends of the corridor."""
    found = [
        (path.name, name)
        for path in FILES
        for name, level in imports(path)
        if level and name.split(".")[0] in NOBODY_IMPORTS
    ]
    assert found == []


def test_only_databases_spell_a_vendor() -> None:
    """No other room asks which database it is; capabilities are asked instead."""
    spelled = [
        path.name
        for path in FILES
        if "databases" not in path.parts and "dialect.name ==" in path.read_text(encoding="utf-8")
    ]
    assert spelled == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(KIT)))
def test_a_file_is_one_idea(path: Path) -> None:
    """No file of the kit is longer than 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_idle_plugin_loads_only_pytest_and_the_standard_library() -> None:
    """Importing the plug-in and declaring its options brings in no third-party module."""
    program = (
        "import sys, pytest, _pytest.config\n"
        "before = set(sys.modules)\n"
        "import contract_tests.plugin\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'contract_tests'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
