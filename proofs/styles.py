"""The test suites of teams in `own_tests/`, run in a folder of their own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from proofs.loading import LEAN, ROOT

PROJECTS = ROOT / "proofs" / "own_tests"
OPTIONS = ("-p", "contract_tests.plugin", "-p", "no:schemathesis", "-p", "no:cacheprovider", *LEAN)
BROKEN = re.compile(r"^FAILED \S+?::(\S+) - Broken: (\S+)", re.MULTILINE)
VARIABLES = ("CONTRACT_APP", "CONTRACT_WATCH", "CONTRACT_RESIDENTS", "CONTRACT_POINT", "CI")


def copy(style: str, folder: Path) -> None:
    """Copy one of the suites, and the apps that it tests."""
    for source in (*sorted(PROJECTS.glob("*.py")), *sorted((PROJECTS / style).glob("*.*"))):
        shutil.copy(source, folder / source.name)


class Project:
    """A copy of one of the suites; `run` gives what pytest says of it."""

    def __init__(self, pytester: pytest.Pytester, style: str) -> None:
        self.pytester = pytester
        copy(style, pytester.path)

    def write(self, name: str, text: str) -> None:
        """Write a file of the suite."""
        (self.pytester.path / name).write_text(text, encoding="utf-8")

    def key(self, line: str) -> None:
        """Add a line to the table of pytest."""
        place = self.pytester.path / "pyproject.toml"
        place.write_text(f"{place.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run pytest as a team does."""
        return self.pytester.runpytest_subprocess(*OPTIONS, *arguments)


def broken_in(result: pytest.RunResult) -> dict[str, str]:
    """Give the tests that a watch has failed, each with the rule that it names first."""
    return dict(BROKEN.findall(result.stdout.str()))


def set_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no option of the kit come from the environment, and no line be cut."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "200")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
