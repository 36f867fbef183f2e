"""The folder, copied into a project under another name, still judges."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


def test_a_copy_runs_under_any_package_name(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the kit but the copy is on the path; its root conftest names the plug-in."""
    shutil.copytree(ROOT / "reference_app", pytester.path / "reference_app", ignore=IGNORED)
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


def test_two_copies_at_once_are_refused_in_one_line(pytester: pytest.Pytester) -> None:
    """Installed and vendored: options would be added twice."""
    shutil.copytree(ROOT / "contract_tests", pytester.path / "promises", ignore=IGNORED)
    result = pytester.runpytest_subprocess(
        "-p", "contract_tests.plugin", "-p", "promises.plugin", "-p", "no:schemathesis"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the contract kit is loaded twice*-p no:contract_tests.plugin*"])
