"""The words of the payloads area on values: what was accepted comes back as the same value."""

from __future__ import annotations

from .rule import Level, Rule

PAY_40 = Rule(
    id="PAY-40",
    level=Level.REQUIRED,
    statement="An accepted decimal MUST be returned as the same decimal.",
    rationale=(
        "0.30 becomes 0.30000000000000004 and a cent is missing in the sum; accounts are off by "
        "amounts that nobody can explain."
    ),
    fix=(
        "`Decimal` in the schema and `Numeric` in the model, from one end to the other: a `float` "
        "or `Float` anywhere on the way rounds to a binary fraction."
    ),
    needs=("create", "read"),
)

PAY_41 = Rule(
    id="PAY-41",
    level=Level.RECOMMENDED,
    statement="A decimal with more digits than its column stores SHOULD be refused.",
    rationale="It is silently rounded to what the database takes, and sums no longer agree.",
    fix=(
        "Declare the column's digits: `Field(max_digits=10, decimal_places=2)` for `Numeric(10, "
        "2)`."
    ),
    needs=("create", "read"),
)

PAY_42 = Rule(
    id="PAY-42",
    level=Level.REQUIRED,
    statement="An accepted boolean or enumeration value MUST be returned unchanged.",
    rationale=(
        "One of the choices that the document lists cannot be stored, or is shown as another; "
        "`1` is not `true` to a client that compares."
    ),
    fix=(
        "Let the column and the schema share one enumeration, and migrate the database's type "
        "with it; show rows through a schema, since some databases give 0 and 1 for booleans."
    ),
    needs=("create", "read"),
)

PAY_43 = Rule(
    id="PAY-43",
    level=Level.RECOMMENDED,
    statement="The items of an array SHOULD be returned in the order in which they were sent.",
    rationale="Steps, lines and priorities are shown in another order than the user gave them.",
    fix=(
        "Store a position and read by it (`relationship(order_by=...)`), or declare `uniqueItems` "
        "if it is a set; `list(set(...))` has no order."
    ),
    needs=("create", "read"),
)

PAY_44 = Rule(
    id="PAY-44",
    level=Level.REQUIRED,
    statement="An accepted map MUST be returned with the same entries.",
    rationale="Labels, settings and translations lose entries whose names were not foreseen.",
    fix=(
        "Store the map whole, in a `JSON` column; keys with dots, blanks or letters of other "
        "scripts do not survive as attribute names, paths or columns."
    ),
    needs=("create", "read"),
)

PAY_45 = Rule(
    id="PAY-45",
    level=Level.REQUIRED,
    statement="An accepted empty list or object MUST NOT be returned as null.",
    rationale="Every client that loops over the list fails at the first row that has none.",
    fix="`tags or None` turns an empty list into null: compare with None.",
    needs=("create", "read"),
)

RULES = (PAY_40, PAY_41, PAY_42, PAY_43, PAY_44, PAY_45)
