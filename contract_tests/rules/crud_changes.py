"""The words of the crud area on changes (PUT and PATCH) and deletes."""

from __future__ import annotations

from .rule import Level, Rule

CRU_06 = Rule(
    id="CRU-06",
    level=Level.REQUIRED,
    statement="A PATCH MUST leave every field that was not sent unchanged.",
    rationale=(
        "A client that changes one field erases the others: flags fall back to their defaults, "
        "texts to null, and nobody notices until the content is needed."
    ),
    fix=(
        "`payload.model_dump(exclude_unset=True)`: without it every field of the schema is "
        "written, with its default where nothing was sent."
    ),
    needs=("create", "read", "update"),
)

CRU_07 = Rule(
    id="CRU-07",
    level=Level.REQUIRED,
    statement="A successful change MUST be visible in the next read.",
    rationale="The user saw the new value confirmed; it was never stored, or a cache hides it.",
    fix=(
        "Commit before the answer. An object changed in place (`row.settings['x'] = 2`) is not "
        "seen by SQLAlchemy: use `MutableDict.as_mutable(JSON)` or assign a new value."
    ),
    needs=("create", "read", "change"),
)

CRU_08 = Rule(
    id="CRU-08",
    level=Level.RECOMMENDED,
    statement="A PUT SHOULD reset the optional fields that it leaves out.",
    rationale=(
        "PUT replaces: a client that sends the whole row as it should be gets a mixture of the new "
        "row and the old one, and has no way to remove a value."
    ),
    fix="Use `payload.model_dump()` without `exclude_unset` in PUT; keep it for PATCH.",
    needs=("create", "read", "replace"),
)

CRU_09 = Rule(
    id="CRU-09",
    level=Level.REQUIRED,
    statement="A successful PATCH that sends null for a nullable field MUST clear the field.",
    rationale="A value once set can never be removed, although the answer says that it was.",
    fix=(
        "Leave fields out by whether they were sent (`exclude_unset=True`), not by their value: "
        "`exclude_none=True` and `if value is not None` drop the null."
    ),
    needs=("create", "read", "update"),
)

CRU_10 = Rule(
    id="CRU-10",
    level=Level.REQUIRED,
    statement="A null for a field that is not nullable MUST be refused without changing the row.",
    rationale=(
        "An ordinary mistake of a client becomes an Internal Server Error, or an empty value "
        "where every reader counts on one."
    ),
    fix=(
        "Optional to send is not the same as nullable: declare `name: str = Field(default=...)` or "
        "check `'name' in payload.model_fields_set`, instead of `name: str | None = None`."
    ),
    needs=("create", "read", "change"),
)

CRU_13 = Rule(
    id="CRU-13",
    level=Level.REQUIRED,
    statement="A change of an id that does not exist MUST be refused unless it creates that row.",
    rationale="The client is told that its change was made, but there was no row to change.",
    fix="Look at `result.rowcount` or the row that was loaded, and raise `HTTPException(404)`.",
    needs=("create", "read", "change"),
)

CRU_14 = Rule(
    id="CRU-14",
    level=Level.REQUIRED,
    statement="A read after a successful delete MUST NOT return the row as it was before.",
    rationale="What a user deleted, as is their right by law, is still there for all to see.",
    fix="`await session.delete(row)` needs its `await` and a `commit()` after it.",
    needs=("create", "read", "delete"),
)

CRU_16 = Rule(
    id="CRU-16",
    level=Level.REQUIRED,
    statement="A delete MUST leave every other row in place.",
    rationale="There is no way back: the rows of others are gone, and the answer was a success.",
    fix="Look for a `delete(Model)` whose `.where(...)` is missing or compares the wrong column.",
    needs=("create", "read", "delete"),
)

CRU_17 = Rule(
    id="CRU-17",
    level=Level.REQUIRED,
    statement="A second delete of the same row MUST be harmless.",
    rationale=(
        "Users click twice and clients repeat what timed out: a server error raises an alarm for "
        "nothing, and a delete that toggles brings the row back."
    ),
    fix="Answer 404 (or 204 again) when the row is gone; `session.delete(None)` raises.",
    needs=("create", "read", "delete"),
)

CRU_19 = Rule(
    id="CRU-19",
    level=Level.REQUIRED,
    statement="A change of one row MUST leave all other rows unchanged.",
    rationale="One user's edit overwrites everybody's rows.",
    fix="Look for an `update(Model)` whose `.where(...)` is missing or compares the wrong column.",
    needs=("create", "read", "change"),
)

CRU_21 = Rule(
    id="CRU-21",
    level=Level.REQUIRED,
    statement="A refused change MUST leave the row unchanged.",
    rationale="The user was told no, and half or all of it was stored nevertheless.",
    fix=(
        "Check everything before the first `commit()`, or raise inside "
        "`async with session.begin():` so that the refusal undoes the write."
    ),
    needs=("create", "read", "change"),
)
