"""A pinned interface: how it is written, read and compared, and what the command does with it."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.instruments.startup_log import StartupLog
from contract_tests.rules.violation import UsageError
from contract_tests.runner.option_values import REFERENCE
from contract_tests.runner.options import Options
from contract_tests.runner.pinned import read_pinned
from contract_tests.scenarios.crud.operations import CASES
from contract_tests.scenarios.interface import Interface, compare_section
from contract_tests.scenarios.interface.record import (
    EngineSettings,
    Operations,
    RowFields,
    StartupLines,
    Statuses,
    Tables,
    keys_of,
)
from contract_tests.scenarios.interface.writing import renew_text
from proofs.matrix import run_contract

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "interface.md"
RULES = ",".join(f"PIN-{number:02}" for number in range(1, 14))
ITEMS = Operations("/items", ("GET /items", "POST /items", "GET /items/{id}"))
SHOWN = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
APP = "from proofs.broken.interface import again, moved_to\napp = moved_to('/items')\n"
FAILING = f"""{APP}
@app.middleware('http')
async def fail(request, call_next):
    if request.url.path.startswith('/items'):
        raise RuntimeError('never works')
    return await call_next(request)
"""
DRIFTED = f"{APP}again('create_item', app, status_code=200)\n"


def words(pinned: Interface, observed: Interface, section: str) -> list[str]:
    """Tell the drift of a section."""
    return [drift.words for drift in compare_section(pinned, observed, section).drift]


def commanded(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Carry a command out in a folder; of a run's rules those of this area are judged."""
    arguments = command.split()[1:]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "CONTRACT_RULE": RULES}
    line = [sys.executable, "-m", "contract_tests", *arguments]
    return subprocess.run(
        line, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def written(folder: Path, text: str) -> Path:
    """Write a pinned interface."""
    path = folder / "contract.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_status_is_told_with_its_operation() -> None:
    """Both sides are beside each other."""
    pinned = Interface(operations=ITEMS, statuses=Statuses(create=201, read_missing=404))
    observed = replace(pinned, statuses=Statuses(create=200, read_missing=400))
    assert words(pinned, observed, "statuses") == [
        "POST /items answered 200, pinned 201",
        "GET /items/{id} of a row that is not there answered 400, pinned 404",
    ]


def test_an_addition_is_drift_and_another_order_is_none() -> None:
    """A pin is an agreement; a JSON object has no order."""
    pinned = Interface(rows=RowFields(("id", "name"), {"id": "integer"}))
    other = Interface(rows=RowFields(("name", "id"), {"id": "integer", "tag": "string"}))
    more = Interface(rows=RowFields(("tag", "id"), {"id": "string"}))
    assert words(pinned, other, "rows") == []
    assert words(pinned, more, "rows") == [
        "a row shows no name, though pinned; a row shows tag, though not pinned",
        "id is string, pinned integer",
    ]


def test_every_case_of_a_request_has_its_status() -> None:
    """A new way to ask an operation is pinned as well."""
    assert {case.name.replace("-", "_") for case in CASES} <= {k.name for k in keys_of("statuses")}


def test_a_start_may_log_more_than_is_pinned() -> None:
    """Whoever waits for a line does not mind others."""
    pinned = Interface(startup=StartupLines(("ready",)))
    assert words(pinned, Interface(startup=StartupLines(("hello", "ready"))), "startup") == []
    assert words(pinned, Interface(startup=StartupLines(("hello",))), "startup") == [
        "the start-up logs no ready, though pinned"
    ]


def test_what_one_side_does_not_know_is_not_compared() -> None:
    """Neither a line that was deleted, nor what cannot be seen here."""
    pinned = Interface(settings=EngineSettings(pool_size=5), tables=Tables(("a",)))
    observed = Interface(settings=EngineSettings(echo=True))
    assert [compare_section(pinned, observed, part).count for part in ("settings", "tables")] == [
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[statuses]\ncreat = 1", "unknown key 'statuses.creat'; did you mean 'create'? Valid: *"),
        ("[status]\n", "unknown key 'status'; did you mean 'statuses'? Valid: *"),
        ("[statuses]\ncreate = '201'", "statuses.create = '201' is not a whole number"),
        ("[rows]\nfields = 'id'", "rows.fields = 'id' is not a list of texts"),
        ("[rows.types]\nid = 1", "rows.types.id = 1 is not a text"),
        ("statuses = 1", "statuses is no table"),
    ],
)
def test_a_mistake_in_the_file_is_told_in_a_line(text: str, says: str, tmp_path: Path) -> None:
    """The file, the key, and what would be valid."""
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_pinned(path)
    pytest.LineMatcher([str(caught.value)]).fnmatch_lines([f"{path}: {says}"])


@pytest.mark.parametrize(
    ("text", "says"), [(None, "(No such file or directory)"), ("= 1", "is no TOML: ")]
)
def test_a_file_that_cannot_be_read_is_told(text: str | None, says: str, tmp_path: Path) -> None:
    """Neither is a traceback."""
    path = written(tmp_path, text) if text else tmp_path / "none.toml"
    with pytest.raises(UsageError, match=re.escape(says)):
        read_pinned(path)


KEPT = """\
# ours
[statuses]
create = 201  # since the first release
# agreed in May
read = 200

[rows]
fields = [
    "name",  # shown first
    "id",
]
"""


def test_a_text_keeps_its_comments_and_its_order() -> None:
    """What has changed is in its old place, and nothing else is touched."""
    observed = Interface(
        statuses=Statuses(read=200, create=202), rows=RowFields(("id", "name", "tag"))
    )
    new = renew_text(KEPT, observed, is_whole=False)
    fields = '    "id",\n    "tag",\n'
    expected = KEPT.replace("201", "202").replace('    "id",\n', fields)
    assert (expected, ["statuses.create  201 -> 202"]) == (new.text, new.changes[1:])


def test_a_line_that_was_deleted_stays_so_until_all_are_asked_for() -> None:
    """It is named as left out."""
    text, observed = (
        "[statuses]\ncreate = 201\n",
        Interface(statuses=Statuses(create=201, read=200), startup=StartupLines(("ready",))),
    )
    new = renew_text(text, observed, is_whole=False)
    assert (text, ["statuses.read", "[startup]"]) == (new.text, new.left_out)
    whole = renew_text(text, observed, is_whole=True).text
    assert whole.startswith(f"{text}read = 200\n")
    assert whole.endswith('log = ["ready"]\n')


def test_what_is_gone_leaves_the_text_unless_it_is_only_not_seen_here() -> None:
    """A pool without a size has nothing to say of it; an operation that is gone has no status."""
    text = "[statuses]\ncreate = 201\nread = 200\n[settings]\npool_size = 5\necho = false\n"
    observed = Interface(statuses=Statuses(create=201), settings=EngineSettings(echo=False))
    new = renew_text(text, observed, is_whole=False)
    assert (text.replace("read = 200\n", ""), ["statuses.read  200 -> gone"]) == (
        new.text,
        new.changes,
    )


def test_the_log_of_a_start_is_seen_without_any_set_up() -> None:
    """What moves from start to start is replaced, and the level is put back."""
    root = logging.getLogger()
    before = root.level
    with StartupLog() as log:
        logging.getLogger("mine").info("ready on %s after %d ms", "http://[::1]:80/x", 17)
        logging.getLogger("mine").debug("never mind")
    assert log.lines == ["ready on <address> after <number> ms"]
    assert root.level == before


def test_the_reference_interface_is_that_of_the_reference_app(tmp_path: Path) -> None:
    """What `pin` writes is what comes with the kit, but for the words above it."""
    done = commanded(tmp_path, "contract-tests pin reference_app:create_app")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "contract.toml").read_text(encoding="utf-8")
    assert REFERENCE.read_text(encoding="utf-8").endswith(text[text.index("[operations]") :])
    assert read_pinned(REFERENCE) == replace(
        read_pinned(tmp_path / "contract.toml"), edition="2026.1"
    )


def test_without_a_file_nothing_is_asked() -> None:
    """The rules do not apply, and say what to type."""
    result = run_contract("reference_app:create_app", "sqlite", "--contract-rule", RULES)
    rows = result.report["verdicts"]
    assert result.rules("not applicable") == set(RULES.split(","))
    assert {row["reason"] for row in rows} == {
        "no interface is pinned: `contract-tests pin` writes one"
    }


def test_what_was_not_judged_is_told_with_what_conforms() -> None:
    """A part of the rules does not pass for all of them."""
    chosen = ("--contract-interface", "reference", "--contract-rule", RULES.removesuffix(",PIN-13"))
    result = run_contract("reference_app:create_app", "sqlite", *chosen)
    line = "conforms to the reference interface, edition 2026.1; not judged: PIN-13"
    assert line in result.printed.splitlines()


def test_a_file_that_is_not_there_ends_the_run_with_a_line() -> None:
    """Nothing of the app is imported for that."""
    result = run_contract("no.such:app", "sqlite", "--contract-interface", "agreed.toml")
    assert result.exit_code == 4
    assert "--contract-interface (contract_interface): " in result.printed
    assert "agreed.toml cannot be read" in result.printed


FOREIGN = '[package]\nname = "shop"\n\n[settings]\nstrict = true\n'


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        (FOREIGN, False),
        ('edition = "2018"\n', False),
        ("statuses = 200\n", False),
        ("[statuses]\nread = 200\n", True),
        ("[rows.types]\nid = 'integer'\n", True),
        ("[statuses\n", True),
    ],
)
def test_a_file_of_the_usual_name_may_be_of_another_tool(
    text: str, *, is_ours: bool, tmp_path: Path
) -> None:
    """One of the kit's has a key of a section; one with a mistake is still read, and told."""
    path = written(tmp_path, text)
    options = Options(root=tmp_path)
    assert (options.pinned, options.unread) == ((path, None) if is_ours else (None, path))
    assert Options(root=tmp_path, interface=path).pinned == path


def test_a_file_of_another_tool_ends_no_run(tmp_path: Path) -> None:
    """One line of the header says that it was not read, and the command leaves it alone."""
    path = written(tmp_path, FOREIGN)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    told = commanded(tmp_path, "contract-tests run reference_app:create_app")
    assert told.returncode == 1, told.stdout  # not one rule was decided
    assert "unread    contract.toml, which has no key of a pinned interface" in told.stdout
    pinned = commanded(tmp_path, "contract-tests pin reference_app:create_app")
    assert "has no key of a pinned interface, and stays as it is; name another" in pinned.stderr
    assert path.read_text(encoding="utf-8") == FOREIGN


def test_a_service_that_fails_is_not_pinned(tmp_path: Path) -> None:
    """Its failures are nothing to agree on."""
    (tmp_path / "mine.py").write_text(FAILING, encoding="utf-8")
    done = commanded(tmp_path, "contract-tests pin mine:app --contract-resource /items/")
    assert done.returncode == 4
    assert "there is no interface to pin: no ordinary request has succeeded" in done.stderr
    assert not (tmp_path / "contract.toml").exists()


def test_the_reference_interface_is_not_written(tmp_path: Path) -> None:
    """The command needs a file that is the team's own."""
    line = "contract-tests pin reference_app:create_app --contract-interface reference"
    done = commanded(tmp_path, line)
    assert done.returncode == 4
    assert "the reference interface is not yours to write; name a file" in done.stderr


def test_the_page_is_true(tmp_path: Path) -> None:
    """Its commands, one after the other, print the lines that it shows."""
    (tmp_path / "myservice").mkdir()
    app = tmp_path / "myservice" / "main.py"
    before, _, after = PAGE.read_text(encoding="utf-8").partition("## Drift")
    for text, page in ((APP, before), (DRIFTED, after)):
        app.write_text(text, encoding="utf-8")
        for shown in SHOWN.findall(page):
            for part in shown.split("$ ")[1:]:
                command, *lines = part.splitlines()
                done = commanded(tmp_path, command)
                printed = done.stdout.splitlines()
                assert [line for line in lines if line not in printed] == [], done.stdout
