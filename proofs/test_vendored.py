"""A copy of the kit judges by itself, and stays out of the way until it is asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from proofs.copying import APP, COMPILED, ROOT, Project, make_project

CONFORMANT = "conformant at level required: 2 rules decided"
PLACES = [
    ("prepend", "", "tests/contract"),
    ("prepend", "tests", "tests/contract"),
    ("append", "", "promises"),
    ("importlib", "", "tests/deep-er/contract"),
    ("importlib", "tests", "tests/contract"),
]
"""Import modes, folders that are packages, and places of a copy."""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without a copy."""
    return make_project(tmp_path)


@pytest.fixture
def vendored(project: Project) -> Project:
    """A project with a copy in its tests."""
    assert project.vendor("tests/contract")[0] == 0
    return project


def settled(project: Project, *lines: str) -> None:
    """Load the copy at the root, and write keys into the ini file."""
    root = project.folder / "conftest.py"
    root.write_text('pytest_plugins = ("tests.contract.plugin",)\n', encoding="utf-8")
    project.edit("pyproject.toml", "filterwarnings", "\n".join([*lines, "filterwarnings"]))


@pytest.mark.parametrize(("mode", "package", "place"), PLACES)
def test_a_copy_judges_wherever_it_lies(
    mode: str, package: str, place: str, project: Project
) -> None:
    """No conftest.py but its own is needed, and a plain pytest sees the team's test alone."""
    if package:
        (project.folder / package / "__init__.py").touch()
    assert project.vendor(place)[0] == 0
    plain = project.pytest(f"--import-mode={mode}")
    assert "collected 1 item\n" in plain.stdout
    assert plain.returncode == 0, plain.stdout
    named = project.pytest(f"--import-mode={mode}", place, *APP)
    assert CONFORMANT in named.stdout, named.stdout + named.stderr
    assert named.returncode == 0


def test_a_copy_is_settled_in_the_ini_file(vendored: Project) -> None:
    """Loaded at the root, it comes after the team's tests, and a named test runs alone."""
    settled(vendored, 'pythonpath = ["."]', 'contract_app = "myservice.main:app"')
    vendored.edit("tests/test_own.py", "assert not", "assert")
    whole = vendored.pytest()
    assert CONFORMANT in whole.stdout, whole.stdout + whole.stderr
    own = vendored.pytest("tests/test_own.py")
    assert "collected 1 item\n" in own.stdout
    assert (whole.returncode, own.returncode) == (0, 0)


@pytest.mark.parametrize("named", [(), ("tests",), ("tests/test_own.py",)], ids=str)
def test_a_copy_without_an_app_is_left_out(vendored: Project, named: tuple[str, ...]) -> None:
    """The team's test runs without a library of the kit; a line says why the suite does not."""
    settled(vendored)
    done = vendored.pytest(*named)
    assert done.returncode == 0, done.stdout
    is_told = "contract: left out, since the contract needs an app: " in done.stdout
    assert is_told == (named != ("tests/test_own.py",))


def test_a_copy_that_was_named_needs_an_app(vendored: Project) -> None:
    """One line, as for the installed one."""
    done = vendored.pytest("tests/contract")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.startswith("ERROR: the contract needs an app: ")


def test_a_copy_without_its_libraries_says_so_in_one_line(vendored: Project) -> None:
    """The line has the command that brings them."""
    vendored.edit("tests/contract/requirements.txt", "requests>", "no-such-library>")
    done = vendored.pytest("tests/contract", *APP)
    path = vendored.folder / "tests/contract/requirements.txt"
    line = f"ERROR: the contract needs no-such-library: pip install -r {path}"
    assert done.stderr.strip() == line
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


def test_a_copy_takes_the_place_of_the_installed_kit(vendored: Project) -> None:
    """The header says so; nothing of the installed one is in the run."""
    done = vendored.ran("pytest", "tests/contract", *APP)
    folder = vendored.folder / "tests/contract"
    assert f"contract: {folder} judges, and not the installed kit\n" in done.stdout
    assert CONFORMANT in done.stdout, done.stdout + done.stderr


def test_the_installed_suite_is_not_judged_by_a_copy(vendored: Project) -> None:
    """A command of the time before the copy is told in one line what to use now."""
    settled(vendored)
    done = vendored.ran("pytest", "tests", "--pyargs", "contract_tests", *APP)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "use python -m tests.contract, or pytest with " in done.stderr


def test_two_copies_at_once_are_refused_in_one_line(vendored: Project) -> None:
    """Options would be added twice."""
    assert vendored.vendor("promises")[0] == 0
    done = vendored.pytest("tests/contract", "promises", *APP)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: the contract kit is loaded twice, as tests.contract.plugin" in done.stderr


def test_a_copy_is_removed_without_a_trace(project: Project) -> None:
    """After it has judged, nothing of it is outside its folder."""
    before = project.files()
    project.vendor("tests/contract")
    assert project.pytest("tests/contract", *APP).returncode == 0
    shutil.rmtree(project.folder / "tests/contract")
    assert before == project.files()
    assert project.pytest().returncode == 0


def test_a_folder_that_was_only_copied_judges_too(project: Project) -> None:
    """As it comes by git subtree: loaded at the root, it needs no lock."""
    shutil.copytree(ROOT / "contract_tests", project.folder / "tests/contract", ignore=COMPILED)
    settled(project)
    done = project.pytest("tests/contract", *APP)
    assert CONFORMANT in done.stdout, done.stdout + done.stderr
