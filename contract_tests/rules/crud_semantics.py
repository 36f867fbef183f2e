"""The words of the crud area on what a write means: once, twice, empty, or with more than asked."""

from __future__ import annotations

from .rule import Level, Rule

CRU_40 = Rule(
    id="CRU-40",
    level=Level.REQUIRED,
    statement="The row in the answer to a change MUST equal the row that the next read returns.",
    rationale=(
        "The page shows what the answer said. After a reload it shows something else, and the "
        "user believes that the change was lost."
    ),
    fix=(
        "Build the answer from the row after the commit (`await session.refresh(row)`); what an "
        "`update()` statement wrote is not in an object that was loaded before it."
    ),
    needs=("create", "read", "change"),
)

CRU_41 = Rule(
    id="CRU-41",
    level=Level.REQUIRED,
    statement="A row in a list MUST have the same field values as in a read.",
    rationale="The overview says one thing and the page behind it another; one of them is wrong.",
    fix=(
        "Make both from one schema and one statement's rows; look for a cache, a view or columns "
        "in another order (`zip`, `row[2]`) behind one of them."
    ),
    needs=("create", "read", "list"),
)

CRU_42 = Rule(
    id="CRU-42",
    level=Level.REQUIRED,
    statement="A repeated PUT MUST leave everything as the first one left it.",
    rationale=(
        "Clients and proxies repeat a PUT whose answer was lost, since HTTP says that they may. "
        "Then lines are there twice, or a counter has moved on."
    ),
    fix=(
        "Set, do not add: assign collections (`row.lines = [...]`) instead of extending them, and "
        "write values instead of increments."
    ),
    needs=("create", "read", "replace"),
)

CRU_43 = Rule(
    id="CRU-43",
    level=Level.REQUIRED,
    statement="An empty PATCH MUST leave the row unchanged without a server error.",
    rationale=(
        "A form that is saved without an edit sends `{}`. It becomes an Internal Server Error, or "
        "every field falls back to its default."
    ),
    fix=(
        "Send the statement only if there is something to set: `if values:` before "
        "`update(Model).values(**values)`, and `model_dump(exclude_unset=True)`."
    ),
    needs=("create", "read", "update"),
)

CRU_44 = Rule(
    id="CRU-44",
    level=Level.REQUIRED,
    statement="A field that a successful PATCH sent alone MUST be visible in the next read.",
    rationale=(
        "The whole form is stored and the single switch is not: it was confirmed, and it flips "
        "back at the next reload."
    ),
    fix=(
        "Write every field that was sent (`for name, value in payload.model_dump("
        "exclude_unset=True).items()`), not those that a list in the code names."
    ),
    needs=("create", "read", "update"),
)

CRU_45 = Rule(
    id="CRU-45",
    level=Level.REQUIRED,
    statement="An accepted false, zero, empty list or empty object MUST be stored.",
    rationale=(
        "What was switched off stays on, a price cannot become zero, a list cannot be emptied; "
        "the answer was a success each time."
    ),
    fix=(
        "Ask whether the field was sent (`'done' in payload.model_fields_set`), not whether it is "
        "true: `if payload.done:` and `payload.count or 10` drop False, 0 and []."
    ),
    needs=("create", "read"),
)

CRU_46 = Rule(
    id="CRU-46",
    level=Level.REQUIRED,
    statement="A request body MUST NOT set a field that the document does not offer for writing.",
    rationale=(
        "Whoever guesses a column's name becomes administrator, takes over somebody else's row or "
        "backdates it: mass assignment."
    ),
    fix=(
        "Take a model that names what may be written, and its `model_dump()`; never "
        "`Model(**await request.json())`, nor `setattr` for every key of the body."
    ),
    needs=("create", "read"),
)

CRU_48 = Rule(
    id="CRU-48",
    level=Level.REQUIRED,
    statement="A body with unexpected fields MUST be answered without a server error.",
    rationale=(
        "Clients send back what they read, id and times included, and newer clients send fields "
        "that an older service does not know: each is a 500."
    ),
    fix=(
        "Ignore or refuse them in the schema (`extra='ignore'` or `'forbid'`); "
        "`Model(**body)` raises `TypeError` for a name it does not have."
    ),
    needs=("create",),
)

CRU_49 = Rule(
    id="CRU-49",
    level=Level.REQUIRED,
    statement="A repeated create MUST be refused or lead to a row that can be read.",
    rationale=(
        "Users click twice and clients repeat what timed out. A unique column answers with an "
        "Internal Server Error, and the client repeats it forever."
    ),
    fix=(
        "Catch `sqlalchemy.exc.IntegrityError` around the flush and answer 409; looking for the "
        "row first is not enough when two arrive at once."
    ),
    needs=("create", "read"),
)

CRU_50 = Rule(
    id="CRU-50",
    level=Level.REQUIRED,
    statement="A create that repeats an Idempotency-Key MUST NOT store another row.",
    rationale=(
        "The header promises that a client may try again after a timeout. If it is ignored, the "
        "client pays twice, orders twice, writes twice."
    ),
    fix=(
        "Store the key in the same transaction as the row, in a unique column, and give the "
        "stored row back when the key is there already."
    ),
    needs=("create", "outside-view"),
)

CRU_51 = Rule(
    id="CRU-51",
    level=Level.REQUIRED,
    statement="A refused create MUST be accepted once its body is corrected.",
    rationale=(
        "The user mends the mistake that the form showed, and is told that the name is taken: "
        "by the attempt that was refused."
    ),
    fix=(
        "Reserve nothing before the whole request is valid, or undo it when you refuse: names, "
        "keys, quota and counters belong in the transaction of the row."
    ),
    needs=("create",),
)

CRU_60 = Rule(
    id="CRU-60",
    level=Level.RECOMMENDED,
    statement="A password that was sent SHOULD NOT be shown, as it is or as a digest.",
    rationale=(
        "Every client that may read the row gets it, every log and cache keeps it. A digest of it "
        "is guessed offline, a million words in a second."
    ),
    fix="Leave the field out of the response model; store a salted hash (argon2, bcrypt).",
    needs=("create", "read"),
)

RULES = (
    CRU_40,
    CRU_41,
    CRU_42,
    CRU_43,
    CRU_44,
    CRU_45,
    CRU_46,
    CRU_48,
    CRU_49,
    CRU_50,
    CRU_51,
    CRU_60,
)
