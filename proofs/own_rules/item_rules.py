"""Promises of this team about its items."""

from contract_tests import Level, Rule

ITEM_01 = Rule(
    "ITEM-01",
    Level.REQUIRED,
    "A description that was left out MUST be shown as null.",
    "The shop's page prints what it gets: an empty text leaves a hole in it.",
    "Give the column no server default.",
    needs=("create",),
)
ITEM_02 = Rule(
    "ITEM-02",
    Level.RECOMMENDED,
    "Two items SHOULD NOT have the same name.",
    "Customers order the wrong one.",
    "Put a unique index on the name, and answer 409 where it refuses.",
    needs=("create",),
)
