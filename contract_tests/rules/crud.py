"""The words of the crud area: rows are stored, shown and identified as the client was told.

The rules on changes and deletes are in `crud_changes`, those on lists in `crud_lists`, those on
what a write means in `crud_semantics`, on filters, orders and conditions in `crud_queries`.
"""

from __future__ import annotations

from . import crud_changes as changes
from . import crud_lists as lists
from . import crud_model as model
from . import crud_queries as queries
from . import crud_semantics as semantics
from .rule import Level, Rule

CRU_01 = Rule(
    id="CRU-01",
    level=Level.REQUIRED,
    statement="A created row MUST be returned by the next read.",
    rationale=(
        "A client that was told 201 goes on with the id it got: it links to it, opens its page, "
        "hands it to others, and all of them get a 404."
    ),
    fix=(
        "Commit before the answer, and let the read select by the id alone: an inner join on a "
        "relation that a row need not have hides the row."
    ),
    needs=("create", "read"),
)

CRU_02 = Rule(
    id="CRU-02",
    level=Level.REQUIRED,
    statement="A successful create MUST store a row that holds the values that were sent.",
    rationale=(
        "A row that lives only in the process is right in every answer and gone at the next "
        "deployment; with two workers it is gone for every other request already."
    ),
    fix=(
        "`session.add(row)` and `await session.commit()` on the session of this request; look for "
        "a stub, a dictionary or a cache that answers in place of the database."
    ),
    needs=("create", "outside-view"),
)

CRU_03 = Rule(
    id="CRU-03",
    level=Level.REQUIRED,
    statement="A read MUST return each field with the value that was sent in the create.",
    rationale="What a user typed has become something else, and nobody was told.",
    fix=(
        "Compare the names in the create schema, the row's constructor and the answer's schema: a "
        "field that is not passed on falls back to its default in silence."
    ),
    needs=("create", "read"),
)

CRU_04 = Rule(
    id="CRU-04",
    level=Level.REQUIRED,
    statement="The row in the answer to a create MUST equal the row that the next read returns.",
    rationale=(
        "Clients put the answer into their cache and show it; a page that is loaded again shows "
        "something else, and the user edits the wrong one."
    ),
    fix=(
        "Build the answer from the stored row after the commit (`await session.refresh(row)`), "
        "never from the payload."
    ),
    needs=("create", "read"),
)

CRU_11 = Rule(
    id="CRU-11",
    level=Level.REQUIRED,
    statement="A read of an id that does not exist MUST be answered with a client error.",
    rationale=(
        "With 200 and null a client takes nothing for a row and fails somewhere else; with a 5xx "
        "an old bookmark raises an alarm at night."
    ),
    fix='`if row is None: raise HTTPException(404, "...")` right after `session.get(...)`.',
    needs=("read",),
)

CRU_12 = Rule(
    id="CRU-12",
    level=Level.RECOMMENDED,
    statement="A read of an id that does not exist SHOULD be answered with 404.",
    rationale=(
        "404 is what clients, caches and crawlers understand: a 400 sends the developer looking "
        "for a mistake in the request, a 401 sends the user to the login page."
    ),
    fix="Raise `HTTPException(404)`; keep 401 for missing credentials, 422 for malformed ids.",
    needs=("read",),
)

CRU_18 = Rule(
    id="CRU-18",
    level=Level.REQUIRED,
    statement="A create MUST NOT answer with the id of a row that already exists.",
    rationale="Two users believe they own one row: each overwrites or deletes the other's.",
    fix=(
        "Let the database make the id (a sequence, identity or uuid). Neither `count(*) + 1` nor "
        "`max(id) + 1` is free, and `session.merge()` overwrites what it finds."
    ),
    needs=("create", "read"),
)

CRU_20 = Rule(
    id="CRU-20",
    level=Level.REQUIRED,
    statement="A refused create MUST NOT store a row.",
    rationale=(
        "The client corrects its mistake and sends again: now there are two rows, one of them "
        "invalid, and the first comes from a request that was answered with an error."
    ),
    fix=(
        "Check everything before the first `commit()`, or raise inside "
        "`async with session.begin():` so that the refusal undoes the write."
    ),
    needs=("create", "outside-view"),
)

CRU_22 = Rule(
    id="CRU-22",
    level=Level.REQUIRED,
    statement="A create that names the id of an existing row MUST NOT alter that row.",
    rationale="Whoever may create can overwrite everybody's rows, past every check on changes.",
    fix=(
        'Leave the id out of the create schema (`extra="forbid"` says so to the client), and '
        "use `session.add()`: `session.merge()` updates the row with that id."
    ),
    needs=("create", "read"),
)

CRU_26 = Rule(
    id="CRU-26",
    level=Level.REQUIRED,
    statement="The Location header of a create MUST lead to the created row.",
    rationale="Clients that follow the header, as HTTP tells them to, arrive nowhere.",
    fix=(
        'Make it with `request.url_for("the_read_route", ...)` instead of writing the path by hand.'
    ),
    needs=("create",),
)

CRU_28 = Rule(
    id="CRU-28",
    level=Level.REQUIRED,
    statement="An answer with status 204 MUST NOT have a body.",
    rationale=(
        "The body's bytes are read as the beginning of the next answer, or the server closes the "
        "connection: it is another request that fails."
    ),
    fix="Answer `Response(status_code=204)`: `JSONResponse(None, 204)` sends the word null.",
    needs=("create",),
)

CRU_31 = Rule(
    id="CRU-31",
    level=Level.REQUIRED,
    statement="An ordinary request MUST NOT be answered with a server error.",
    rationale=(
        "Nothing unusual was sent. Often the work was done and only the answer failed: the client "
        "sees a 500, tries again, and the row is there twice."
    ),
    fix=(
        "Read the error in the evidence. `'coroutine' object` means a forgotten `await`. After a "
        "COMMIT, `MissingGreenlet` or an invalid response means expired attributes: "
        "`async_sessionmaker(engine, expire_on_commit=False)`, and `await session.refresh(row)` "
        "for what the database fills in."
    ),
)

RULES = (
    CRU_01,
    CRU_02,
    CRU_03,
    CRU_04,
    lists.CRU_05,
    changes.CRU_06,
    changes.CRU_07,
    changes.CRU_08,
    changes.CRU_09,
    changes.CRU_10,
    CRU_11,
    CRU_12,
    changes.CRU_13,
    changes.CRU_14,
    lists.CRU_15,
    changes.CRU_16,
    changes.CRU_17,
    CRU_18,
    changes.CRU_19,
    CRU_20,
    changes.CRU_21,
    CRU_22,
    lists.CRU_23,
    lists.CRU_24,
    lists.CRU_25,
    CRU_26,
    lists.CRU_27,
    CRU_28,
    lists.CRU_29,
    lists.CRU_30,
    CRU_31,
    model.CRU_32,
    model.CRU_33,
    model.CRU_34,
    model.CRU_35,
    *sorted((*semantics.RULES, *queries.RULES), key=lambda rule: rule.id),
    model.CRU_61,
    lists.CRU_62,
)
