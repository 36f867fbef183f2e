"""Checks of a disturbed request: each returns words, and an empty text when all is well."""

from __future__ import annotations

from collections import Counter

from .control_run import ControlRun, commits_of, is_unanswered
from .injections import InjectionResult, grown
from .journals import journals


def keeps(result: InjectionResult) -> str:
    """Name the connections it still had, or left to the garbage collector."""
    return "; ".join(result.still_held)


def leaves_open(result: InjectionResult) -> str:
    """Name the transactions left open in the database, unless a connection that is out has them.

    One that the pool has lost was given back by the app: what it left open is not the app's.
    """
    is_out = result.still_held or result.exchange.lost
    return "" if is_out else "; ".join(result.open)


def fails_later(result: InjectionResult) -> str:
    """Name the requests after it that failed, though nothing disturbed them."""
    return ", ".join(map(str, result.failed_later))


def claims_success(result: InjectionResult) -> str:
    """Describe a complete, successful answer of which nothing is stored."""
    told = result.exchange.ok and result.exchange.complete
    return "a success, but no row of any table has changed" if told and not result.changed else ""


def stores_in_part(result: InjectionResult, control: ControlRun) -> str:
    """Name the tables that hold a part of what a whole request stores."""
    notes = journals(result, control)
    aside = control.always_changed | control.deferred | notes
    touched = result.changed - aside
    whole = {table: size for table, size in control.growth.items() if table not in aside}
    here = {table: grown(result.before, result.after).get(table) for table in touched}
    commits, usual = (
        commits_of(exchange, control.deferred | notes)
        for exchange in (result.exchange, control.exchange)
    )
    # What one COMMIT stores is whole by itself, and SQLite may do without: a RELEASE suffices.
    is_whole = here == whole and (usual <= 1 or commits >= usual)
    return (
        f"only a part is stored, in {', '.join(sorted(touched))}"
        if touched and not is_whole
        else ""
    )


def stores_later(result: InjectionResult, control: ControlRun) -> str:
    """Name the tables that gained or lost rows when later requests were served.

    What its own COMMIT was sent to store may come at any time after it, as long as it has not.
    """
    later = grown(result.after, result.ending)
    is_on_its_way = not result.changed and is_unanswered(result.exchange)
    own = control.growth if is_on_its_way else {}
    usual = {t: _summed(control.follow_up.get(t, (0, 0)), own.get(t, (0, 0))) for t in later}
    grew = [t for t in later if t not in control.always_changed and any_more(later[t], usual[t])]
    return f"later requests stored what it had left, in {', '.join(sorted(grew))}" if grew else ""


def _summed(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Return how many rows are new, and gone, by both."""
    return one[0] + other[0], one[1] + other[1]


def any_more(found: tuple[int, int], usual: tuple[int, int]) -> bool:
    """Return whether more rows are new, or gone, than usual."""
    return found[0] > usual[0] or found[1] > usual[1]


def begins_again(result: InjectionResult, control: ControlRun) -> str:
    """Name the SQL that it began again after its cancellation, more often than undisturbed."""
    struck = min((event.order for event in result.exchange.of("cancelled")), default=0)
    begun = result.exchange.of("sql")
    before = {event.text for event in begun if event.order < struck}
    more = Counter(e.text for e in begun) - Counter(e.text for e in control.exchange.of("sql"))
    again = [e.text for e in begun if e.order > struck and e.text in before & more.keys()]
    return f"began again: {again[0][:60]!r}" if again else ""
