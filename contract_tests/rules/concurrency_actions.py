"""The words on actions: two requests that add something to one row."""

from __future__ import annotations

from .rule import Level, Rule

CON_15 = Rule(
    id="CON-15",
    level=Level.REQUIRED,
    statement="Two concurrent actions on a row MUST both count if two sequential ones do.",
    rationale=(
        "Two deposits are made at the same time, both are answered with success, and one of them "
        "is not in the balance: each has read the old sum and written its own. Stocks, votes and "
        "counters lose in the same way, and nothing is logged."
    ),
    fix=(
        "Let the database add: `update(Purse).values(coins=Purse.coins + sent)`; or lock the row "
        "when it is first read, `with_for_update=True`. A row that the session has loaded before "
        "keeps its old values under the lock: add `populate_existing=True`."
    ),
    needs=("create", "read", "document", "outside-view"),
)

RULES = (CON_15,)
