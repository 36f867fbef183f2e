"""The words of the crud area on lists, and on reading as such."""

from __future__ import annotations

from .rule import Level, Rule

CRU_05 = Rule(
    id="CRU-05",
    level=Level.REQUIRED,
    statement="A created row MUST appear in the list.",
    rationale="The user creates it, does not see it, and creates it again.",
    fix=(
        "Look at what the list asks beyond the rows themselves: an inner join, a filter on a "
        "field that may be null, an offset that is one too large."
    ),
    needs=("create", "list"),
)

CRU_15 = Rule(
    id="CRU-15",
    level=Level.REQUIRED,
    statement="A list after a successful delete MUST NOT contain the row as it was before.",
    rationale="Every page still shows the row, and opening it answers 404.",
    fix="Give the list the same `.where(Model.deleted_at.is_(None))` that the read has.",
    needs=("create", "list", "delete"),
)

CRU_23 = Rule(
    id="CRU-23",
    level=Level.REQUIRED,
    statement="Paging through a list MUST return every row exactly once while nothing changes.",
    rationale=(
        "Exports miss some rows and hold others twice. It never happens on a small test database: "
        "without an `ORDER BY` a database returns rows as it finds them, and that order changes; "
        "where children are joined, a limit counts them instead of the rows."
    ),
    fix=(
        "`.order_by(Model.created_at, Model.id)`: end every order of a paged list with the key. "
        "Load children by `selectinload`, or page through the ids in a subquery of the join."
    ),
    needs=("create", "list", "paging"),
)

CRU_24 = Rule(
    id="CRU-24",
    level=Level.REQUIRED,
    statement="A page MUST NOT contain more rows than were requested.",
    rationale="Clients make room for what they asked for, and skip whatever comes beyond it.",
    fix="Pass the parameter to `.limit(...)`; if you fetch one more row to look ahead, cut it off.",
    needs=("create", "list"),
)

CRU_25 = Rule(
    id="CRU-25",
    level=Level.RECOMMENDED,
    statement="A list requested without parameters SHOULD have a default page limit.",
    rationale=(
        "It works for a year. Then one request loads the whole table into memory, and the service "
        "is down for everybody."
    ),
    fix="`limit: Annotated[int, Query(ge=1, le=100)] = 50`, and `.limit(limit)` in the statement.",
    needs=("create", "list"),
)

CRU_27 = Rule(
    id="CRU-27",
    level=Level.REQUIRED,
    statement="The total of a list MUST equal the number of rows on its pages.",
    rationale="Page numbers lead to empty pages, or the last rows are never reached.",
    fix=(
        "Count with the list's own filters: `select(func.count()).select_from(query.subquery())`, "
        "without limit, offset or order."
    ),
    needs=("create", "list"),
)

CRU_29 = Rule(
    id="CRU-29",
    level=Level.REQUIRED,
    statement="A read request MUST NOT change what clients have stored.",
    rationale=(
        "Browsers fetch ahead, crawlers follow every link, caches answer instead of the service: "
        "rows change although nobody changed them."
    ),
    fix=(
        "Build the answer from a copy (a schema): an attribute set on a mapped object is written "
        "by the next flush, whatever it was set for."
    ),
    needs=("create", "list", "outside-view"),
)

CRU_30 = Rule(
    id="CRU-30",
    level=Level.RECOMMENDED,
    statement="Two identical list requests SHOULD return the same rows in the same order.",
    rationale=(
        "Rows change places while a user looks at them, and no answer can be compared or cached."
    ),
    fix="`.order_by(Model.id)`, or whatever order the user expects, ending with the key.",
    needs=("create", "list"),
)

CRU_62 = Rule(
    id="CRU-62",
    level=Level.RECOMMENDED,
    statement="The number of statements of a list SHOULD NOT grow with its rows.",
    rationale=(
        "A page of a hundred rows is a hundred and one round trips: the list that was fast with "
        "the rows of a test takes seconds, and its connection all that time."
    ),
    fix=(
        "Load with the rows what their answer shows: `select(Model).options(selectinload("
        "Model.children))`, or one statement with `where(Child.parent_id.in_(ids))`."
    ),
    needs=("create", "list", "engine-view"),
)
