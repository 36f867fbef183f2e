"""Programs against a model: what they find is short, repeats, and fails alone in plain httpx."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.rules import rule_of
from contract_tests.rules.profile import DEFAULT, QUICK
from contract_tests.rules.violation import Undecided
from contract_tests.runner.judge import Judge
from contract_tests.runner.opening import open_service
from contract_tests.runner.options import Options
from contract_tests.scenarios.stateful.model import MismatchKind
from contract_tests.scenarios.stateful.programs import Counterexample, Search
from contract_tests.scenarios.stateful.reproducer import regression
from contract_tests.scenarios.stateful.steps import StepKind, program_lines
from contract_tests.service.service import Service
from contract_tests.suite.test_crud_model import Programs
from proofs.matrix import run_contract

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = "reference_app:create_app"
KINDS: tuple[MismatchKind, ...] = ("field", "missing", "back", "failed")
SEEDED: tuple[tuple[str, StepKind | None, str], ...] = (
    ("patched_behind_the_cache", None, "CRU-32"),
    ("listed_from_a_cache", None, "CRU-32"),
    ("patches_on_top", None, "CRU-32"),
    ("brought_back_by_a_patch", None, "CRU-32"),
    ("backfilled_at_every_start", "restart", "CRU-33"),
    ("cached_in_passing", "together", "CRU-34"),
    ("nothing_to_change", None, "CRU-35"),
    ("two_of_a_name", None, "CRU-35"),
)
MOST = 4


@contextmanager
def opened(app: str) -> Iterator[Service]:
    """An app as the contract has it, without the tracebacks of its failures."""
    logging.disable(logging.CRITICAL)
    try:
        with open_service(Options(app=app, root=ROOT)) as service:
            yield service
    finally:
        logging.disable(logging.NOTSET)


def found_in(service: Service, extra: StepKind | None, seed: int = 1) -> Counterexample:
    """What the default programs of a seed find."""
    finding = Search(service, KINDS, extra).run(DEFAULT, seed)
    assert finding is not None
    return finding


@pytest.mark.parametrize(("name", "extra", "rule"), SEEDED, ids=[name for name, *_ in SEEDED])
def test_a_defect_is_found_in_a_few_lines_and_fails_alone(
    name: str, extra: StepKind | None, rule: str, tmp_path: Path
) -> None:
    """A program of at most four steps, and the test made of it: red there, green here."""
    app = f"proofs.broken.crud_model:{name}"
    with opened(app) as service:
        finding = found_in(service, extra)
        text = regression(service, rule_of(rule), finding)
    assert len(finding.program) <= MOST, program_lines(finding.program)
    if extra == "together":
        assert text == ""  # the order of the calls is what shows it, and that is the kit's
        return
    assert "contract_tests" not in text
    assert "1 failed" in outcome(text, tmp_path / "broken"), text
    mended = text.replace(
        f"from proofs.broken.crud_model import {name}", "from reference_app import create_app"
    )
    assert "1 passed" in outcome(mended, tmp_path / "mended"), text


def outcome(text: str, folder: Path) -> str:
    """What pytest prints about a file of its own, with a new database."""
    folder.mkdir()
    (folder / "test_found.py").write_text(text, encoding="utf-8")
    address = f"sqlite+aiosqlite:///{folder / 'own.db'}"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-pno:cacheprovider",
        "-pno:asyncio",
        "-pno:contract_tests.plugin",
        "-c",
        os.devnull,
        f"--rootdir={folder}",
        str(folder / "test_found.py"),
    ]
    environ = os.environ | {"APP_DATABASE_URL": address, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout + done.stderr


def test_one_seed_gives_one_program() -> None:
    """The same seed finds the same; its finding is the same text in every run."""
    told_twice = []
    for _ in range(2):
        with opened("proofs.broken.crud_model:listed_from_a_cache") as service:
            told_twice.append(program_lines(found_in(service, None).program))
    assert told_twice[0] == told_twice[1]


@pytest.mark.parametrize("extra", [None, "restart", "together"])
def test_a_correct_app_yields_nothing(extra: StepKind | None) -> None:
    """No program of the reference app surprises, and all of them were really sent."""
    with opened(REFERENCE) as service:
        search = Search(service, KINDS, extra)
        assert search.run(QUICK, 1) is None
    assert search.tally.rows > 0
    assert search.tally.requests > QUICK.programs


def test_an_endless_effort_goes_on_with_further_seeds() -> None:
    """While there is time, seed follows seed; the tally says how far it got."""
    with opened(REFERENCE) as service:
        search = Search(service, KINDS, clock=iter([0.0, 30.0, 59.0, 60.0]).__next__)
        search.run(replace(QUICK, programs=1, is_endless=True), 1, minutes=1)
    assert str(search.tally).endswith("3 seeds")


def test_no_row_at_all_is_undecided() -> None:
    """Where every create is refused nothing was seen, so nothing is upheld."""
    with opened(REFERENCE) as service:
        service.resource = service.resource.pinned(overrides={"name": 7})
        programs = Programs(service, Options(profile=QUICK))
        with pytest.raises(Undecided, match="no create stored a row"):
            programs.finding(Judge(rule_of("CRU-32")), *KINDS)


def test_the_failure_tells_the_program_and_the_test() -> None:
    """A person sees the lines to repeat, what was expected of the last, and a file to keep."""
    result = run_contract(
        "proofs.broken.crud_model:listed_from_a_cache", "sqlite", "--contract-rule", "CRU-32"
    )
    said = result.messages("CRU-32")
    assert "row = create({" in said
    assert "list()  # expected row with" in said
    assert "async def program():" in said


def test_a_restart_leaves_nothing_of_the_app_before() -> None:
    """What fills or breaks the pools of a service does so with those of the new app alone."""
    with opened(REFERENCE) as service:
        service.row()
        before = set(service.recorder.engines)
        service.process.restart()
        service.row()
        assert len(before) == 1 == len(service.recorder.engines)
        assert not before & set(service.recorder.engines)
