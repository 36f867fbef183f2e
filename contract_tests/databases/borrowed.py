"""A database that the kit did not make, for as long as a run uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from .apart import finish
from .database import Database
from .guardian import Guardian
from .image import Differences, Image, counted, image_differences, still_so
from .journal import Journal
from .turn import turn


class Borrowed:
    """Keeps what is needed to give a database back, wherever and whenever that will be."""

    def __init__(self, database: Database, journal: Journal, lock: int) -> None:
        self._database = database
        self._journal = journal
        self._lock = lock
        self._guardian: Guardian | None = None

    def begin(self, image: Image) -> None:
        """Keep all rows, and have the end of the run watched."""
        self._journal.begin(image)
        self._guardian = Guardian(_address(self._database), self._lock)

    def note(self, found: Differences) -> None:
        """Keep the rows that are about to be put back."""
        self._journal.note(found)

    def end(self) -> None:
        """Forget all if the rows are back; what keeps them from it may end with this process."""
        if self._guardian is None:
            self._journal.release()
        elif self._database.is_given_back:
            # In this order: a guardian that is not dismissed, since this process is killed now,
            # finds nothing to put back.
            self._journal.remove()
            self._guardian.dismiss()
            self._journal.release()
        else:
            # Nothing is removed here: the guardian needs the rows when this process has ended.
            self._guardian.wait()


@contextmanager
def borrowed(database: Database) -> Iterator[None]:
    """Use a database alone inside the block; one that is the kit's own is left alone.

    What a run that was killed has left there is put back first. Raises `DatabaseUnavailable`
    while another run uses it.
    """
    if database.owned:
        yield
        return
    journal = Journal.of(database.url)
    with turn(journal.lock, database.url.render_as_string()) as lock:
        database.found_left = finish(_recover(database, journal))
        loan = Borrowed(database, journal, lock)
        database.notes = loan
        try:
            yield
        finally:
            loan.end()


async def _recover(database: Database, journal: Journal) -> str:
    """Put back what a run noted that nobody outlived, if it is still as noted; tell of the rest."""
    image, noted = journal.read()
    if image is None:
        return ""
    try:
        await database.put_back(partial(still_so, noted))
        rest = image_differences(image, await database.look())
    finally:
        # The back door belongs to the loop of this coroutine, which ends with it.
        await database.close()
    if not rest:
        journal.remove()
        return ""
    return (
        f"rows that are not as they were before a run that was killed: {counted(rest)}; whoever "
        f"changed them, they are left alone (all as they were: {journal.set_aside()})"
    )


def _address(database: Database) -> str:
    """Give the address, a file's path in full: the app may go to another folder."""
    path = database.placeholders()["path"]
    url = database.url.set(database=path) if path else database.url
    return url.render_as_string(hide_password=False)
