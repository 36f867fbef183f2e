"""What is kept of a database of others for whoever outlives a run."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from contract_tests.databases import DatabaseUnavailable, provide
from contract_tests.databases.borrowed import borrowed
from contract_tests.databases.image import (
    Difference,
    Image,
    ids_in,
    image_differences,
    normalized_id,
    still_so,
)
from contract_tests.databases.journal import Journal, private_folder
from contract_tests.databases.turn import turn
from proofs.owners import dumped, inside, run_on, settle, written

IMAGE: Image = {"item": {("1",): "one", ("2",): "two"}}
CHANGED = Difference("item", ("1",), "one", "other")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def url(tmp_path: Path) -> URL:
    """A database with the owner's rows."""
    made = make_url(f"sqlite+aiosqlite:///{tmp_path}/own.db")
    inside(made, settle)
    return made


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({("1",): "one", ("2",): "two"}, []),
        ({("1",): "other", ("2",): "two"}, [CHANGED]),
        ({("2",): "two"}, [Difference("item", ("1",), "one", None)]),
        ({**IMAGE["item"], ("3",): "new"}, [Difference("item", ("3",), None, "new")]),
    ],
)
def test_a_difference_is_a_row_that_is_not_as_it_was(
    now: dict[tuple[str, ...], str], expected: list[Difference]
) -> None:
    """Rows that were added, changed or deleted differ; all others do not."""
    assert expected == image_differences(IMAGE, {"item": now})


def test_what_was_noted_is_still_so_or_not() -> None:
    """A row that somebody has changed since is none of the noted ones any more."""
    noted = [CHANGED, Difference("item", ("2",), "two", None)]
    assert noted[1:] == still_so(noted, {"item": {("1",): "a third"}})


@pytest.mark.parametrize("value", ["7", "07", 7, 7.0, " 7", '"7"'])
def test_an_id_has_one_spelling(value: object) -> None:
    """Whatever a service may read as the same id is the same to the kit."""
    assert normalized_id(value) == normalized_id("7")
    assert normalized_id(value) in ids_in({"item": {("7",): "row"}})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """The rows and the notes come back as they were given."""
    journal = Journal(tmp_path / "it")
    journal.begin(IMAGE)
    journal.note([CHANGED])
    assert journal.read() == (IMAGE, [CHANGED])


@pytest.mark.parametrize("ending", ["", "{", '{"item": [[["1"'])
def test_a_half_of_a_journal_is_none(tmp_path: Path, ending: str) -> None:
    """A file that cannot be read is as one that is not there."""
    (tmp_path / "it.rows").write_text(ending)
    assert Journal(tmp_path / "it").read() == (None, ())


def test_nobody_else_can_read_it() -> None:
    """The folder and the files are the user's alone, and their names tell no address."""
    journal = Journal.of(make_url("postgresql+asyncpg://me:secret@h/shop"))
    journal.begin(IMAGE)
    folder = private_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert not any(word in str(journal.lock) for word in ("secret", "shop", "me:"))


def test_a_folder_that_others_can_read_is_refused() -> None:
    """Rows of others are not written where anybody reads them."""
    private_folder().chmod(0o755)
    with pytest.raises(DatabaseUnavailable, match="not a folder of this user alone"):
        private_folder()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "postgresql+asyncpg://me:a@localhost/shop",
            "postgresql+psycopg://you@127.0.0.1:5432/shop",
        ),
        ("mysql+aiomysql://me@h/shop", "mariadb+asyncmy://me@h:3306/shop"),
        ("sqlite+aiosqlite:////srv/shop.db", "sqlite:////srv/./shop.db"),
    ],
)
def test_one_database_has_one_journal(one: str, other: str) -> None:
    """However its address is written."""
    assert Journal.of(make_url(one)).lock == Journal.of(make_url(other)).lock


def test_a_turn_is_taken_once(tmp_path: Path) -> None:
    """Who comes second is told who was first; afterwards the turn is free."""
    with (
        turn(tmp_path / "lock", "it"),
        pytest.raises(DatabaseUnavailable, match=rf"pid {os.getpid()}\) is using it: wait"),
        turn(tmp_path / "lock", "it"),
    ):
        pass
    with turn(tmp_path / "lock", "it"):
        pass


def test_a_turn_on_a_removed_file_is_taken_anew(tmp_path: Path) -> None:
    """A lock whose file was removed by the one before does not count."""
    place = tmp_path / "lock"
    with turn(place, "it"):
        place.unlink()
        with turn(place, "it"):
            assert place.exists()


def killed_run(url: URL, *statements: str) -> None:
    """Leave the journal of a run that had noted what it did, and could not put it back."""
    with provide(str(url), allow_existing=True) as server:
        database, journal = server.make(), Journal.of(url)

        async def story() -> None:
            database.notes = journal
            await database.remember()

        run_on(database, story)
        written(url, *statements)
        image, _ = journal.read()
        assert image is not None

        async def noting() -> None:
            journal.note(image_differences(image, await database.look()))

        run_on(database, noting)


def found_by_the_next(url: URL) -> str:
    """Use the database again, and give what is said of the run before."""
    with provide(str(url), allow_existing=True) as server:
        database = server.make()
        with borrowed(database):
            return database.found_left


def test_what_was_noted_is_put_back_by_the_next_run(url: URL) -> None:
    """Rows that a dead run had noted, and that are so still, are as before, and nothing is said."""
    before = dumped(url)
    killed_run(
        url,
        "insert into author (id, name) values (77, 'kit')",
        "update author set name = 'kit too' where id = 3",
        "delete from note where author_id = 1",
    )
    assert found_by_the_next(url) == ""
    assert before == dumped(url)
    assert Journal.of(url).read() == (None, ())


def test_what_somebody_changed_since_is_left_alone(url: URL, tmp_path: Path) -> None:
    """Rows that are not as noted, or were never noted, are counted, and the old ones are kept."""
    killed_run(url, "update author set name = id || ' kit' where id in (3, 4)")
    written(
        url,
        "update author set name = 'owner' where id = 3",
        "insert into note values (9, 'owner')",
    )
    now = dumped(url)
    said = found_by_the_next(url)
    assert "before a run that was killed: author 1, note 1; whoever changed them" in said
    assert [row for row in now["author"] if "owner" in row] == [
        row for row in dumped(url)["author"] if "owner" in row
    ]
    assert now["note"] == dumped(url)["note"]
    assert not any(" kit" in row for row in dumped(url)["author"])
    assert len(list(private_folder().glob("*.left"))) == 1
