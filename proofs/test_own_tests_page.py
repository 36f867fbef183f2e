"""The page on a team's own tests does what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from contract_tests.rules.watches import WATCHES
from proofs.loading import ROOT
from proofs.styles import Project, broken_in, set_apart

PAGE = (ROOT / "docs" / "own-tests.md").read_text(encoding="utf-8")


def snippets(language: str) -> Iterator[str]:
    """Give the pieces of code of the page, in their order."""
    return iter(re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A suite that has the key of the page."""
    set_apart(monkeypatch)
    project = Project(pytester, "httpx_asyncio")
    own = 'asyncio_mode = "auto"\nasyncio_default_fixture_loop_scope = "function"\n'
    project.write("pyproject.toml", next(snippets("toml")) + own)
    return project


def test_every_snippet_passes(project: Project) -> None:
    """The tests of the page are watched, and pass."""
    for number, code in enumerate(snippets("python")):
        project.write(f"test_page_{number}.py", code)
    result = project.run("-k", "page")
    result.assert_outcomes(passed=5, deselected=result.parseoutcomes().get("deselected", 0))
    assert result.ret == pytest.ExitCode.OK


def test_the_failure_is_what_pytest_shows(project: Project) -> None:
    """Each line of it is there, but for its moments, numbers and what does not fit the page."""
    result = project.run("test_planted.py", "-k", "test_leak")
    assert broken_in(result) == {"test_leak": "SES-01"}
    shown = re.sub(r"[\d_. ]+", " ", result.stdout.str())
    lines = [re.sub(r"[\d_. ]+", " ", line) for line in next(snippets("text")).splitlines()]
    parts = [part for line in lines for part in line.split("…")]
    assert [part for part in parts if part.strip() not in shown] == []


def test_every_watch_has_its_row() -> None:
    """With the rules that it judges."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| (`.*`) \|$", PAGE, re.MULTILINE)
    assert {name: ", ".join(f"`{rule}`" for rule in rules) for name, rules in WATCHES.items()} == (
        dict(rows)
    )
