"""What the distributions of this repository install, and what they say they need."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hatchling.build import build_wheel

from contract_tests import __version__
from proofs.release_notes import CHANGELOG, notes_of

ROOT = Path(__file__).resolve().parent.parent
KIT = ROOT / "contract_tests"
PROOFS = ROOT / "packaging" / "proofs"


def built(project: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> ZipFile:
    """Build the wheel of a project, without an index."""
    monkeypatch.chdir(project)
    return ZipFile(into / build_wheel(str(into)))


def installed(wheel: ZipFile) -> set[str]:
    """Give the names that a wheel puts beside all other packages."""
    return {name.partition("/")[0] for name in wheel.namelist()}


def metadata(project: Path) -> dict[str, Any]:
    """Give what a project says of itself."""
    found: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(found["project"])


def normalized(requirement: str) -> str:
    """Give the name that a requirement is about, in the one spelling that indexes use."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def imported(*, only_at_import: bool) -> Iterator[str]:
    """Give the distributions whose modules the kit imports."""
    known = packages_distributions()
    for path in KIT.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for module in _modules(tree.body if only_at_import else list(ast.walk(tree))):
            if module not in sys.stdlib_module_names:
                yield normalized(known.get(module, [module])[0])


def _modules(nodes: list[ast.AST] | list[ast.stmt]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def test_the_wheel_is_one_import_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No package of the proofs lands beside the packages of whoever installs the kit."""
    names = installed(built(ROOT, tmp_path, monkeypatch))
    assert names == {"contract_tests", f"pytest_crud_contract-{__version__}.dist-info"}


def test_the_wheel_holds_every_file_of_the_kit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Schemas, templates and the mark of its types are installed too, and nothing else is."""
    files = {str(p.relative_to(ROOT)) for p in KIT.rglob("*") if p.is_file()}
    needed = {name for name in files if "__pycache__" not in name}
    names = built(ROOT, tmp_path, monkeypatch).namelist()
    assert needed == {name for name in names if ".dist-info/" not in name}


def test_the_proofs_are_a_distribution_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It brings the proofs and the app they are made from, and the kit by its name."""
    names = installed(built(PROOFS, tmp_path, monkeypatch))
    own = f"pytest_crud_contract_proofs-{__version__}.dist-info"
    assert names == {"proofs", "reference_app", own}


def test_the_proofs_bring_the_migrations_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed app migrates as one in a clone does; its tests come along."""
    app = ROOT / "reference_app"
    files = {str(p.relative_to(ROOT)) for p in app.rglob("*") if p.is_file()}
    needed = {name for name in files if "__pycache__" not in name}
    assert "reference_app/migrations/versions/v1_items.py" in needed
    assert needed - set(built(PROOFS, tmp_path, monkeypatch).namelist()) == set()


def test_the_proofs_name_the_kit_that_they_prove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One version is in the code, for both; no other file tells it again."""
    wheel = built(PROOFS, tmp_path, monkeypatch)
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    assert (
        f"Requires-Dist: pytest-crud-contract[proofs]=={__version__}\n" in wheel.read(name).decode()
    )
    assert metadata(ROOT)["optional-dependencies"]["prove"] == ["pytest-crud-contract-proofs"]
    files = [ROOT / "pyproject.toml", PROOFS / "pyproject.toml", ROOT / "README.md"]
    assert [path for path in files if __version__ in path.read_text(encoding="utf-8")] == []


def test_the_page_of_an_index_has_no_links_to_files_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README is shown there alone."""
    wheel = built(ROOT, tmp_path, monkeypatch)
    page = wheel.read(f"pytest_crud_contract-{__version__}.dist-info/METADATA").decode()
    targets = re.findall(r"\]\(([^)\s]+)\)", page)
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []


def test_the_changelog_has_notes_for_the_release() -> None:
    """The tag of a version gives its section, and nothing of the others."""
    sections = (
        "# Changelog",
        "## Unreleased",
        "## 1.1.0 - 2027-01-02",
        "- new",
        "## 1.0.0",
        "- old",
    )
    changelog = "\n\n".join(sections)
    assert notes_of("1.1.0", changelog) == "- new\n"
    with pytest.raises(ValueError, match=r"has no section '## 1\.2\.0 - "):
        notes_of("1.2.0", changelog)
    assert notes_of(__version__, CHANGELOG.read_text(encoding="utf-8"))


def test_what_is_imported_with_the_kit_is_a_dependency() -> None:
    """An import at the top of a module is never left to what another dependency brings."""
    needed = set(imported(only_at_import=True))
    assert needed - {normalized(each) for each in metadata(ROOT)["dependencies"]} == set()


def test_what_is_imported_later_is_declared_too() -> None:
    """An import inside a function is of a dependency, or of an extra."""
    kit = metadata(ROOT)
    groups = [kit["dependencies"], *kit["optional-dependencies"].values()]
    declared = {normalized(each) for group in groups for each in group}
    assert set(imported(only_at_import=False)) - declared == set()


def test_a_fresh_clone_needs_nothing_unpublished() -> None:
    """The extras of the tests name no distribution that is built from this repository."""
    extras = metadata(ROOT)["optional-dependencies"]
    named = {normalized(each) for extra in ("proofs", "dev") for each in extras[extra]}
    assert {each for each in named if each.startswith("pytest-crud-contract-")} == set()
