"""The documents: short enough to be read, and every way from one to another leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contract_tests.rules import RULES
from proofs.documents import DOCUMENTS, MARKED, PARTS, RUNS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
LINES_OF_A_README = 150
LINES_OF_A_FAILURE = 25


def read(path: Path) -> str:
    """Give the text of a document."""
    return path.read_text(encoding="utf-8")


def linked(path: Path) -> set[Path]:
    """Give the files that a document has links to."""
    targets = {target.partition("#")[0] for target in LINK.findall(read(path))}
    return {(path.parent / each).resolve() for each in targets if each and "://" not in each}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path: Path) -> None:
    """A page that was renamed is missed by none that has a link to it."""
    assert {target for target in linked(path) if not target.exists()} == set()


def test_the_readme_is_a_page() -> None:
    """What does not fit is a page of its own below docs/."""
    assert len(read(ROOT / "README.md").splitlines()) <= LINES_OF_A_README


def test_the_readme_leads_to_every_page() -> None:
    """No page is known only to those who look into the folder."""
    from_there = linked(ROOT / "README.md")
    # A page of a folder is reached by the index of that folder.
    reached = from_there | {
        page for index in from_there if index.name == "index.md" for page in linked(index)
    }
    assert set((ROOT / "docs").glob("*.md")) - from_there == set()
    assert set((ROOT / "docs").rglob("*.md")) - reached == set()


def test_every_rule_has_its_level_and_harm() -> None:
    """The page of levels has a row for each rule, in their order, and no other."""
    every = read(ROOT / "docs" / "levels.md").partition("Every rule:")[2]
    rows = re.findall(r"^\| ([A-Z]+-\d+) \| (\w+) \| [^|]+ \|$", every, re.MULTILINE)
    assert [(rule.id, rule.level) for rule in RULES] == rows


def test_every_generated_part_stands_somewhere() -> None:
    """No part is generated for nothing, and no marker names a part that nobody makes."""
    named = [part for path in PAGES for _, part, _ in MARKED.findall(read(path))]
    assert sorted([*RUNS, *PARTS]) == sorted(named)


def test_every_page_with_a_generated_part_is_renewed() -> None:
    """A page with a marker is among the documents that are written and compared."""
    marked = {str(path.relative_to(ROOT)) for path in PAGES if MARKED.search(read(path))}
    assert {name for name, make in DOCUMENTS.items() if make is None} == marked


def test_a_failure_that_is_shown_fits_on_a_screen() -> None:
    """The first example that a reader sees is short."""
    first = next(part for part in MARKED.finditer(read(ROOT / "README.md")))
    assert len(first[0].splitlines()) - 2 <= LINES_OF_A_FAILURE
