"""The names for a team's own tests: typed, few, and free until they are used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import contract_tests
from proofs.loading import ROOT, packages_loaded_by

MOST = 12


def test_every_public_name_is_there() -> None:
    """They are at most a dozen, and each says what it is for."""
    assert sorted(contract_tests.PUBLIC) == sorted(contract_tests.__all__)
    assert all(getattr(contract_tests, name).__doc__ for name in contract_tests.__all__)
    assert len(contract_tests.__all__) <= MOST


def test_a_name_that_is_none_is_refused() -> None:
    """As any module does it."""
    with pytest.raises(AttributeError, match="has no attribute 'recordings'"):
        getattr(contract_tests, "recordings")  # noqa: B009 - mypy knows that there is none


def test_the_names_cost_nothing() -> None:
    """The package loads none of the libraries that they need."""
    assert packages_loaded_by("import contract_tests") == {"contract_tests"}


def test_strict_users_of_mypy_see_the_types(tmp_path: Path) -> None:
    """What a recording tells is known, and a misspelt name is found."""
    place = tmp_path / "user.py"
    place.write_text(
        "from contract_tests import recording, recordign\n"
        "with recording() as seen:\n    reveal_type(seen.statements)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache")]
    done = subprocess.run([*command, str(place)], cwd=ROOT, capture_output=True, text=True)  # noqa: PLW1510
    assert '"tuple[str, ...]"' in done.stdout
    assert 'has no attribute "recordign"' in done.stdout
