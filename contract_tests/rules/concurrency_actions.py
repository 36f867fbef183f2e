"""The words on actions: two requests that do something to one row."""

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

CON_16 = Rule(
    id="CON-16",
    level=Level.REQUIRED,
    statement=(
        "Two concurrent actions on a row MUST NOT both succeed if the second of two sequential "
        "ones is refused."
    ),
    rationale=(
        "A voucher is redeemed twice, an invoice paid twice, a seat given to two: each request has "
        "read that it is still open, and each has then closed it. Tests that send one after the "
        "other never see it, and a double click does it."
    ),
    fix=(
        "Let the change itself ask: `update(Voucher).where(Voucher.id == id, Voucher.state == "
        "'open')`, and refuse if its `rowcount` is 0; or lock the row when it is first read, "
        "`with_for_update=True`."
    ),
    needs=("create", "read", "document", "outside-view"),
)

RULES = (CON_15, CON_16)
