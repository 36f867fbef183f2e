"""The folder, copied into a project under another name, still judges."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")
WITHOUT_TESTS = shutil.ignore_patterns("__pycache__", "*.pyc", "tests")


def test_a_copy_runs_under_any_package_name(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the kit but the copy is on the path; its root conftest names the plug-in."""
    shutil.copytree(ROOT / "reference_app", pytester.path / "reference_app", ignore=WITHOUT_TESTS)
    shutil.copytree(ROOT / "contract_tests", pytester.path / "tests" / "promises", ignore=IGNORED)
    (pytester.path / "tests" / "__init__.py").write_text("", encoding="utf-8")
    pytester.makeconftest('pytest_plugins = ("tests.promises.plugin",)\n')
    pytester.makepyprojecttoml(
        '[tool.pytest.ini_options]\npythonpath = ["."]\n'
        'contract_app = "reference_app:create_app"\ncontract_profile = "quick"\n'
    )
    monkeypatch.delenv("PYTHONPATH", raising=False)
    arguments = ("-p", "no:contract_tests.plugin", "-p", "no:schemathesis", "tests/promises")
    result = pytester.runpytest_subprocess(*arguments)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["conformant at level required: *"])


@pytest.fixture
def copied(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with a test of its own and a copy below `tests`, which is no package."""
    app, copy = pytester.path / "reference_app", pytester.path / "tests" / "promises"
    shutil.copytree(ROOT / "reference_app", app, ignore=WITHOUT_TESTS)
    shutil.copytree(ROOT / "contract_tests", copy, ignore=IGNORED)
    pytester.makeconftest('pytest_plugins = ("tests.promises.plugin",)\n')
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    (pytester.path / "tests" / "test_own.py").write_text("def test_own() -> None: ...\n")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return pytester


OPTIONS = ("-p", "no:contract_tests.plugin", "-p", "no:schemathesis")


@pytest.mark.parametrize("named", [(), ("tests",), ("tests/test_own.py",)], ids=str)
def test_a_copy_without_an_app_is_left_out(copied: pytest.Pytester, named: tuple[str, ...]) -> None:
    """The team's tests run, and one line says why the suite does not."""
    result = copied.runpytest_subprocess(*OPTIONS, *named)
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == 1
    if named != ("tests/test_own.py",):
        result.stdout.fnmatch_lines(["contract: left out, since the contract needs an app: *"])


def test_a_copy_that_was_named_needs_an_app(copied: pytest.Pytester) -> None:
    """One line, as for the installed one."""
    result = copied.runpytest_subprocess(*OPTIONS, "tests/promises")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: the contract needs an app: *"])


def test_a_copy_in_no_package_says_what_to_add(copied: pytest.Pytester) -> None:
    """The plug-in and the suite would be imported by two names."""
    app = ("--contract-app", "reference_app:create_app")
    result = copied.runpytest_subprocess(*OPTIONS, *app, "tests/promises")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    place = copied.path / "tests" / "__init__.py"
    result.stderr.fnmatch_lines(
        [f"ERROR: *as tests.promises, but * as promises.suite.*: add {place}"]
    )


def test_two_copies_at_once_are_refused_in_one_line(pytester: pytest.Pytester) -> None:
    """Installed and vendored: options would be added twice."""
    shutil.copytree(ROOT / "contract_tests", pytester.path / "promises", ignore=IGNORED)
    result = pytester.runpytest_subprocess(
        "-p", "contract_tests.plugin", "-p", "promises.plugin", "-p", "no:schemathesis"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the contract kit is loaded twice*-p no:contract_tests.plugin*"])
