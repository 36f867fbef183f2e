"""The words on values that are barely valid: at a limit of the schema, or left out of it."""

from __future__ import annotations

from .rule import Level, Rule

PAY_25 = Rule(
    id="PAY-25",
    level=Level.REQUIRED,
    statement="A boundary value sent in a create MUST be returned unchanged unless it is refused.",
    rationale=(
        "What the document allows, clients send: the tree five levels deep, the other kind of "
        "payment, the longest list. Where the columns are narrower than the schema, it is lost."
    ),
    fix=(
        "Make schema and storage from one description; where they must differ, let the schema be "
        "the narrower one."
    ),
    needs=("create", "read"),
)

PAY_26 = Rule(
    id="PAY-26",
    level=Level.REQUIRED,
    statement="A boundary value sent in a change MUST be returned unchanged unless it is refused.",
    rationale=(
        "Changes go through code of their own, and through SQLAlchemy's change tracking: a value "
        "that a create stores well is merged with the old one, or not written at all."
    ),
    fix=(
        "Assign the whole new value, not into the old one: SQLAlchemy does not see a JSON value "
        "that is changed in place (or use `MutableDict.as_mutable(JSON)`)."
    ),
    needs=("create", "read", "change"),
)

PAY_27 = Rule(
    id="PAY-27",
    level=Level.RECOMMENDED,
    statement="A date at either end of the calendar SHOULD be answered without a server error.",
    rationale=(
        "Year 9999 means never, year 1 means not yet. Moved to UTC they leave the calendar: "
        "`OverflowError` is not a `ValueError`, and so becomes a 500."
    ),
    fix="Catch `OverflowError` where you convert, or bound the field: `Field(ge=..., le=...)`.",
    needs=("create",),
)

PAY_28 = Rule(
    id="PAY-28",
    level=Level.REQUIRED,
    statement="A default value MUST NOT contain what another request has sent.",
    rationale=(
        "One list for all rows that were made without one: the first user's tags are on the "
        "second user's row, until the process is started again."
    ),
    fix=(
        "Create the default anew each time: `default_factory=list` or `default=list`, never a "
        "shared `[]`."
    ),
    needs=("create", "read"),
)

RULES = (PAY_25, PAY_26, PAY_27, PAY_28)
