"""A copy is compared with what it came from, and updated without losing an edit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from contract_tests import __version__
from contract_tests.rules.violation import UsageError
from contract_tests.runner.copies import place
from contract_tests.runner.copies.copy import open_copy
from contract_tests.runner.copies.edits import edited_rules
from contract_tests.runner.copies.lock import LOCK, read_base, read_lock
from contract_tests.runner.copies.merging import FileState, Merged, merge_file, states_of
from contract_tests.runner.copies.origins import origin_of
from proofs.copying import APP, ROOT, SESSIONS, Project, make_project

OLD, OURS, THEIRS = "REQUESTS = 5", "REQUESTS = 7", "REQUESTS = 9"
COMMITTED = "The COMMIT of what was written before the answer"
WORDS = (SESSIONS, "When a request ends,", "Once a request has ended,")
COPY = f"tests/contract/{SESSIONS}"


@pytest.fixture
def vendored(tmp_path: Path) -> Project:
    """A project with a copy in its tests."""
    project = make_project(tmp_path)
    assert project.vendor("tests/contract")[0] == 0
    return project


@pytest.mark.parametrize(
    ("base", "here", "upstream", "state", "merged"),
    [
        (b"a\n", b"a\n", b"a\n", FileState.IN_SYNC, Merged(b"a\n")),
        (b"a\n", b"b\n", b"b\n", FileState.IN_SYNC, Merged(b"b\n")),
        (b"a\n", b"b\n", b"a\n", FileState.EDITED, Merged(b"b\n")),
        (b"a\n", b"a\n", b"c\n", FileState.NEWER, Merged(b"c\n")),
        (None, None, b"c\n", FileState.NEWER, Merged(b"c\n")),
        (b"a\n", b"a\n", None, FileState.NEWER, Merged(None)),
        (b"a\n", None, b"a\n", FileState.EDITED, Merged(None)),
        (b"a\n", None, b"c\n", FileState.BOTH, Merged(None, is_conflict=True)),
        (b"a\n", b"b\n", None, FileState.BOTH, Merged(b"b\n", is_conflict=True)),
        (b"1\n2\n3\n", b"0\n2\n3\n", b"1\n2\n4", FileState.BOTH, Merged(b"0\n2\n4\n")),
        (
            b"a\n",
            b"b",
            b"c\n",
            FileState.BOTH,
            Merged(b"<<<<<<< here\nb\n=======\nc\n>>>>>>> upstream\n", is_conflict=True),
        ),
    ],
)
def test_a_file_has_a_state_and_is_merged(
    base: bytes | None, here: bytes | None, upstream: bytes | None, state: FileState, merged: Merged
) -> None:
    """None is a file that is not there."""
    sides = [{"f": content} if content is not None else {} for content in (base, here, upstream)]
    assert {"f": state} == states_of(*sides)
    assert merged == merge_file("f", *sides)


def test_a_copy_is_in_sync_when_it_was_made(vendored: Project) -> None:
    """Its lock has the version and every file, and the archive all of them."""
    folder = vendored.folder / "tests/contract"
    lock = read_lock(folder)
    assert lock is not None
    assert __version__ == lock.version
    assert {"LICENSE", "requirements.txt", "conftest.py", "plugin.py", SESSIONS} < {*lock.files}
    assert {*read_base(folder)} == {*lock.files}
    code, lines = vendored.vendor("--check")
    assert (code, f"{len(lock.files)} in sync") == (0, lines[-1])


def test_the_check_says_what_was_edited_and_what_is_newer(vendored: Project) -> None:
    """A file of the team's own is no edit."""
    vendored.release("0.2", WORDS, ("rules/sessions.py", "SES_01 = ", "SES_01  = "))
    vendored.edit(COPY, COMMITTED, "OUR COMMIT")
    (vendored.folder / "tests/contract/rules/rule.py").unlink()
    (vendored.folder / "tests/contract/suite/test_ours.py").touch()
    code, lines = vendored.vendor("--check", "tests/contract")
    assert [
        "  __init__.py: newer upstream",
        "  rules/rule.py: edited here (all rules)",
        "  rules/sessions.py: newer upstream",
        f"  {SESSIONS}: edited here and newer upstream (SES-03)",
    ] == lines[1:5]
    assert lines[-1].endswith("1 edited here, 2 newer upstream, 1 edited here and newer upstream")
    assert code == 1


def test_other_libraries_are_nothing_newer(
    vendored: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The requirements of a copy are those of its version, whatever is installed now."""
    monkeypatch.setattr(place, "version", "{}99".format)
    monkeypatch.chdir(vendored.folder)
    copy = open_copy(Path("tests/contract"), ROOT / "contract_tests")
    assert copy.upstream == copy.base


def test_a_kit_that_is_not_installed_makes_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its licence and its requirements are told by what pip has installed."""
    monkeypatch.setattr(place, "DISTRIBUTION", "no-such-kit")
    with pytest.raises(UsageError, match="no-such-kit is not installed: pip install no-such-kit"):
        place.whole_copy(ROOT / "contract_tests", 2)


def test_an_update_goes_over_an_edit(vendored: Project) -> None:
    """What is newer is there, and so are the edit and the team's own file; then all is known."""
    vendored.release("0.2", WORDS)
    vendored.edit(COPY, COMMITTED, "OUR COMMIT")
    (vendored.folder / "tests/contract/suite/test_ours.py").touch()
    code, lines = vendored.vendor("--update")
    text = (vendored.folder / COPY).read_text(encoding="utf-8")
    assert [WORDS[2] in text, "OUR COMMIT" in text, WORDS[1] in text] == [True, True, False]
    assert f"  {SESSIONS}: edited here, merged with what is newer" in lines
    assert (vendored.folder / "tests/contract/suite/test_ours.py").exists()
    assert code == 0
    assert vendored.vendor("--check")[1][1:-1] == [f"  {SESSIONS}: edited here (SES-03)"]


def test_an_update_leaves_marks_where_both_have_changed_a_line(vendored: Project) -> None:
    """The next update waits until they are resolved."""
    vendored.release("0.2", (SESSIONS, OLD, THEIRS))
    vendored.edit(COPY, OLD, OURS)
    assert vendored.vendor("--update")[0] == 1
    marks = f"<<<<<<< here\n{OURS}\n=======\n{THEIRS}\n>>>>>>> upstream\n"
    assert marks in (vendored.folder / COPY).read_text(encoding="utf-8")
    code, lines = vendored.vendor("--update")
    assert (2, [f"resolve the marks of the last merge first: {SESSIONS}"]) == (code, lines)


def test_an_update_without_its_library_says_what_to_install(vendored: Project) -> None:
    """In one line, and nothing has been written."""
    vendored.release("0.2", (SESSIONS, OLD, THEIRS))
    vendored.edit(COPY, OLD, OURS)
    (vendored.newer / "merge3.py").write_text("raise ModuleNotFoundError", encoding="utf-8")
    before = vendored.files()
    code, lines = vendored.vendor("--update")
    assert (code, len(lines)) == (2, 1)
    assert lines[0].endswith("pip install 'pytest-crud-contract[vendor]'")
    assert before == vendored.files()


def test_every_report_marks_the_rules_that_were_edited(vendored: Project) -> None:
    """The terminal, the JSON report and JUnit; not what nobody has touched."""
    vendored.edit(COPY, COMMITTED, "OUR COMMIT")
    files = ("--contract-report", "r.json", "--junit-xml", "j.xml")
    done = vendored.pytest("tests/contract", *APP, *files)
    assert f"\nedited here: SES-03 ({SESSIONS})\n" in done.stdout, done.stdout + done.stderr
    facts = json.loads((vendored.folder / "r.json").read_text(encoding="utf-8"))["facts"]
    assert facts["edited"] == {SESSIONS: ["SES-03"]}
    cases = (vendored.folder / "j.xml").read_text(encoding="utf-8").split("<testcase")
    marked = [case for case in cases if f'name="edited" value="{SESSIONS}"' in case]
    assert marked
    assert marked == [case for case in cases if 'name="rule" value="SES-03"' in case]


@pytest.mark.parametrize(
    ("name", "old", "new", "rules"),
    [
        (SESSIONS, "@judges", "@judges  ", 8),
        (SESSIONS, OLD, OURS, 8),
        (SESSIONS, "\n\n\n@judges", "\n\n\n\n@judges", 0),
        (SESSIONS, "def observed_exchange(", "def observed_exchange((", 8),
        ("rules/sessions.py", "A request MUST return every", "A request MUST return each", 1),
        ("rules/rule.py", "MUST:", "MUST,", 1),
        ("conftest.py", "Collect nothing", "Collect no test", 0),
    ],
)
def test_an_edit_belongs_to_rules(
    name: str, old: str, new: str, rules: int, vendored: Project
) -> None:
    """Of what is around them in the file, all of them depend on it; of other files, all rules."""
    vendored.edit(f"tests/contract/{name}", old, new)
    found = edited_rules(vendored.folder / "tests/contract")
    assert rules == sum(map(len, found.values()))


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody."""
    somebody = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    command = ["git", *somebody, *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def test_a_copy_of_another_tool_gets_a_lock(vendored: Project) -> None:
    """What was edited before is told from then on; nothing of the copy changes."""
    for name in (LOCK, "contract.base", "conftest.py", "LICENSE", "requirements.txt"):
        (vendored.folder / "tests/contract" / name).unlink()
    vendored.edit(COPY, COMMITTED, "OUR COMMIT")
    (vendored.folder / "tests/contract/suite/test_errors.py").unlink()
    before = vendored.files()
    code, lines = vendored.vendor("tests/contract")
    assert lines[1].startswith("  suite/test_errors.py: edited here (ERR-01, ")
    assert (1, f"  {SESSIONS}: edited here (SES-03)") == (code, lines[2])
    assert before.items() <= vendored.files().items()
    assert len(vendored.files()) == len(before) + 5


def test_a_copy_of_another_version_gets_no_lock(vendored: Project) -> None:
    """What was edited cannot be told; a line says which version can, and nothing is written."""
    (vendored.folder / "tests/contract" / LOCK).unlink()
    vendored.release("0.2")
    before = vendored.files()
    code, lines = vendored.vendor("tests/contract")
    assert (code, len(lines)) == (2, 1)
    assert f"It is {__version__}: " in lines[0]
    assert before == vendored.files()


def test_a_subtree_is_recognised(tmp_path: Path) -> None:
    """By the message that git subtree leaves; a folder beside it is none."""
    git(tmp_path, "init", "-q")
    message = "Add 'vendor/kit/'\n\ngit-subtree-dir: vendor/kit\ngit-subtree-split: 0123abc\n"
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", message)
    copy, other = tmp_path / "vendor/kit/contract_tests", tmp_path / "tests"
    copy.mkdir(parents=True)
    other.mkdir()
    assert "git subtree pull --prefix=vendor/kit " in origin_of(copy)
    assert origin_of(other) == ""


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (".copier-answers.yml", "_commit: v1.2\n_src_path: gh:a/b\nx: 1\n", "copier update"),
        (".cruft.json", '{"template": "gh:a/b", "commit": "v1.2"}', "cruft update"),
    ],
)
def test_a_project_of_a_template_is_recognised(
    name: str, text: str, says: str, tmp_path: Path
) -> None:
    """The template and its version are told, and the command that updates the project."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    told = origin_of(tmp_path / "tests" / "contract")
    assert f"in a project of the template gh:a/b at v1.2: {says} updates that" == told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name a folder for the copy, such as tests/contract"),
        (("../elsewhere",), "is not below this folder: go to the project's root"),
        (("tests/v1.0",), "is no package: name a new folder"),
        (("contract_tests",), "the installed kit has this name"),
        (("tests",), "tests is not empty: name a new folder"),
        (("tests/contract",), "is a copy already"),
        (("tests", "--check"), "tests is no copy of the contract"),
    ],
    ids=str,
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], says: str, vendored: Project) -> None:
    """What was given, and what would be valid."""
    code, lines = vendored.vendor(*arguments)
    assert (code, len(lines)) == (2, 1)
    assert says in lines[0]


def test_a_copy_compares_itself_with_its_lock(vendored: Project) -> None:
    """Without the distribution its edits are told, and that it brings nothing new."""
    vendored.edit(COPY, OLD, OURS)
    copy = ("python", "-m", "tests.contract", "vendor")
    assert "1 edited here" in vendored.ran(*copy, "--check").stdout
    done = vendored.ran(*copy, "--update")
    assert done.stderr.startswith("a copy brings nothing new: pip install pytest-crud-contract;")
    assert done.returncode == 2
