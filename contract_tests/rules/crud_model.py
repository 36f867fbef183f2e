"""The words of the crud area on programs: many requests, and the rows that they leave."""

from __future__ import annotations

from .rule import Level, Rule

CRU_32 = Rule(
    id="CRU-32",
    level=Level.REQUIRED,
    statement=(
        "A read in a sequence of requests MUST return what the successful writes before it stored."
    ),
    rationale=(
        "Each request alone is right, and so is every test of one; it takes a second change, or a "
        "look before it, for users to see what they have long since replaced or deleted."
    ),
    fix=(
        "Look for what is kept beside the database, such as a cache or a list in the process: "
        "every operation that changes a row must clear it, PATCH and DELETE as well as PUT."
    ),
    needs=("create", "read"),
)

CRU_33 = Rule(
    id="CRU-33",
    level=Level.REQUIRED,
    statement="A restart MUST leave every row as the requests before it wrote it.",
    rationale=(
        "Every deployment undoes or rewrites what users have changed, and nobody looks for a "
        "reason there."
    ),
    fix=(
        "Keep nothing in the process that is not in the database, and let the start-up create what "
        "is missing without touching rows: a backfill belongs in a migration, which runs once."
    ),
    needs=("create", "read", "factory", "outside-view"),
)

CRU_34 = Rule(
    id="CRU-34",
    level=Level.REQUIRED,
    statement=(
        "Two concurrent requests MUST leave each field as one of their two serial orders would."
    ),
    rationale=(
        "A read that met a change has put the old row back into a cache: from then on everybody "
        "sees a row that nobody can explain, until the cache is lost."
    ),
    fix=(
        "Fill a cache only if no change came between: compare a version, or let the entry be "
        "written by the transaction that changes the row."
    ),
    needs=("create", "read", "outside-view"),
)

CRU_35 = Rule(
    id="CRU-35",
    level=Level.REQUIRED,
    statement=(
        "A valid request MUST NOT be answered with a server error because of earlier requests."
    ),
    rationale=(
        "The same request works for everybody else: this user's row, or the name it once had, has "
        "become a trap that fails each time."
    ),
    fix=(
        "Look at what earlier requests have left: a unique value that is taken, perhaps by a row "
        "marked as deleted; a null that the answer's model does not allow; a history with narrower "
        "columns. Refuse what cannot be done with a 409, and show whatever may be stored."
    ),
    needs=("create", "read"),
)

CRU_61 = Rule(
    id="CRU-61",
    level=Level.REQUIRED,
    statement="A service that has answered ordinary requests MUST go on answering them.",
    rationale=(
        "After one request that is odd, or merely refused, everybody gets errors until somebody "
        "restarts the service: whoever knows that request can switch it off."
    ),
    fix=(
        "Look at the last request in the evidence for what it leaves behind: a lock that is not "
        "released when an error is raised (`async with lock:`), a session that all requests share "
        "and nobody rolls back, a setting of a pooled connection (`SET LOCAL` ends with its "
        "transaction, `SET` does not), something in memory that a DELETE takes away."
    ),
    needs=("create",),
)
