"""The words of the payloads area on sizes: what no schema bounds may come in any size."""

from __future__ import annotations

from .rule import Level, Rule

PAY_46 = Rule(
    id="PAY-46",
    level=Level.RECOMMENDED,
    statement="A list that the document does not bound SHOULD be answered without a server error.",
    rationale=(
        "The first customer with a large file gets a 500. A driver counts the parameters of a "
        "statement only so far (asyncpg to 32,767, psycopg to 65,535), and one statement for the "
        "whole list has as many as there are values in it."
    ),
    fix=(
        "Bound the list in the schema: `Field(max_length=1000)`. Or write it in parts: "
        "`session.execute(insert(Item), rows)` cuts it by itself, `insert(Item).values(rows)` and "
        "`Item.name.in_(names)` do not."
    ),
    needs=("document",),
)

RULES = (PAY_46,)
