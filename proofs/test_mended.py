"""The mended apps: each is a broken app with a small change, and keeps the rule that was broken."""

from __future__ import annotations

import pytest

from proofs.broken import BrokenApp
from proofs.catalogue import broken_apps, mended_apps
from proofs.matrix import EMBEDDED, IS_WHOLE, run_contract, turn_of
from proofs.mended import MendedApp
from proofs.pages.code_shown import change

LINES_OF_A_FIX = 45


def broken_of(app: MendedApp) -> BrokenApp:
    """Give the broken app that an app mends."""
    return next(each for each in broken_apps() if each.locator == app.broken)


TURNS = 5
"""By day one in so many mended apps is judged, always the same ones; all of them in a night."""

JUDGED = [app for app in mended_apps() if IS_WHOLE or not turn_of(broken_of(app), TURNS)]


@pytest.mark.parametrize("app", JUDGED, ids=str)
def test_a_mended_app_keeps_the_rule_of_its_broken_one(app: MendedApp) -> None:
    """On a database that shows the defect: the same tests decide, and all of them pass."""
    broken = broken_of(app)
    database = next(each for each in EMBEDDED if each in broken.databases)
    chosen = ("--contract-rule", broken.rule, *broken.arguments)
    result = run_contract(app.locator, database, *chosen)
    assert result.exit_code == 0, result.printed
    assert broken.rule in result.rules("upheld"), result.printed


@pytest.mark.parametrize("app", mended_apps(), ids=str)
def test_a_fix_is_small(app: MendedApp) -> None:
    """The change is shown on a page: it takes lines out or puts some in, and few."""
    changed = [line for line in change(app.broken, app.locator).splitlines() if line[:1] in "+-"]
    assert 0 < len(changed) <= LINES_OF_A_FIX
