"""Which lines of code are the service's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from contract_tests.instruments.attribution import is_app
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


def test_what_makes_a_row_is_not_charged_to_the_request_on_it() -> None:
    """A create that takes two connections is told of the cases that are creates, and of no read."""
    locator = "proofs.broken.sessions_use:quota_in_the_create"
    result = run_contract(locator, "sqlite", "--contract-rule", "SES-09")
    accused = {row["case"] for row in result.report["verdicts"] if row["verdict"] == "broken"}
    assert accused == {"create", "create-again"}, result.printed
