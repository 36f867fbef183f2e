"""The words of the interface area: the service is still the one that was agreed on."""

from __future__ import annotations

from .rule import Level, Rule

MEANT = "If the change is meant, `contract-tests pin` writes it down for review"

PIN_01 = Rule(
    id="PIN-01",
    level=Level.REQUIRED,
    statement="The operations on the collection MUST be those that are pinned.",
    rationale=(
        "Clients call a method and a path: one that is gone answers 404 or 405 to all of them, and "
        "one that nobody agreed on is a door that nobody watches."
    ),
    fix=f"Give the route back its method or path. {MEANT}.",
    needs=("pinned",),
)

PIN_02 = Rule(
    id="PIN-02",
    level=Level.REQUIRED,
    statement="The fields of a row MUST be those that are pinned.",
    rationale=(
        "A field that is gone or of another type is an exception in every client that reads it; "
        "one more may show what was to stay inside."
    ),
    fix=f"Declare the answer by a schema of its own, and keep the fields there. {MEANT}.",
    needs=("pinned",),
)

PIN_03 = Rule(
    id="PIN-03",
    level=Level.REQUIRED,
    statement="The status of an answer MUST be the one that is pinned.",
    rationale=(
        "Clients branch on the status: 200 where there was 201, or 400 where there was 422, sends "
        "them the wrong way without any error that would say so."
    ),
    fix=f"Name the status beside the route: `status_code=201`. {MEANT}.",
    needs=("pinned",),
)

PIN_04 = Rule(
    id="PIN-04",
    level=Level.REQUIRED,
    statement="The fields that a body takes MUST be those that are pinned.",
    rationale=(
        "A field that has become required, or a limit that has become narrower, refuses what "
        "clients have been sending for years."
    ),
    fix=f"Give a new field a default, and keep the old limits. {MEANT}.",
    needs=("pinned", "document"),
)

PIN_05 = Rule(
    id="PIN-05",
    level=Level.REQUIRED,
    statement="The envelope of an answer MUST be the one that is pinned.",
    rationale="Clients find no rows where they look for them, and show an empty page.",
    fix=f"Answer rows where they were before; add totals as headers. {MEANT}.",
    needs=("pinned",),
)

PIN_06 = Rule(
    id="PIN-06",
    level=Level.REQUIRED,
    statement="The kind of ids MUST be the one that is pinned.",
    rationale=(
        "Clients keep ids in columns and variables of a type: integers that become UUIDs fit into "
        "neither, and an id that a client chose is suddenly not the row's."
    ),
    fix=f"Keep the type of the key; add a new kind of id as a field of its own. {MEANT}.",
    needs=("pinned",),
)

PIN_07 = Rule(
    id="PIN-07",
    level=Level.REQUIRED,
    statement="The paging of the list MUST be the one that is pinned.",
    rationale=(
        "A parameter by another name is passed over, so an export reads the first page forever; "
        "a smaller default page loses rows for clients that never asked for a second."
    ),
    fix=f"Keep the names, bounds and defaults of the parameters. {MEANT}.",
    needs=("pinned", "list"),
)

PIN_08 = Rule(
    id="PIN-08",
    level=Level.REQUIRED,
    statement="The order of the list MUST be the one that is pinned.",
    rationale="Whoever reads the newest row from the end of the list reads an old one.",
    fix=f"End the query with the old `.order_by(...)`. {MEANT}.",
    needs=("pinned", "list", "create"),
)

PIN_09 = Rule(
    id="PIN-09",
    level=Level.REQUIRED,
    statement="The form of an error MUST be the one that is pinned.",
    rationale="Clients show `undefined` where the reason of a refusal was.",
    fix=f"Answer errors from one handler, in the old form. {MEANT}.",
    needs=("pinned",),
)

PIN_10 = Rule(
    id="PIN-10",
    level=Level.REQUIRED,
    statement="The treatment of a special value MUST be the one that is pinned.",
    rationale=(
        "A text that is trimmed or refused where it was kept is no longer found by those who "
        "stored it, or cannot be stored any more."
    ),
    fix=f"Look at the validators of the field, and at its limits. {MEANT}.",
    needs=("pinned", "create"),
)

PIN_11 = Rule(
    id="PIN-11",
    level=Level.REQUIRED,
    statement="The settings in force MUST be those that are pinned.",
    rationale=(
        "Operators have counted connections and log volume with the old values: a larger pool "
        "exhausts the server, and a log of every statement fills the disk."
    ),
    fix=f"Pass the setting to `create_async_engine(...)`. {MEANT}.",
    needs=("pinned", "engine-view"),
)

PIN_12 = Rule(
    id="PIN-12",
    level=Level.REQUIRED,
    statement="The start-up MUST log the lines that are pinned.",
    rationale=(
        "Alarms and deployments wait for this line: without it a start that went well counts as "
        "one that failed."
    ),
    fix=f"Log the line again, in the same words. {MEANT}.",
    needs=("pinned", "inside-view"),
)

PIN_13 = Rule(
    id="PIN-13",
    level=Level.REQUIRED,
    statement="The tables MUST be those that are pinned.",
    rationale=(
        "Reports, exports and other services read the tables as well: they learn of a column that "
        "was renamed when they fail."
    ),
    fix=f"Keep the column, or give them a view of the old form. {MEANT}.",
    needs=("pinned", "outside-view"),
)

RULES = (
    PIN_01,
    PIN_02,
    PIN_03,
    PIN_04,
    PIN_05,
    PIN_06,
    PIN_07,
    PIN_08,
    PIN_09,
    PIN_10,
    PIN_11,
    PIN_12,
    PIN_13,
)
