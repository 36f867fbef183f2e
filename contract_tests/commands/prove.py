"""`contract-tests prove`: the rules on the proof apps."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..databases import registry
from ..runner.watching import run_pytest
from . import Command

INSTALL = "pip install 'pytest-crud-contract[prove]'"
NOT_INSTALLED = f"the proof apps are not installed: {INSTALL}"


def judge_proof_apps(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run the contract on every broken and every innocent app."""
    try:
        folder = Path(proof_catalogue().__file__).parent
    except LookupError as error:
        print(error.args[0], file=sys.stderr)  # noqa: T201
        return 2
    kill, innocent = (str(folder / f"test_{name}_matrix.py") for name in ("kill", "innocent"))
    if rest[:1] == ["--quick"]:
        return run_pytest([kill, "-k", " or ".join(_sample()), *rest[1:]])
    return run_pytest([kill, innocent, *rest])


def _sample() -> list[str]:
    """Name a broken app of each area, of those that the usual database shows."""
    apps = {
        app.rule.partition("-")[0]: str(app)
        # Reversed: the last app of a key stays, which is the first of its area then.
        for app in reversed(proof_catalogue().broken_apps())
        if registry.words()[0] in app.databases
    }
    return list(apps.values())


def proof_catalogue() -> Any:
    """Import the catalogue of the proof apps. LookupError says what to install."""
    try:
        catalogue = importlib.import_module("proofs.catalogue")
        # Asked already here: only this imports the apps, and shows what they lack.
        catalogue.broken_apps()
    except ModuleNotFoundError as error:
        if error.name in ("proofs", "proofs.catalogue"):
            raise LookupError(NOT_INSTALLED) from None
        raise LookupError(f"the proof apps need {error.name}: {INSTALL}") from None
    return catalogue


EPILOG = """\
words that follow are pytest's: -n auto spreads the apps over processes, -v shows each as it ends,
-k sessions takes the apps of an area, -k innocent the correct ones.

An app takes some seconds, and all of them together tens of minutes. --quick, as the first word,
takes one broken app of each area.
"""

COMMAND = Command(
    "show every rule catching its broken apps and sparing the innocent ones",
    judge_proof_apps,
    own=lambda _: 0,
    epilog=EPILOG,
    place=4,
)
