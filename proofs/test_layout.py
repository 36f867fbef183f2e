"""The rooms of the kit: one tower, in which every import leads down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract_tests.rules import AREAS
from proofs.loading import packages_loaded_by

ROOT = Path(__file__).resolve().parent.parent
KIT = ROOT / "contract_tests"
FILES = sorted(KIT.rglob("*.py"))

TOWER = (
    "__main__",
    "plugin",
    "suite",
    "commands",
    "demo",
    "own_tests",
    "runner",
    "scenarios",
    "reports",
    "service",
    "generation",
    "instruments",
    "databases",
    "masking",
    "rules",
)
"""The rooms from the top: a room may import from those after it, and from itself."""

LIBRARIES = {
    "pytest": {"plugin", "suite", "runner", "own_tests", "masking"},
    "sqlalchemy": {"service", "scenarios", "instruments", "databases", "runner", "demo"},
    "schemathesis": {"generation"},
    "hypothesis": {"generation", "scenarios", "suite"},
}
"""The rooms that may know a library."""

VENDORS = re.compile(
    "sqlite|postgres|mysql|mariadb|asyncpg|psycopg|aiomysql|asyncmy|pymysql", re.IGNORECASE
)
SPELLED = {
    "commands/run.py": "an example of the command line",
    "masking/mask.py": "words of which every report consists; the room is below the databases",
} | {
    str(path.relative_to(KIT)): "advice that quotes the vendors' errors"
    for path in (KIT / "rules").glob("*.py")
}
"""The files outside of `databases/` that may name a vendor, and why."""

OF_RULES = {
    KIT / "rules": "= Rule(",
    KIT / "suite": "@judges(",
    ROOT / "proofs" / "broken": "@breaks(",
}
"""The folders whose files are named after areas, and what stands in a file that has rules."""

OVERFLOWS = ("more", "points", "apart", "leftovers", "rest", "other", "unasked")
"""Last words of a file's name that tell no content: another file had been full."""

STRANGERS = {"contract_tests", "reference_app", "proofs", "fastapi", "litestar", "starlette"}


@dataclass(frozen=True)
class Arrow:
    """One import: where it stands and what it names, lazy and type-only ones included."""

    path: Path
    line: int
    target: str
    is_relative: bool

    @property
    def room(self) -> str:
        """The room it starts from."""
        return room_of(self.path)

    @property
    def goal(self) -> str:
        """The room, or the library, that it leads to."""
        return self.target.partition(".")[0]

    def __str__(self) -> str:
        """The import as a place."""
        return f"{self.path.relative_to(KIT)}:{self.line} imports {self.target}"


def room_of(path: Path) -> str:
    """Give the room that a file is in."""
    return path.relative_to(KIT).parts[0].removesuffix(".py")


def arrows() -> Iterator[Arrow]:
    """Give every import of every module of the kit."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Arrow(path, node.lineno, alias.name, is_relative=False)
            elif isinstance(node, ast.ImportFrom):
                yield from _from(path, node)


def _from(path: Path, node: ast.ImportFrom) -> Iterator[Arrow]:
    if not node.level:
        yield Arrow(path, node.lineno, node.module or "", is_relative=False)
        return
    folder = path.relative_to(KIT).parts[:-1]
    above = folder[: len(folder) - node.level + 1]
    for alias in node.names:
        target = ".".join([*above, *([node.module] if node.module else []), alias.name])
        yield Arrow(path, node.lineno, target, is_relative=True)


def words_of(tree: ast.AST) -> Iterator[str]:
    """Give every name and every text of a module, except for docstrings."""
    told = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and id(node) not in told:
                yield node.value
            continue
        for _, value in ast.iter_fields(node):
            if isinstance(value, str):
                yield value


def test_every_module_is_in_a_room_of_the_tower() -> None:
    """A new room has its place in the tower, and an empty one has none."""
    assert {room_of(path) for path in FILES} - {"__init__"} == set(TOWER)


def test_every_room_is_described() -> None:
    """CONTRIBUTING has one sentence for each room, in the order of the tower."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `")]
    named = [word.strip(" `/") for cell in rooms for word in cell.split(",")]
    assert list(TOWER) == named


def test_every_import_leads_down() -> None:
    """No room knows one above it, not even for a type or inside a function."""
    climbing = [
        str(arrow)
        for arrow in arrows()
        if arrow.is_relative
        and arrow.goal in TOWER
        and arrow.room != "__init__"  # the public names stand above all rooms
        and TOWER.index(arrow.goal) < TOWER.index(arrow.room)
    ]
    assert climbing == []


def test_a_climbing_import_would_be_found(tmp_path: Path) -> None:
    """A lazy import of a higher room, and one for a type alone, are both arrows."""
    lazy = "def f():\n    from ..runner.run import ContractRun\n"
    typed = "if TYPE_CHECKING:\n    from ..suite import test_crud\n"
    node = ast.parse(lazy + typed)
    found = [n for n in ast.walk(node) if isinstance(n, ast.ImportFrom)]
    targets = {a.target for n in found for a in _from(KIT / "databases" / "x.py", n)}
    assert targets == {"runner.run.ContractRun", "suite.test_crud"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_known_where_it_belongs(library: str) -> None:
    """The rules know no database, reports no service, instruments no pytest."""
    strange = [
        str(arrow)
        for arrow in arrows()
        if not arrow.is_relative and arrow.goal == library and arrow.room not in LIBRARIES[library]
    ]
    assert strange == []


def test_one_file_knows_schemathesis() -> None:
    """A new version of it is one file's matter."""
    files = {str(a.path.relative_to(KIT)) for a in arrows() if a.goal == "schemathesis"}
    assert files == {"generation/by_schemathesis.py"}


def test_the_folder_needs_nothing_outside() -> None:
    """Imports of the folder are relative, and there are none of the rest of this repository."""
    assert [str(a) for a in arrows() if not a.is_relative and a.goal in STRANGERS] == []


def test_only_databases_spell_a_vendor() -> None:
    """No other room asks which database it is: it asks the registry. Comments are free."""
    spelled = [
        f"{path.relative_to(KIT)}: {word}"
        for path in FILES
        if room_of(path) != "databases"
        for word in words_of(ast.parse(path.read_text(encoding="utf-8")))
        if VENDORS.search(word)
    ]
    assert {line.partition(":")[0] for line in spelled} <= set(SPELLED), spelled


def test_a_spelled_vendor_would_be_found() -> None:
    """In a name, an import, a text, and no docstring."""
    code = "from .sqlite import x\ndef f(mysql):\n    '''MySQL'''\n    return f'{a} asyncpg'\n"
    found = [word for word in words_of(ast.parse(code)) if VENDORS.search(word)]
    assert sorted(found) == [" asyncpg", "mysql", "sqlite"]


def test_no_schema_spells_a_vendor() -> None:
    """A report may name a database that a team has registered."""
    texts = {path: path.read_text(encoding="utf-8") for path in KIT.rglob("*.json")}
    assert [path for path, text in texts.items() if VENDORS.search(text)] == []


def stems(folder: Path) -> list[str]:
    """Give the stem of every file that has the words, the tests or the broken apps of a rule."""
    return [
        path.stem.removeprefix("test_")
        for path in sorted(folder.rglob("*.py"))
        if OF_RULES[folder] in path.read_text(encoding="utf-8") and path.stem != "__init__"
    ]


@pytest.mark.parametrize("folder", OF_RULES, ids=lambda folder: folder.name)
def test_a_file_of_rules_is_named_after_its_area(folder: Path) -> None:
    """Each area is found by its name in the words, the tests and the broken apps."""
    assert {stem.partition("_")[0] for stem in stems(folder)} == set(AREAS)


@pytest.mark.parametrize("folder", OF_RULES, ids=lambda folder: folder.name)
def test_no_file_is_named_for_another_that_was_full(folder: Path) -> None:
    """The words behind the area say what is in the file."""
    assert [stem for stem in stems(folder) if stem.rpartition("_")[2] in OVERFLOWS] == []


def test_a_file_is_one_idea() -> None:
    """No file of the kit is longer than 400 lines."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert [str(path.relative_to(KIT)) for path, lines in lengths.items() if lines > 400] == []


def test_the_idle_plugin_loads_only_pytest_and_the_standard_library() -> None:
    """Importing the plug-in and declaring its options brings in no third-party module."""
    new = packages_loaded_by("import contract_tests.plugin", after="import pytest, _pytest.config")
    assert new == {"contract_tests"}


def test_the_shop_knows_nothing_of_the_kit() -> None:
    """It is copied and judged like a service: it imports itself, and no module imports it."""
    towards = {a.room for a in arrows() if a.is_relative and a.goal == "demo"}
    away = {a.goal for a in arrows() if a.is_relative and a.room == "demo"}
    assert towards <= {"demo"}
    assert away <= {"demo"}


def test_no_two_things_share_a_name() -> None:
    """A vendor's folder may give its own answer to a question that the databases ask of each.

    The mended shop has the names of the broken one, so that they are compared line by line.
    """
    homes: dict[str, list[str]] = {}
    for path in FILES:
        place = path.relative_to(KIT).parts
        is_of_vendor = place[0] == "databases" and len(place) > 2
        is_twin = place == ("demo", "mended.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                homes.setdefault(node.name, []).extend(
                    [] if is_of_vendor or is_twin else ["/".join(place)]
                )
    shared = {
        name: files
        for name, files in homes.items()
        if len(files) > 1 and not name.startswith("_") and name != "main"
    }
    assert shared == {}
