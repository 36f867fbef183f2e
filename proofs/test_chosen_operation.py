"""Facts about the operation that somebody has chosen: how it is written, found and judged."""

from __future__ import annotations

import shlex

import pytest
from fastapi import FastAPI

from contract_tests.generation.request_template import RequestTemplate
from contract_tests.rules.violation import UsageError
from contract_tests.service.discovery.declared import require_declared
from proofs.broken.replacing import with_route
from proofs.innocent.accounts import CHOSEN, Session, TransferIn, app, lock
from proofs.matrix import run_contract
from proofs.test_plugin import judged, project

__all__ = ["project"]

VALUES = {"row.id": 7, "row.name": 'a"b', "row.key": "a/b", "n": 3}
DOCUMENT = {
    "paths": {
        "/transfers": {"post": {}},
        "/orders/{order_id}/pay": {"post": {}, "parameters": []},
        "/orders/{order_id}": {"get": {}},
    }
}
TWICE = 'POST /transfers {"payer": 1, "payee": {other.id}, "amount": 100, "reason": ""}'


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ('{"to": {row.id}, "amount": 5}', {"to": 7, "amount": 5}),
        ('{"to": "{row.id}"}', {"to": "7"}),
        ('{"name": {row.name}, "text": "{row.name} {n}"}', {"name": 'a"b', "text": 'a"b 3'}),
        (r'{"text": "\"{n}", "list": [{n}, {}]}', {"text": '"3', "list": [3, {}]}),
        ("", None),
    ],
)
def test_a_name_in_quotes_is_text_and_another_is_a_value(body: str, sent: object) -> None:
    """The braces of objects are none of a name."""
    assert sent == RequestTemplate("POST", "/x", body).json_body(VALUES.__getitem__)


def test_a_value_in_a_path_is_one_step_of_it() -> None:
    """A slash in an id is escaped."""
    made = RequestTemplate("POST", "/orders/{row.key}/pay?turn={n}")
    assert made.target(VALUES.__getitem__) == "/orders/a%2Fb/pay?turn=3"


@pytest.mark.parametrize("path", ["/transfers", "/transfers?dry=1", "/orders/{row.id}/pay"])
def test_an_operation_of_the_document_may_be_chosen(path: str) -> None:
    """Its parameters may be names or values."""
    require_declared(DOCUMENT, RequestTemplate("POST", path))
    require_declared({}, RequestTemplate("POST", "/anything"))


@pytest.mark.parametrize(
    ("method", "path", "near"),
    [
        ("POST", "/transfer", "POST /transfers*"),
        ("PUT", "/orders/1/pay", "POST /orders/{order_id}/pay*"),
        ("POST", "/orders/1/2/pay", "POST /orders/{order_id}/pay*"),
    ],
)
def test_another_operation_is_a_mistake(method: str, path: str, near: str) -> None:
    """The nearest ones are named."""
    with pytest.raises(UsageError) as caught:
        require_declared(DOCUMENT, RequestTemplate(method, path))
    told = f"--contract-operation *: * has no operation '{method} {path}'. Near: {near}"
    pytest.LineMatcher([str(caught.value)]).fnmatch_lines([told])


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        ('POST /transfers {"payer": {row.age}}', "*a row has no field 'age'. Valid: owner, id, *"),
        (TWICE, "*the service refuses it the second time (* is {row.id}): * -> 409 *"),
        ("POST /transfers", "*'POST /transfers': the service refuses it: * -> 422 *"),
    ],
)
def test_an_operation_that_cannot_succeed_is_one_line(
    project: pytest.Pytester, operation: str, says: str
) -> None:
    """The run ends before the first test, with what the service has answered."""
    app = ("--contract-app", "proofs.innocent.accounts:app", "--contract-rule", "SES-01")
    result = judged(project, *app, "--contract-operation", operation)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --contract-operation {says}"])


def test_a_service_that_is_running_is_sent_no_chosen_operation(project: pytest.Pytester) -> None:
    """No rule would look at what it does to the rows there."""
    app = ("--contract-app", "http://127.0.0.1:1", "--contract-allow-existing-database")
    result = judged(project, *app, "--contract-operation", "POST /pay")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no rule looks at --contract-operation 'POST /pay' there: *"])


def test_without_the_option_nothing_is_collected_for_it(project: pytest.Pytester) -> None:
    """Neither counted nor told as not applicable."""
    app = ("--contract-app", "reference_app:create_app", "--collect-only", "-q")
    plain = judged(project, *app).outlines
    chosen = judged(project, *app, "--contract-operation", "POST /any").outlines
    found = [line for line in chosen if "[operation" in line]
    assert found
    assert [line for line in plain if "[operation" in line] == []


def test_a_replay_of_it_needs_the_option() -> None:
    """With it one request is disturbed again; without it one line says what is missing."""
    app, rule = (
        "proofs.broken.cancellation_transfers:taken_then_given",
        ("--contract-rule", "CAN-03"),
    )
    swept = run_contract(app, "sqlite", *rule, *CHOSEN)
    (token,) = {row["replay"] for row in swept.report["verdicts"] if row["verdict"] == "broken"}
    told = run_contract(app, "sqlite", "--contract-replay", token, *rule, *CHOSEN)
    missing = run_contract(app, "sqlite", "--contract-replay", token, *rule)
    assert (
        f"--contract-operation {shlex.quote(CHOSEN[1])} --contract-replay {token}" in swept.printed
    )
    assert [row["verdict"] for row in told.report["verdicts"]] == ["broken"], told.printed
    assert sum(told.report["totals"]["disturbed"].values()) == 1
    assert missing.exit_code == pytest.ExitCode.USAGE_ERROR
    assert "operation, with the --contract-operation it was" in missing.printed


def failing() -> FastAPI:
    """The accounts, whose transfers always fail."""

    async def failed(sent: TransferIn, session: Session) -> None:
        await lock(session, sent)
        raise ZeroDivisionError(sent.reason)

    return with_route("transfer", failed, app())


def test_it_is_named_in_the_header() -> None:
    """Whoever reads the report sees what else was disturbed."""
    told = run_contract("proofs.innocent.accounts:app", "sqlite", "--contract-rule=SES-08", *CHOSEN)
    assert f"  chosen    {CHOSEN[1]}" in told.printed.splitlines()
    assert told.report["facts"]["resource"]["chosen"] == CHOSEN[1]


def test_an_operation_that_fails_by_itself_is_undecided() -> None:
    """What it leaves behind is judged all the same."""
    rules = ("--contract-rule", "SES-01,CAN-01,ERR-01")
    told = run_contract(f"{__name__}:failing", "sqlite", *rules, *CHOSEN)
    rows = [row for row in told.report["verdicts"] if row["case"].startswith("operation")]
    verdicts = {(row["rule"], row["case"]): row["verdict"] for row in rows}
    assert verdicts["SES-01", "operation"] == "upheld"
    assert verdicts["CAN-01", "operation"] == verdicts["ERR-01", "operation-write"] == "undecided"
    assert "the chosen operation does not succeed undisturbed: POST /transfers " in told.printed
