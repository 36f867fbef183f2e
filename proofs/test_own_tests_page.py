"""The page on a team's own tests does what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from contract_tests.rules.watches import WATCHES
from proofs.loading import ROOT
from proofs.styles import Project, broken_in, set_apart

PAGE = (ROOT / "docs" / "own-tests.md").read_text(encoding="utf-8")


DISTURBED = "## One call, disturbed at every point"
"""The section whose tests are of another project."""


def snippets(language: str, page: str = PAGE.partition(DISTURBED)[0]) -> Iterator[str]:
    """Give the pieces of code of a page, in their order."""
    return iter(re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL))


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
    assert_shown(next(snippets("text")), result)


def test_every_disturbed_snippet_passes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests of the section are run at their points, and pass; the failure is what it shows."""
    set_apart(monkeypatch)
    monkeypatch.setenv("COLUMNS", "80")
    project = Project(pytester, "transfers")
    section = PAGE.partition(DISTURBED)[2]
    for number, code in enumerate(snippets("python", section)):
        project.write(f"test_page_{number}.py", code)
    result = project.run("-k", "page or test_broken.py and test_halves and not cancelled")
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (5, 1), result.stdout.str()
    assert_shown(next(snippets("text", section)), result)


def assert_shown(text: str, result: pytest.RunResult) -> None:
    """Fail if a line of a page was not printed, moments and numbers aside."""
    shown = re.sub(r"[\d_. ]+", " ", result.stdout.str())
    lines = [re.sub(r"[\d_. ]+", " ", line) for line in text.splitlines()]
    parts = [part for line in lines for part in line.split("…")]
    assert [part for part in parts if part.strip() not in shown] == []


def test_every_watch_has_its_row() -> None:
    """With the rules that it judges."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| (`.*`) \|$", PAGE, re.MULTILINE)
    assert {name: ", ".join(f"`{rule}`" for rule in rules) for name, rules in WATCHES.items()} == (
        dict(rows)
    )
