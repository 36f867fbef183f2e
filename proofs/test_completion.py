"""Words that a shell completes, and the rules for other programs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contract_tests.__main__ import SHELLS
from contract_tests.rules import AREAS, RULES
from proofs.test_command import commanded

ROOT = Path(__file__).resolve().parent.parent
BASH = shutil.which("bash") or ""

ASK = """
source /dev/stdin
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_shtab_contract_tests contract-tests "${@: -1}" "${@: -2:1}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
"""The completion of bash, asked as bash asks it."""


def completed(*words: str) -> set[str]:
    """Complete the last word by the script for bash."""
    script = commanded(ROOT, "--print-completion", "bash").stdout
    asked = subprocess.run(
        [BASH, "-c", ASK, "bash", "contract-tests", *words],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(asked.stdout.split())


@pytest.mark.skipif(not BASH, reason="bash is not installed here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("de",), {"demo"}),
        (("explain", "SES-0"), {rule.id for rule in RULES if rule.id.startswith("SES-0")}),
        (("run", "--contract-data"), {"--contract-database"}),
        (("vendor", "--c"), {"--check"}),
    ],
    ids=["command", "rule", "option", "flag"],
)
def test_a_word_is_completed(words: tuple[str, ...], expected: set[str]) -> None:
    """Commands, rules, and options of the contract that pytest takes."""
    assert completed(*words) == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script(shell: str) -> None:
    """It names every command."""
    done = commanded(ROOT, "--print-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert "editions" in done.stdout


def test_without_its_library_one_line_says_what_to_install() -> None:
    """Nothing but completion needs it."""
    without = "import sys; sys.modules['shtab'] = None; from contract_tests.__main__ import main; "
    command = [sys.executable, "-c", without + "main(['--print-completion', 'bash'])"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = "shtab is not installed: pip install 'pytest-crud-contract[completion]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_every_rule_is_listed_for_programs() -> None:
    """With its area, its level and all its words."""
    rows = json.loads(commanded(ROOT, "list", "--json").stdout)["rules"]
    assert [row["id"] for row in rows] == [rule.id for rule in RULES]
    assert {row["area"] for row in rows} == set(AREAS)
    row = next(row for row in rows if row["id"] == "SES-03")
    assert row["level"] == "required"
    assert {"statement", "rationale", "fix", "needs"} <= set(row)


def test_one_area_is_listed_alone() -> None:
    """In words and for programs; one that does not exist is told with those that do."""
    done = commanded(ROOT, "list", "--area", "replicas")
    assert done.stdout.startswith("replicas\n  REP-01  required     ")
    assert done.stdout.count("\n") == 1 + len(AREAS["replicas"])
    wrong = commanded(ROOT, "list", "--area", "replica")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("--area replica: no such area; there are schema, migrations, ")
