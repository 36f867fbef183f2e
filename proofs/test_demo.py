"""The demo: a run of the contract itself, which leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract_tests.commands.demo import difference
from proofs.documents import ROOT, TIMES, demonstrated

OTHERS = {
    "PYTHONPATH": str(ROOT),
    "CONTRACT_RULE": "CRU-01",
    "PYTEST_ADDOPTS": "--collect-only",
    "DATABASE_URL": "nowhere://",
}
"""Settings for a service of whoever types the command."""


@dataclass(frozen=True)
class Shown:
    """What the demo has printed, its exit code, and the folder where it was typed."""

    code: int
    printed: str
    folder: Path


def demo(folder: Path, package: str = "contract_tests", **environ: str) -> Shown:
    """Run the command from a folder."""
    done = subprocess.run(
        [sys.executable, "-m", package, "demo"],
        cwd=folder,
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Shown(done.returncode, done.stdout, folder)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Run the demo from the folder of a project, with settings that are not for it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "pytest.ini").write_text("[pytest]\ncontract_app = mine:app\n")
    (folder / "shop.py").write_text("raise SystemExit('this is not the shop of the demo')\n")
    return demo(folder, **OTHERS)


def test_the_broken_shop_is_caught_and_the_mended_one_is_not(shown: Shown) -> None:
    """The exit code says so, and a line each: the place in the code, and the number of rules."""
    assert shown.code == 0, shown.printed
    caught = r"^a shop that .* \.+ caught   SES-03  checkout\.py:\d+, \d+ s$"
    assert re.search(caught, shown.printed, re.MULTILINE)
    clean = r"^the same shop, mended \.+ clean    \d\d rules, \d+ s$"
    assert re.search(clean, shown.printed, re.MULTILINE)
    assert shown.printed.endswith("\nnext: contract-tests run yourpackage.main:app\n")


def test_the_line_that_is_told_is_the_one_that_commits(shown: Shown) -> None:
    """The evidence is that of the run: its place is a line of the shop."""
    lines = (ROOT / "contract_tests/demo/checkout.py").read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if "session.begin()" in line)
    assert f"SES-03  checkout.py:{number}," in shown.printed
    assert re.search(
        rf">>>> conn 1 +COMMIT +checkout\.py:{number} in place$", shown.printed, re.MULTILINE
    )


def test_the_folder_of_whoever_types_it_stays_as_it_was(shown: Shown) -> None:
    """No cache, no database, no report."""
    assert {path.name for path in shown.folder.iterdir()} == {"pytest.ini", "shop.py"}


def test_the_readme_shows_the_demo(shown: Shown) -> None:
    """What it prints is in the README, but for the times; evidence and difference are left out."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert TIMES.sub("N s", demonstrated(shown.printed)) in TIMES.sub("N s", readme)


def test_a_copy_of_the_kit_shows_it_too(tmp_path: Path) -> None:
    """Also one whose shop has another defect: it is told as what it is, and the exit code is 1."""
    ignored = shutil.ignore_patterns("__pycache__")
    (tmp_path / "tests").mkdir()
    kit = shutil.copytree(ROOT / "contract_tests", tmp_path / "tests" / "mine", ignore=ignored)
    # One area is enough to see it, and takes a third of the time.
    command = kit / "commands" / "demo.py"
    command.write_text(
        command.read_text().replace('("sessions", "crud", "errors")', '("sessions",)')
    )
    (kit / "demo" / "mended.py").write_text((kit / "demo" / "checkout.py").read_text())
    shown = demo(tmp_path, "tests.mine")
    assert shown.code == 1, shown.printed
    assert "NOT clean SES-03, " in shown.printed
    assert shown.printed.endswith("\nnext: python -m tests.mine run yourpackage.main:app\n")


def test_a_shop_that_cannot_be_judged_is_told(tmp_path: Path) -> None:
    """Without a verdict there is the output of the run that gave none."""
    ignored = shutil.ignore_patterns("__pycache__")
    kit = shutil.copytree(ROOT / "contract_tests", tmp_path / "kit", ignore=ignored)
    for name in ("checkout", "mended"):
        (kit / "demo" / f"{name}.py").write_text("raise RuntimeError('sold out')\n")
    shown = demo(tmp_path, "kit")
    assert shown.code == 1
    assert "sold out" in shown.printed


def test_the_difference_is_one_statement() -> None:
    """The answer comes behind the block that commits."""
    changed = [line for line in difference() if line[0] in "+-"]
    assert [line[0] for line in changed] == ["-", "-", "+"]
    assert changed[1].lstrip("- ") == changed[2].lstrip("+ ")
