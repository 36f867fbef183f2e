"""What the templates of proofs/templates/ render is judged on two databases, and conforms."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from contract_tests.rules import AREAS
from proofs.conftest import Servers
from proofs.matrix import ROOT, run_contract

TEMPLATES = ROOT / "proofs" / "templates"
PAGE = ROOT / "docs" / "template-ci.md"
ANSWERS = {"project": "shelf-service", "package": "shelf", "collection": "books"}
APP = "shelf.main:create_app"
JUDGED = ("sessions", "schema", "errors", "lifespan")
"""The areas by day; the project's own tox.ini judges all of them."""
COPIER = ("copier", "copy", "--quiet", "--defaults", str(TEMPLATES / "copier"))
COOKIECUTTER = ("cookiecutter", "--no-input", str(TEMPLATES / "cookiecutter"))


def run_tool(folder: Path, *command: str) -> None:
    """Run a tool of this environment in a folder, with a home of its own."""
    program = Path(sys.executable).parent / command[0]
    environ = os.environ | {"HOME": str(folder / "home")}
    subprocess.run([program, *command[1:]], cwd=folder, env=environ, check=True)


def render_copier(folder: Path) -> Path:
    """Give a project that copier has rendered."""
    data = [word for name, value in ANSWERS.items() for word in ("--data", f"{name}={value}")]
    run_tool(folder, *COPIER, str(folder / "rendered"), *data)
    return folder / "rendered"


def render_cookiecutter(folder: Path) -> Path:
    """Give a project that cookiecutter has rendered."""
    run_tool(folder, *COOKIECUTTER, *(f"{name}={value}" for name, value in ANSWERS.items()))
    return folder / ANSWERS["project"]


def files(project: Path) -> dict[str, str]:
    """Give the files of a project but for the answers that copier keeps."""
    paths = [path for path in project.rglob("*") if path.is_file()]
    texts = {str(path.relative_to(project)): path.read_text(encoding="utf-8") for path in paths}
    return {name: text for name, text in texts.items() if "answers" not in name}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_rendered_project_conforms(database: str, servers: Servers, tmp_path: Path) -> None:
    """At level required, on both databases that its tox.ini names."""
    project = render_copier(tmp_path)
    rules = ",".join(rule.id for area in JUDGED for rule in AREAS[area])
    environ = servers.environ(database)
    chosen = ("--contract-profile", "quick", "--contract-rule", rules)
    result = run_contract(APP, database, *chosen, environ=environ, project=project)
    assert result.exit_code == 0, result.printed
    assert "conformant at level required: " in result.printed


def test_both_tools_render_the_same_project(tmp_path: Path) -> None:
    """Judged is what copier renders; no mark of a template is left in it."""
    rendered = files(render_copier(tmp_path))
    assert rendered == files(render_cookiecutter(tmp_path))
    assert {"shelf/main.py", "shelf/database.py", "tox.ini", "pyproject.toml"} < {*rendered}
    assert [n for n, text in rendered.items() if re.search(r"(?<!\$)\{\{|\{%", text)] == []


def settings(path: Path) -> dict[str, str]:
    """Give the environment of a tox.ini."""
    read = configparser.ConfigParser(interpolation=None)
    read.read(path)
    return dict(read["testenv"])


@pytest.mark.parametrize("tool", ["copier", "cookiecutter"])
def test_the_commands_of_a_template_render_a_project(tool: str, tmp_path: Path) -> None:
    """The first command of its tox.ini makes the project in the folder where the next are run."""
    said = settings(TEMPLATES / tool / "tox.ini")
    place = said["change_dir"].replace("{env_tmp_dir}", str(tmp_path)).replace("{/}", "/")
    command = said["commands_pre"].strip().splitlines()[0].replace("{env_tmp_dir}", str(tmp_path))
    words = command.replace("{tox_root}", str(TEMPLATES / tool)).split()
    Path(place).mkdir()
    run_tool(Path(place), *words)
    assert (Path(place) / "pyproject.toml").is_file()


@pytest.mark.parametrize("shown", ["copier/tox.ini", "copier/template/tox.ini"])
def test_the_page_shows_the_files(shown: str) -> None:
    """What one copies from docs/template-ci.md is what was tried."""
    assert (TEMPLATES / shown).read_text(encoding="utf-8") in PAGE.read_text(encoding="utf-8")
