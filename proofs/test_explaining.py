"""The commands that need the proof apps, beside them and without them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from contract_tests.commands.explain import explanation, paragraphs
from contract_tests.rules import RULES, rule_of
from contract_tests.rules.reported import REPORTED

ROOT = Path(__file__).resolve().parent.parent
INSTALL = "pip install 'pytest-crud-contract[prove]'"


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder in which the kit lies without the proofs."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "contract_tests", tmp_path / "contract_tests", ignore=ignored)
    return tmp_path


def commanded(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command of a folder; no other project is on the path, only the libraries are."""
    return subprocess.run(
        [sys.executable, "-S", "-m", "contract_tests", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_proving_without_the_proofs_says_what_to_install(alone: Path) -> None:
    """One line, and the exit code of a wrong use."""
    done = commanded(alone, "prove")
    assert f"the proof apps are not installed: {INSTALL}\n" == done.stderr
    assert (done.returncode, done.stdout) == (2, "")


def test_a_folder_of_the_same_name_is_not_taken_for_the_proofs(alone: Path) -> None:
    """A project may have its own `proofs`."""
    (alone / "proofs").mkdir()
    (alone / "proofs" / "__init__.py").write_text("", encoding="utf-8")
    assert f"the proof apps are not installed: {INSTALL}\n" == commanded(alone, "prove").stderr


def test_a_rule_is_explained_without_the_proofs(alone: Path) -> None:
    """All but the apps that break it, and one line says how to see those."""
    done = commanded(alone, "explain", "SES-03")
    assert f"broken the proof apps are not installed: {INSTALL}" == done.stdout.splitlines()[-1]
    assert (done.returncode, done.stderr) == (0, "")


def test_a_rule_is_explained_with_the_apps_that_break_it() -> None:
    """In a clone the proofs lie beside the kit."""
    done = commanded(ROOT, "explain", "SES-03")
    assert "broken proofs.broken.sessions:commit_in_teardown" in done.stdout
    assert "not installed" not in done.stdout


def test_a_rule_is_explained_with_its_edition_and_reports() -> None:
    """Since when it counts, and who has met the bug; an address is not broken at its hyphens."""
    told = explanation(rule_of("SES-01"))
    assert "since  edition 2026.1" in told
    assert "       https://github.com/londonaicentre/FLIP/pull/775" in told.splitlines()


def test_a_preview_is_in_no_edition() -> None:
    """Nothing is said of one then."""
    assert "since" not in dict(paragraphs(rule_of("FAI-20")))


def test_every_report_is_of_a_rule_and_says_what_broke() -> None:
    """One sentence each, an address of its own for a rule."""
    assert {report.rule for report in REPORTED} <= {rule.id for rule in RULES}
    assert len({(report.rule, report.url) for report in REPORTED}) == len(REPORTED)
    assert [
        r for r in REPORTED if not re.fullmatch(r"https://github\.com(/[\w.-]+){4}", r.url)
    ] == []
    assert [report for report in REPORTED if not report.words.endswith(".")] == []


def test_a_library_of_the_proofs_that_is_missing_is_named(alone: Path) -> None:
    """A clone may be installed without the extra of its tests."""
    shutil.copytree(ROOT / "proofs", alone / "proofs")
    (alone / "reference_app.py").write_text("import no_such_library\n", encoding="utf-8")
    done = commanded(alone, "explain", "SES-03")
    assert "the proof apps need no_such_library" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
