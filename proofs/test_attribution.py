"""Which lines of code are the service's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from contract_tests.instruments.attribution import is_app, named_line, path_from_root, path_of
from contract_tests.service.transports.locate import locate
from proofs.matrix import run_contract


@pytest.mark.parametrize("module", ["stall", "bakery.web"])
def test_an_installed_service_is_told_from_its_libraries(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tox installs into an environment lies beside libraries, and is the service still."""
    libraries = tmp_path / "site-packages"
    made = libraries / f"{module.replace('.', '/')}.py"
    made.parent.mkdir(parents=True)
    made.write_text("async def app(scope, receive, send): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(libraries))

    locate(f"{module}:app")

    assert is_app(str(made))
    assert not is_app(str(libraries / "sqlalchemy" / "pool" / "base.py"))


def test_the_runner_is_no_service() -> None:
    """The script that started this process is not taken for the line that asked."""
    assert not is_app(str(Path(sys.executable).parent / "pytest"))


def test_a_line_is_short_and_its_file_is_known() -> None:
    """Texts name the file alone; a report that needs its path asks for it."""
    line = named_line(__file__, 12, "of_this_proof")
    assert line == "test_attribution.py:12 in of_this_proof"
    assert path_of(line) == "proofs/test_attribution.py"


def test_a_line_that_two_files_have_is_in_neither() -> None:
    """No report points into a file that was not meant."""
    beside = Path(__file__).parent / "broken" / Path(__file__).name
    lines = {named_line(str(path), 7, "of_two_files") for path in (Path(__file__), beside)}
    assert lines == {"test_attribution.py:7 in of_two_files"}
    assert path_of(lines.pop()) == ""


def test_a_file_in_no_repository_has_no_path() -> None:
    """A library that is claimed as the service's is nowhere to be shown."""
    assert path_from_root("/elsewhere/app.py") == ""
    assert path_of("never.py:1 in named") == ""


def test_a_file_of_another_repository_has_the_path_there(tmp_path: Path) -> None:
    """A run may be started anywhere; a worktree has a file in place of git's folder."""
    file = tmp_path / "shop" / "orders.py"
    file.parent.mkdir()
    (tmp_path / ".git").touch()
    assert path_from_root(str(file)) == "shop/orders.py"


def test_what_makes_a_row_is_not_charged_to_the_request_on_it() -> None:
    """A create that takes two connections is told of the cases that are creates, and of no read."""
    locator = "proofs.broken.sessions_use:quota_in_the_create"
    result = run_contract(locator, "sqlite", "--contract-rule", "SES-09")
    accused = {row["case"] for row in result.report["verdicts"] if row["verdict"] == "broken"}
    assert accused == {"create", "create-again"}, result.printed
