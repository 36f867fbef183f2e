"""The words of the crud area on asking: pages, filters, orders, HEAD, conditions."""

from __future__ import annotations

from .rule import Level, Rule

CRU_47 = Rule(
    id="CRU-47",
    level=Level.RECOMMENDED,
    statement=(
        "Paging by cursor SHOULD return every row that is not deleted meanwhile exactly once."
    ),
    rationale=(
        "Clients page by cursor because rows come and go meanwhile. A cursor that counts rows "
        "skips as many as were deleted, and nobody notices the gaps in an export."
    ),
    fix=(
        "Let the cursor hold the last row's place in the order, the key at its end, and go on by "
        "`.where(tuple_(Model.created_at, Model.id) < last)`: neither offset nor page number."
    ),
    needs=("create", "list"),
)

CRU_52 = Rule(
    id="CRU-52",
    level=Level.REQUIRED,
    statement=(
        "Paging MUST return every row exactly once while rows are added at the end of the list."
    ),
    rationale=(
        "An export of a table that is in use misses rows or holds them twice, and nobody can "
        "repeat it. (Rows that are deleted, or inserted at the front, move what an offset counts: "
        "they are not judged.)"
    ),
    fix=(
        "Cut pages by the order alone, `.order_by(Model.id).limit(...).offset(...)` or "
        "`.where(Model.id > last)`: nothing that is remembered between two requests."
    ),
    needs=("create", "list", "paging"),
)

CRU_53 = Rule(
    id="CRU-53",
    level=Level.RECOMMENDED,
    statement=(
        "A read with the row's own ETag in If-None-Match SHOULD be answered with 304 without "
        "a body."
    ),
    rationale=(
        "The tag exists so that unchanged rows need not be sent again; they are sent every time."
    ),
    fix=(
        "Compare `If-None-Match` with the tag before answering, weak (`W/`) and strong alike, and "
        "answer `Response(status_code=304, headers={'ETag': tag})`."
    ),
    needs=("create", "read"),
)

CRU_54 = Rule(
    id="CRU-54",
    level=Level.REQUIRED,
    statement="A list filter MUST return the rows that have the value instead of others.",
    rationale=(
        "A parameter that is declared and ignored shows everything: the client takes the first "
        "row for the one it asked for, or deletes all that it was shown."
    ),
    fix=(
        "Follow the parameter from the signature into `.where(...)`; `if value:` drops False and "
        "0, so compare with None."
    ),
    needs=("create", "list"),
)

CRU_55 = Rule(
    id="CRU-55",
    level=Level.REQUIRED,
    statement="A list MUST be in the order that a declared sort parameter requests.",
    rationale=(
        "A user who asks for the newest, the cheapest or the first by name is shown another row."
    ),
    fix=(
        "Map each declared value to a column and a direction, `{'-name': Model.name.desc()}`, and "
        "let the order end with the key; a second `order_by` only breaks ties of the first."
    ),
    needs=("create", "list"),
)

CRU_56 = Rule(
    id="CRU-56",
    level=Level.RECOMMENDED,
    statement="A supported HEAD request SHOULD be answered as the GET request is.",
    rationale=(
        "Caches, monitors and download managers ask by HEAD before they fetch: they take a row "
        "for missing, or its length for zero."
    ),
    fix="Let the GET answer it: `@router.head(...)` above `@router.get(...)` on one function.",
    needs=("create",),
)

CRU_58 = Rule(
    id="CRU-58",
    level=Level.REQUIRED,
    statement="A changed row MUST NOT keep the ETag it had before the change.",
    rationale=(
        "Every cache on the way goes on showing the old row, and a client that checks before it "
        "overwrites believes that nobody else has written."
    ),
    fix=(
        "Make the tag from what is shown (a hash of the body), or from a version that every "
        "change moves; a time in whole seconds is the same for two changes."
    ),
    needs=("create", "read", "change"),
)

CRU_59 = Rule(
    id="CRU-59",
    level=Level.REQUIRED,
    statement=(
        "A change whose If-Match names an outdated ETag MUST be refused without changing the row."
    ),
    rationale=(
        "The client asked for a change only if the row was as it knew it. Somebody else's work "
        "is overwritten all the same."
    ),
    fix=(
        "Compare `If-Match` with the stored row's tag and answer 412; do it in the statement, "
        "`update(...).where(Model.version == version)`, so that two at once cannot both pass."
    ),
    needs=("create", "read", "change"),
)

RULES = (CRU_47, CRU_52, CRU_53, CRU_54, CRU_55, CRU_56, CRU_58, CRU_59)
