"""The workflows: nothing in them moves, runs what it was given, or may do what it needs not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.runner.options import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
OTHERS = [
    GITHUB / "dependabot.yml",
    GITHUB / "zizmor.yml",
    ROOT / ".pre-commit-hooks.yaml",
    ROOT / ".pre-commit-config.yaml",
]
PINNED = re.compile(r"^\s*(?:- )?uses: (?:\./\S*|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*)$")
BASH = shutil.which("bash") or ""
LINTER = Path(sys.executable).with_name("zizmor")
SCRIPTS = ("contract-tests", "zizmor", "twine", "ruff", "mypy")


def read(path: Path) -> Any:
    """Read a file of YAML; its key `on` is a key, and not a boolean."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - builds no objects


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every job of every workflow, by the name of both."""
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            yield f"{path.stem}: {name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every step, also those of the composite action, with the place where it stands."""
    for name, job in jobs():
        yield from ((name, step) for step in job.get("steps", ()))
    yield from (("action", step) for step in read(ACTION)["runs"]["steps"])


@pytest.mark.parametrize(
    "path", [*WORKFLOWS, ACTION, *FORMS, *OTHERS], ids=lambda path: str(path.relative_to(ROOT))
)
def test_it_is_yaml(path: Path) -> None:
    """It can be read, and says something."""
    assert read(path)


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_an_action_is_named_by_its_commit(path: Path) -> None:
    """Its version stands beside it, for people and for the bot that renews both."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.match(line)] == []


def test_one_action_has_one_commit() -> None:
    """All files name the same version of an action, those for readers too."""
    pages = sorted((ROOT / "docs").rglob("*.md"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*WORKFLOWS, ACTION, *pages])
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"uses: ([\w./-]+)@(\S+ # .+)", text):
        versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_nothing_is_allowed_that_no_job_asks_for() -> None:
    """A workflow may do nothing, and each job says what it needs beyond that."""
    assert {
        path.stem: read(path)["permissions"] for path in WORKFLOWS if read(path)["permissions"]
    } == {}
    assert [name for name, job in jobs() if "permissions" not in job] == []


def test_only_what_publishes_may_write() -> None:
    """Its job that publishes has an identity, and the one that tells of it may make a release.

    The site is published in the same way.
    """
    writing = {
        f"{name}: {what}"
        for name, job in jobs()
        for what, access in (job["permissions"] or {}).items()
        if access == "write"
    }
    release = {"release: publish: id-token", "release: announce: contents"}
    assert writing == release | {"docs: publish: id-token", "docs: publish: pages"}


def test_every_job_has_an_end() -> None:
    """What hangs costs minutes, and not hours."""
    endless = [name for name, job in jobs() if "uses" not in job and "timeout-minutes" not in job]
    assert endless == []


def test_no_credential_stays_in_a_checkout() -> None:
    """No later step finds the token of the job on the disk."""
    checkouts = [step for _, step in steps() if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert {step["with"]["persist-credentials"] for step in checkouts} == {"false"}


def test_no_expression_stands_in_a_script() -> None:
    """Values come by the environment, in which they remain values."""
    scripts = [(name, step["run"]) for name, step in steps() if "run" in step]
    assert scripts
    assert [(name, script) for name, script in scripts if "${{" in script] == []


def test_every_script_of_the_action_names_its_shell() -> None:
    """A composite action has no default."""
    runs = [step for step in read(ACTION)["runs"]["steps"] if "run" in step]
    assert {step.get("shell") for step in runs} == {"bash"}


def test_every_input_of_the_action_is_used() -> None:
    """None is declared and forgotten, and none is used that is not declared."""
    text = ACTION.read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(read(ACTION)["inputs"])


def test_the_action_types_options_that_exist() -> None:
    """Each is one of the kit, so are the variables that it sets; and pytest writes JUnit."""
    text = ACTION.read_text(encoding="utf-8")
    flags = {setting.flag for setting in SETTINGS}
    variables = {setting.variable for setting in SETTINGS}
    assert set(re.findall(r"--contract-[\w-]+(?= )", text)) - flags == set()
    assert set(re.findall(r"^ +(CONTRACT_\w+):", text, re.MULTILINE)) <= variables


def test_the_gate_waits_for_every_job() -> None:
    """Whoever protects a branch names one check."""
    named = read(GITHUB / "workflows" / "tests.yml")["jobs"]
    gate = named.pop("passed")
    assert set(gate["needs"]) == set(named)
    assert gate["if"] == "always()"


@pytest.mark.skipif(not BASH, reason="bash is not installed here")
@pytest.mark.parametrize(("results", "code"), [("success success", 0), ("success skipped", 1)])
def test_the_gate_is_red_for_whatever_is_no_success(results: str, code: int) -> None:
    """A job that was skipped or cancelled has not passed."""
    (step,) = read(GITHUB / "workflows" / "tests.yml")["jobs"]["passed"]["steps"]
    done = subprocess.run(
        [BASH, "-eo", "pipefail", "-c", step["run"]], env={"RESULTS": results}, check=False
    )
    assert code == done.returncode


def test_every_environment_of_tox_exists() -> None:
    """A job names no environment that tox would make up."""
    tox = ConfigParser()
    tox.read(ROOT / "tox.ini")
    known = {section.removeprefix("testenv:") for section in tox.sections()}
    text = "\n".join(step.get("run", "") for _, step in steps())
    asked = set(re.findall(r"tox run -e ([a-z]+)", text)) | set(
        read(GITHUB / "workflows" / "tests.yml")["jobs"]["checks"]["strategy"]["matrix"][
            "environment"
        ]
    )
    assert asked - known == set()


def test_every_python_is_tested_on_every_database() -> None:
    """What the classifiers promise, tox has, and a job runs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = {
        line.rpartition(" ")[2] for line in project["classifiers"] if "Python :: 3." in line
    }
    tests = read(GITHUB / "workflows" / "tests.yml")["jobs"]
    for job in ("embedded", "mariadb"):
        assert set(tests[job]["strategy"]["matrix"]["python"]) == promised
    minors = ",".join(sorted((each.partition(".")[2] for each in promised), key=int))
    assert f"py3{{{minors}}}-{{sqlite,postgresql,mysql}}" in (ROOT / "tox.ini").read_text("utf-8")
    assert (
        max(promised, key=lambda each: int(each.partition(".")[2]))
        == read(GITHUB / "workflows" / "tests.yml")["env"]["NEWEST"]
    )


def test_every_hook_is_a_command() -> None:
    """What pre-commit starts is a script of the kit or of `.[dev]`."""
    ours = read(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    entries = [hook["entry"].split()[0] for hook in [*read(ROOT / ".pre-commit-hooks.yaml"), *ours]]
    assert set(entries) <= set(SCRIPTS)


@pytest.mark.skipif(not LINTER.exists(), reason="zizmor is not installed: the extra dev has it")
def test_a_linter_of_workflows_has_nothing_to_say() -> None:
    """It knows more ways to lose a secret than this file."""
    command = [str(LINTER), "--offline", "--no-progress", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
