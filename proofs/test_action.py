"""The composite action, its scripts carried out as a runner does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proofs.test_workflows import ACTION, BASH, read

ROOT = Path(__file__).resolve().parent.parent
STEPS = {step["name"]: step for step in read(ACTION)["runs"]["steps"] if "name" in step}
JUDGE, INSTALL = "Judge the service", "Install the kit"

pytestmark = pytest.mark.skipif(not BASH, reason="bash is not installed here")


def carried_out(name: str, folder: Path, **values: str) -> subprocess.CompletedProcess[str]:
    """Carry a step's script out from a folder, with these values in its environment."""
    step = STEPS[name]
    assert set(values) <= set(step["env"])
    environ = os.environ | dict.fromkeys(step["env"], "") | values
    environ |= {"PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(folder / "temp")}
    environ |= {name: str(folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    return subprocess.run(
        [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a service that answers before it commits, in a job that has told something."""
    shutil.copytree(ROOT / "contract_tests" / "demo", tmp_path / "shop")
    (tmp_path / "GITHUB_STEP_SUMMARY").write_text("An earlier step.\n")
    return tmp_path


def test_a_broken_service_fails_the_step_and_leaves_every_report(folder: Path) -> None:
    """The next step keeps the reports; the summary of the job goes on below what it had."""
    args = "--contract-rule SES-03 -k 'create or read'"
    done = carried_out(
        JUDGE,
        folder,
        ACTION_PYTHON=sys.executable,
        CONTRACT_APP="shop.checkout:app",
        PYTEST_ADDOPTS=args,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    outputs = dict(
        line.split("=", 1) for line in (folder / "GITHUB_OUTPUT").read_text().splitlines()
    )
    assert Path(outputs["sarif"]).parent == Path(outputs["reports"])
    written = {path.name for path in Path(outputs["reports"]).iterdir() if path.read_text()}
    assert written == {"contract.html", "contract.json", "contract.sarif", "junit.xml"}
    summary = (folder / "GITHUB_STEP_SUMMARY").read_text()
    assert summary.startswith("An earlier step.\n")
    assert "SES-03" in summary


def test_no_value_is_a_command(folder: Path) -> None:
    """What would end a script, or begin another one, is a value that does not exist."""
    told = "$(touch owned)`touch owned`; touch owned"
    judged = carried_out(JUDGE, folder, ACTION_PYTHON=sys.executable, CONTRACT_APP=told)
    optioned = carried_out(JUDGE, folder, ACTION_PYTHON=sys.executable, PYTEST_ADDOPTS=told)
    installed = carried_out(INSTALL, folder, ACTION_PYTHON="true", ACTION_INSTALL=told)
    assert (judged.returncode, optioned.returncode, installed.returncode) == (4, 4, 0)
    assert not (folder / "owned").exists()


@pytest.mark.parametrize(
    ("database", "extra"),
    [
        ("", ""),
        ("sqlite", ""),
        ("postgresql", "[postgres]"),
        ("postgresql+psycopg://u@h/", "[postgres]"),
        ("mariadb", "[mysql]"),
    ],
)
def test_the_kit_comes_with_what_its_database_needs(
    database: str, extra: str, folder: Path
) -> None:
    """It is the kit of the action itself, and what the service needs is installed beside it."""
    python = folder / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    given = {"ACTION_KIT": "/kit", "ACTION_DATABASE": database, "ACTION_INSTALL": ". -r more.txt"}
    done = carried_out(INSTALL, folder, ACTION_PYTHON=str(python), **given)
    asked = ["-m", "pip", "install", f"/kit{extra}", ".", "-r", "more.txt"]
    assert (done.returncode, done.stdout.splitlines()) == (0, asked)


def test_an_environment_of_uv_is_filled_by_uv(folder: Path) -> None:
    """It has no pip."""
    (folder / "uv").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (folder / "uv").chmod(0o755)
    step = STEPS[INSTALL]
    environ = os.environ | dict.fromkeys(step["env"], "")
    environ |= {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "ACTION_KIT": "/kit"}
    command = [BASH, "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ | {"ACTION_PYTHON": ".venv/bin/python"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["pip", "install", "--python", ".venv/bin/python", "/kit"]
