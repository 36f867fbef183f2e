"""Questions about requests whose database call failed or whose connection broke; words, or none."""

from __future__ import annotations

from ...instruments.exchange import Event
from ...service.resource import Resource
from .control_run import ControlRun, commits_of
from .injections import InjectionResult, grown
from .journals import journals
from .lifecycle_checks import claims_success, keeps, leaves_open, stores_in_part

FIRST = "1"


def retains(result: InjectionResult) -> str:
    """Describe what it kept: connections, or else transactions."""
    return keeps(result) or leaves_open(result)


def tells_success(result: InjectionResult) -> str:
    """Describe a success of which nothing is stored, though its failure came before the answer."""
    return "" if result.is_late else claims_success(result)


def is_plain(result: InjectionResult) -> bool:
    """Return whether the errors area judges this failure: a first statement, write or COMMIT."""
    if result.token.way == "refused":
        return result.token.place == FIRST and result.token.subject in {"list", "create"}
    if result.token.way != "error":
        return False
    asked = _asked(result)
    if not asked or asked[-1].kind == "commit":
        return commits_of(result.exchange) <= 1
    writes = [event for event in asked if event.writes]
    is_read = result.token.subject in {"list", "read"}
    return len(asked) == 1 if is_read else asked[-1].writes and len(writes) == 1


def _asked(result: InjectionResult) -> list[Event]:
    """Return the statements that the database was sent up to the call that failed."""
    failed = next((e.order for e in result.exchange.of("failed")), None)
    asked = result.exchange.of("sql", "commit")
    return [event for event in asked if failed is None or event.order < failed]


def breaks_apart(result: InjectionResult, control: ControlRun, home: tuple[str, ...]) -> str:
    """Name the tables that hold a part of it, where that is no note about it.

    `home` are the tables of the resource. A success needs no more than these; a failure may have
    been written down after it happened.
    """
    found = grown(result.before, result.after)
    is_at_home = all(found.get(table) == control.growth.get(table) for table in home)
    is_note = result.exchange.wrote_on and not result.changed & {*home}
    is_forgiven = is_at_home if result.exchange.ok else is_note
    return "" if is_forgiven else stores_in_part(result, control)


def hides_rows(result: InjectionResult, resource: Resource) -> str:
    """Count the rows that a success left out, or made up, compared with the next list."""
    told, truth = result.exchange, result.later[0]
    if not (told.ok and told.complete and truth.ok):
        return ""
    ids = [
        {str(resource.row(row).get(resource.id_field)) for row in resource.rows(one.json) or ()}
        for one in (told, truth)
    ]
    return f"{len(ids[0])} rows, and {len(ids[1])} right after it" if ids[0] != ids[1] else ""


def stores_twice(result: InjectionResult, control: ControlRun, home: tuple[str, ...]) -> str:
    """Name the table of the resource that got more rows than a whole request stores."""
    found = grown(result.before, result.after)
    usual = {table: control.growth.get(table, (0, 0))[0] for table in home}
    notes = journals(result, control)
    more = [t for t, new in usual.items() if found.get(t, (0, 0))[0] > new and t not in notes]
    return f"{found[more[0]][0]} new rows in {more[0]} instead of {usual[more[0]]}" if more else ""


def refuses_what_is_stored(result: InjectionResult) -> str:
    """Describe an answer that blames the client although something is stored."""
    blames = result.exchange.refused and result.changed
    return f"answered {result.exchange.status}, and the write is stored" if blames else ""


def fails_after_commit(result: InjectionResult, control: ControlRun) -> str:
    """Describe a failure by a call behind the last COMMIT, when all of it is stored."""
    asked = _asked(result)
    is_behind = bool(asked) and asked[-1].kind != "commit" and not asked[-1].writes
    is_stored = (
        result.changed - control.always_changed and commits_of(result.exchange) >= control.commits
    )
    told = result.exchange.failed and is_behind and is_stored and control.commits
    return "answered as a failure, and everything is stored" if told else ""


def hides_a_race(result: InjectionResult) -> str:
    """Describe a refused COMMIT that was answered as a defect of the service."""
    status = result.exchange.status or 0
    is_defect = result.exchange.failed and status != 503  # noqa: PLR2004 - HTTP's own word
    told = result.what == "COMMIT" and not result.is_late and is_defect
    return "a COMMIT that lost a race is called a defect" if told else ""
