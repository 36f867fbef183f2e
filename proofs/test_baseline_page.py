"""The page on known findings: its commands are typed, in their order, in one project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract_tests.reports.baseline_reading import problems_in
from proofs.matrix import ROOT

PAGE = (ROOT / "docs" / "baseline.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:<!-- \w+: (?P<app>\w+) -->\n)?```console\n(?P<lines>.*?)^```", re.MULTILINE | re.DOTALL
)
CODE = re.compile(r"^\[exit code (\d)\]\n", re.MULTILINE)
CUT = "…"
RULES = "SES-01,SES-03,CRU-03,CRU-14,PAY-07,PAY-22,API-03"
SETTINGS = f"""\
[tool.pytest.ini_options]
contract_app = "shop:app"
contract_profile = "quick"
contract_rule = ["{RULES}"]
"""
SHOP = "from proofs.careless_service import {}careless as app\n"
WHICH = {"careless": "", "more": "more_", "less": "less_"}


@dataclass(frozen=True)
class Typed:
    """A command of the page, what it prints, and the app that is there by then."""

    app: str
    command: str
    shown: str
    code: int


def typed() -> Iterator[Typed]:
    """Give the commands in their order."""
    app = ""
    for block in BLOCK.finditer(PAGE):
        app = block["app"] or app
        for part in re.split(r"^\$ ", block["lines"], flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            code = CODE.search(shown)
            yield Typed(app, command, CODE.sub("", shown), int(code[1]) if code else 0)


def pattern(shown: str) -> re.Pattern[str]:
    """Give what a printed text matches: a line of `CUT` stands for any number of lines."""
    lines = ["(?:.*\n)*?" if line == CUT else f"{_line(line)}\n" for line in shown.splitlines()]
    return re.compile("".join(lines))


def _line(line: str) -> str:
    return ".*".join(map(re.escape, line.split(CUT)))


@pytest.mark.timeout(550)
def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    """From the first list to the last prune, and what is red in between."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "COLUMNS": "200"}
    for each in typed():
        (tmp_path / "shop.py").write_text(SHOP.format(WHICH[each.app]))
        words = each.command.removeprefix("contract-tests ").split()
        command = [sys.executable, "-B", "-m", "contract_tests", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        printed = done.stdout + done.stderr
        assert each.code == done.returncode, f"{each.command}\n{printed}"
        assert pattern(each.shown).fullmatch(printed), f"{each.command}\n{printed}"


def test_every_form_of_a_command_is_typed() -> None:
    """Each act on the list, and each command of the page."""
    words = {" ".join(each.command.split()[1:3]).partition(" -")[0] for each in typed()}
    acts = {f"baseline {act}" for act in ("create", "update", "prune", "check")}
    others = {"run", "editions", "diff more.json", "merge one.json", "report all.json"}
    assert acts | others == words


@pytest.mark.parametrize("number", range(2))
def test_the_files_of_the_page_are_valid(number: int) -> None:
    """An entry with every key is one, and the switches are TOML."""
    text = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[number]
    assert list(problems_in(text, "page"))[:1] == [] or "tool" in tomllib.loads(text)
