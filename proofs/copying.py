"""Projects that get a copy of the kit, and a newer kit to update it from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from contract_tests import __version__
from proofs.loading import LEAN

ROOT = Path(__file__).resolve().parent.parent
COMPILED = shutil.ignore_patterns("__pycache__", "*.pyc")
SESSIONS = "suite/test_sessions.py"
APP = ("--contract-app", "myservice.main:app")
OWN = """
import sys


def test_own():
    assert not {"sqlalchemy", "hypothesis", "schemathesis"} & set(sys.modules)
"""
INI = """
[tool.pytest.ini_options]
addopts = ["-p", "no:schemathesis", "--strict-config", "--strict-markers"]
filterwarnings = ["error"]
asyncio_default_fixture_loop_scope = "function"
"""


@dataclass(frozen=True)
class Project:
    """A project with a service and a test of its own."""

    folder: Path
    newer: Path
    """The folder of a newer kit; without one, the installed kit is used."""

    def ran(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment, as in the project's root."""
        scripts = str(Path(sys.executable).parent)
        environ = {name: v for name, v in os.environ.items() if not name.startswith("CONTRACT_")}
        environ |= {"PATH": os.pathsep.join([scripts, os.environ["PATH"]])}
        environ |= {"PYTHONPATH": str(self.newer), "CONTRACT_RULE": "SES-03,SES-08"}
        return subprocess.run(
            command, cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )

    def vendor(self, *arguments: str) -> tuple[int, list[str]]:
        """Run the command; give its exit code and what it says."""
        done = self.ran(sys.executable, "-m", "contract_tests", "vendor", *arguments)
        return done.returncode, (done.stdout + done.stderr).splitlines()

    def pytest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pytest as a team does that has not installed the kit."""
        absent = ("-p", "no:contract_tests.plugin", "-p", "no:cacheprovider", *LEAN)
        return self.ran(sys.executable, "-m", "pytest", *absent, *arguments)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace words in a file of the project, or of the newer kit."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def release(self, number: str, *edits: tuple[str, str, str]) -> None:
        """Make the newer kit: this one with some edits."""
        kit = self.newer / "contract_tests"
        if not kit.exists():
            shutil.copytree(ROOT / "contract_tests", kit, ignore=COMPILED)
        upstream = Project(kit, kit)
        for name, old, new in (("__init__.py", __version__, number), *edits):
            upstream.edit(name, old, new)

    def files(self) -> dict[str, bytes]:
        """Give all files but what Python compiles."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in paths
            if "__pycache__" not in path.parts
        }


def make_project(folder: Path) -> Project:
    """Make a project whose service is the reference app; its tests are in no package."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "tests")
    shutil.copytree(ROOT / "reference_app", folder / "project" / "reference_app", ignore=ignored)
    project = Project(folder / "project", folder / "newer")
    for name, text in {
        "myservice/main.py": "from reference_app import create_app as app\n",
        "tests/test_own.py": OWN,
        "pyproject.toml": INI,
    }.items():
        (project.folder / name).parent.mkdir(exist_ok=True)
        (project.folder / name).write_text(text, encoding="utf-8")
    return project
