"""The line that repeats a failure alone shows it again, whatever kind of rule it is of."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

import pytest

from contract_tests.reports.json_report import from_json
from contract_tests.reports.record import RunRecord
from contract_tests.reports.terminal import COMMAND, replay_command
from contract_tests.rules.verdict import Outcome, Verdict
from proofs.matrix import ContractResult, run_contract

KINDS = {
    "a request": ("proofs.broken.sessions:commit_in_teardown", "SES-03"),
    "a failure": ("proofs.broken.errors_answers:cached_before_the_commit", "ERR-03"),
    "a cancellation": ("proofs.broken.cancellation:closed_after_exceptions_only", "CAN-01"),
    "a client that leaves": ("proofs.broken.disconnect_streams:closed_after_the_loop", "DIS-05"),
    "two requests": ("proofs.broken.concurrency:whole_row_written_back", "CON-01"),
    "two actions": ("proofs.broken.concurrency_once:read_and_then_closed", "CON-16"),
    "a generated request": ("proofs.broken.openapi:forgotten_report", "API-03"),
    "a leak by one": ("proofs.broken.sessions_explored:session_of_an_empty_count", "SES-01,API-03"),
    "a program": ("proofs.broken.crud_model:listed_from_a_cache", "CRU-32"),
    "a start": ("proofs.broken.schema:unguarded_create_all", "SCH-03"),
}
"""Each kind of evidence, with an app and the rule that it breaks."""

SECRET = "Bearer 3f1c9a7e5b"


def broken(result: ContractResult) -> tuple[RunRecord, Verdict]:
    """Give a run, and the first verdict of a broken rule."""
    run = from_json(json.loads(json.dumps(result.report)))
    return run, run.of(Outcome.BROKEN)[0]


def words(line: str) -> Sequence[str]:
    """Give the options of a replay line, without the command and the app."""
    assert line.startswith(f"{COMMAND} run ")
    return shlex.split(line.removeprefix(f"{COMMAND} run "))[1:]


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_shows_the_failure_again(kind: str) -> None:
    """The same rule is broken in the same case, by as few requests as the line names."""
    app, rule = KINDS[kind]
    run, verdict = broken(run_contract(app, "sqlite", "--contract-rule", rule))
    again = run_contract(app, "sqlite", *words(replay_command(verdict, run.settings)))
    record, shown = broken(again)
    assert again.exit_code == 1, again.printed
    assert (verdict.rule, verdict.place) == (shown.rule, shown.place)
    assert len(record.of(Outcome.BROKEN)) == 1 or not verdict.replay


def test_the_line_has_the_options_that_were_given() -> None:
    """What was typed is typed again; what it says in secret is named, and not shown."""
    given = (
        "--contract-seed",
        "7",
        "--contract-body",
        'name="it\'s {n}"',
        "--contract-strict-types",
    )
    secret = ("--contract-header", f"Authorization: {SECRET}")
    app = "proofs.broken.sessions:commit_in_teardown"
    run, verdict = broken(run_contract(app, "sqlite", "--contract-rule", "SES-03", *given, *secret))
    line = replay_command(verdict, run.settings)
    variable, _, command = line.partition(" ")
    assert variable == 'CONTRACT_HEADER="$CONTRACT_HEADER"'
    assert set(given) <= set(words(command))
    assert SECRET not in line


def test_an_option_that_is_off_is_not_given_again() -> None:
    """A variable may say that a flag is off."""
    asked = ("--contract-rule", "SES-03")
    environ = {"CONTRACT_STRICT_TYPES": "false", "CONTRACT_SEED": "7"}
    run, verdict = broken(run_contract(KINDS["a request"][0], "sqlite", *asked, environ=environ))
    assert replay_command(verdict, run.settings).endswith(" --contract-seed 7")
