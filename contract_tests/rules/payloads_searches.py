"""The words of the payloads area on searches: a text that is asked for is a text."""

from __future__ import annotations

from .rule import Level, Rule

PAY_47 = Rule(
    id="PAY-47",
    level=Level.REQUIRED,
    statement=(
        "A text parameter with punctuation or search operators MUST be answered without a server "
        "error."
    ),
    rationale=(
        "People look for `O'Neill`, `C++` and `50 %`. What is pasted into SQL, a regular "
        "expression or a full-text query without quoting is a syntax error there, and a 500 here."
    ),
    fix=(
        "Send the text as a bound parameter: `Item.name.contains(text, autoescape=True)`. Use "
        "`re.escape` for a pattern, and `websearch_to_tsquery` for a full-text search."
    ),
    needs=("create", "list"),
)

PAY_48 = Rule(
    id="PAY-48",
    level=Level.REQUIRED,
    statement="A text parameter MUST NOT be executed as SQL.",
    rationale=(
        "Whoever can close the quote can read every table, whatever the endpoint was to show, and "
        "often write as well."
    ),
    fix=(
        "Never build a statement with an f-string or `%`: `text('... WHERE name = :name')` with "
        "`{'name': name}`, or `select(Item).where(Item.name == name)`."
    ),
    needs=("create", "list"),
)

RULES = (PAY_47, PAY_48)
