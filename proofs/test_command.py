"""The command line: its commands, its settings, and a reader who stops reading."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proofs.loading import packages_loaded_by

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("arguments", [("list",), ("explain", "SES-03")])
def test_a_reader_who_has_seen_enough_gets_no_traceback(arguments: tuple[str, ...]) -> None:
    """As in `contract-tests list | head`: nothing is said about the closed pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "contract_tests", *arguments],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, "")


GREETING = """
from . import Command


def greet(asked, rest):
    print("good day")
    return 7


COMMAND = Command("say good day", greet)
"""


def test_a_new_command_is_one_file(tmp_path: Path) -> None:
    """A module more in `commands/` is in the help, behind the others, and can be carried out."""
    ignored = shutil.ignore_patterns("__pycache__")
    kit = shutil.copytree(ROOT / "contract_tests", tmp_path / "contract_tests", ignore=ignored)
    (kit / "commands" / "greet.py").write_text(GREETING)
    assert ",greet}" in commanded(tmp_path, "--help").stdout
    done = commanded(tmp_path, "greet")
    assert (done.returncode, done.stdout, done.stderr) == (7, "good day\n", "")


def test_the_commands_are_found_without_any_library() -> None:
    """The help is there at once: nothing is imported but the standard library."""
    find = "from contract_tests.__main__ import found_commands; found_commands()"
    assert packages_loaded_by(find) == {"contract_tests"}


def commanded(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command that lies in this folder."""
    command = [sys.executable, "-m", "contract_tests", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


APP = """
from reference_app import create_app as app
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\ncontract_app = 'mine:app'\n"),
        ("pytest.ini", "[pytest]\ncontract_app = mine:app\n"),
        ("setup.cfg", "[tool:pytest]\ncontract_app = mine:app\n"),
    ],
)
def test_the_settings_are_those_of_the_project_one_is_in(
    name: str, text: str, tmp_path: Path
) -> None:
    """Not those beside the suite, wherever that is; also from a folder further down."""
    (tmp_path / "mine.py").write_text(APP)
    (tmp_path / name).write_text(text)
    (tmp_path / "below").mkdir()
    done = ran(tmp_path / "below")
    assert "contract of mine:app on sqlite" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_without_settings_there_are_none(tmp_path: Path) -> None:
    """The kit's own are not taken for those of somebody who works beside its clone."""
    (tmp_path / "mine.py").write_text(APP)
    done = ran(tmp_path, "mine:app")
    assert "contract of mine:app on sqlite" in done.stdout, done.stdout + done.stderr
    assert "pyproject.toml" not in done.stdout


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One rule is judged by the command, from this folder."""
    command = [
        sys.executable,
        "-m",
        "contract_tests",
        "run",
        *arguments,
        "--contract-rule",
        "CRU-01",
    ]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
