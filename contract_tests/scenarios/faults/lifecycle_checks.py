"""Checks of a disturbed request: each returns words, and an empty text when all is well."""

from __future__ import annotations

from collections import Counter

from .injections import ControlRun, Point, commits_of, grown


def keeps(point: Point) -> str:
    """Name the connections it still had, or left to the garbage collector."""
    return "; ".join(point.kept)


def leaves_open(point: Point) -> str:
    """Name the transactions left open in the database, unless a connection that is out has them."""
    return "" if point.kept else "; ".join(point.open)


def fails_later(point: Point) -> str:
    """Name the requests after it that failed, though nothing disturbed them."""
    return ", ".join(map(str, point.failed_later))


def claims_success(point: Point) -> str:
    """Describe a complete, successful answer of which nothing is stored."""
    told = point.exchange.ok and point.exchange.complete
    return "a success, but no row of any table has changed" if told and not point.changed else ""


def stores_in_part(point: Point, control: ControlRun) -> str:
    """Name the tables that hold a part of what a whole request stores."""
    aside = control.restless | control.deferred
    touched = point.changed - aside
    whole = {table: size for table, size in control.growth.items() if table not in aside}
    here = {table: grown(point.before, point.after).get(table) for table in touched}
    commits = commits_of(point.exchange, control.deferred)
    # What one COMMIT stores is whole by itself, and SQLite may do without: a RELEASE suffices.
    is_whole = here == whole and (control.commits <= 1 or commits >= control.commits)
    return (
        f"only a part is stored, in {', '.join(sorted(touched))}"
        if touched and not is_whole
        else ""
    )


def stores_later(point: Point, control: ControlRun) -> str:
    """Name the tables that gained or lost rows when later requests were served."""
    later = grown(point.after, point.ending)
    usual = {table: control.follow_up.get(table, (0, 0)) for table in later}
    grew = [t for t in later if t not in control.restless and any_more(later[t], usual[t])]
    return f"later requests stored what it had left, in {', '.join(sorted(grew))}" if grew else ""


def any_more(found: tuple[int, int], usual: tuple[int, int]) -> bool:
    """Return whether more rows are new, or gone, than usual."""
    return found[0] > usual[0] or found[1] > usual[1]


def begins_again(point: Point, control: ControlRun) -> str:
    """Name the SQL that it began again after its cancellation, more often than undisturbed."""
    struck = min((event.order for event in point.exchange.of("cancelled")), default=0)
    begun = point.exchange.of("sql")
    before = {event.text for event in begun if event.order < struck}
    more = Counter(e.text for e in begun) - Counter(e.text for e in control.exchange.of("sql"))
    again = [e.text for e in begun if e.order > struck and e.text in before & more.keys()]
    return f"began again: {again[0][:60]!r}" if again else ""
