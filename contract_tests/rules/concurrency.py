"""The words of the concurrency area: two requests at the same time.

The rules on more requests than connections are in `concurrency_load`.
"""

from __future__ import annotations

from . import concurrency_actions as actions
from . import concurrency_load as load
from .rule import Level, Rule

CON_01 = Rule(
    id="CON-01",
    level=Level.REQUIRED,
    statement="Two concurrent changes of different fields MUST both survive.",
    rationale=(
        "One user corrects the name, another the price. Both are told that it is done, and one of "
        "the two is undone by the other without an error."
    ),
    fix=(
        "Write what was sent and nothing else: `update(Item).where(...).values(**sent)`; or read "
        "the row with `with_for_update=True` before you write all of it back; or refuse the later "
        "one with 409 by a version column."
    ),
    needs=("create", "read", "update"),
)

CON_02 = Rule(
    id="CON-02",
    level=Level.REQUIRED,
    statement=(
        "Two identical concurrent creates MUST NOT both be stored if the second of two "
        "sequential ones is refused."
    ),
    rationale=(
        "A double click makes two accounts with one address. From then on every look-up by it "
        "finds two rows, and fails or takes the wrong one."
    ),
    fix=(
        "Let the database refuse it: a unique constraint, in the model and in a migration. "
        "A SELECT before the INSERT only makes the answer friendlier."
    ),
    needs=("create",),
)

CON_03 = Rule(
    id="CON-03",
    level=Level.RECOMMENDED,
    statement=(
        "The loser of two identical concurrent creates SHOULD be refused as the second of two "
        "sequential ones is."
    ),
    rationale=(
        "A user who clicked twice sees a server error instead of a message that the name is taken, "
        "and an alarm is raised for nothing."
    ),
    fix=(
        "Catch `IntegrityError` around the flush or commit, and give the same answer as the check "
        "before it."
    ),
    needs=("create",),
)

CON_04 = Rule(
    id="CON-04",
    level=Level.RECOMMENDED,
    statement="Two concurrent deletes of one row SHOULD NOT fail.",
    rationale=(
        "What both wanted is done. A failure makes a client try again, or a user report a fault "
        "that is none."
    ),
    fix=(
        "Delete in one statement and look at its `rowcount`: `delete(Item).where(Item.id == id)`; "
        "no `.one()` after a look-up, since the row can go between the two."
    ),
    needs=("create", "delete"),
)

CON_05 = Rule(
    id="CON-05",
    level=Level.RECOMMENDED,
    statement="A change of a row that is deleted concurrently SHOULD NOT fail.",
    rationale=(
        "Somebody else was faster: that is a 404, and nobody's fault. As a 500 it wakes people up "
        "and is tried again."
    ),
    fix=(
        "Catch `StaleDataError` around the flush, and `InvalidRequestError` around a refresh, or "
        "change by `update(Item).where(...)` and look at what it gives back; answer 404 or 409."
    ),
    needs=("create", "delete", "change"),
)

CON_06 = Rule(
    id="CON-06",
    level=Level.REQUIRED,
    statement="A row that is deleted during a change MUST stay deleted.",
    rationale=(
        "A user who deleted something has been told that it is gone. It comes back, perhaps with "
        "half of its fields, and nobody can explain why."
    ),
    fix=(
        "Change rows by UPDATE: `session.merge()` and an upsert insert the row again when it has "
        "gone between the look-up and the write."
    ),
    needs=("create", "read", "update", "delete"),
)

CON_07 = Rule(
    id="CON-07",
    level=Level.REQUIRED,
    statement="Two concurrent replacements of a row MUST leave one of the two in full.",
    rationale=(
        "The row is one that nobody has ever sent: the street of one address and the town of the "
        "other."
    ),
    fix=(
        "Write all fields in one statement and one transaction, from values that belong to this "
        "request: look for a mutable default argument, or a dictionary on the module or the app."
    ),
    needs=("create", "read", "replace"),
)

CON_08 = Rule(
    id="CON-08",
    level=Level.REQUIRED,
    statement="A read during a change MUST return the row as it is before or after the change.",
    rationale=(
        "The client takes what it was shown for the truth: an amount with the wrong currency, a "
        "new owner with the old rights."
    ),
    fix=(
        "Load the row in one statement, and change it in one transaction; what needs several "
        "statements reads in one `REPEATABLE READ` transaction."
    ),
    needs=("create", "read", "change"),
)

CON_09 = Rule(
    id="CON-09",
    level=Level.REQUIRED,
    statement="A list MUST NOT fail because a row is deleted concurrently.",
    rationale=(
        "The longer the list and the busier the service, the more often its most used page is an "
        "error."
    ),
    fix=(
        "Select the rows in one statement instead of their ids first; where there are two, leave "
        "out what the second does not find: `.one_or_none()`."
    ),
    needs=("create", "list", "delete"),
)

CON_10 = Rule(
    id="CON-10",
    level=Level.REQUIRED,
    statement="Two ordinary concurrent requests MUST NOT fail if each of them succeeds alone.",
    rationale=(
        "All is well on the developer's machine, where one person clicks. With two users, requests "
        "fail at random, and no test can show why."
    ),
    fix=(
        "Look for what the requests share: one `AsyncSession` per request, made in a dependency. "
        "A registry by thread gives the same session to all requests of a loop: use "
        "`async_scoped_session(..., scopefunc=current_task)` or none."
    ),
)

CON_11 = Rule(
    id="CON-11",
    level=Level.REQUIRED,
    statement="An answer MUST be about the row of its own request.",
    rationale="One user is shown what another one has just written: names, addresses, ids.",
    fix=(
        "Keep what belongs to a request in local variables: look for attributes of classes, of "
        "modules and of `app.state` that are written in one place and read after an `await`."
    ),
)

RULES = (
    CON_01,
    CON_02,
    CON_03,
    CON_04,
    CON_05,
    CON_06,
    CON_07,
    CON_08,
    CON_09,
    CON_10,
    CON_11,
    load.CON_12,
    load.CON_13,
    load.CON_14,
    *actions.RULES,
)
