"""The command beside another one that stops reading."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    command = [sys.executable, "-m", "contract_tests", "run", *arguments,
               "--contract-rule", "CRU-01"]  # fmt: skip
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
