"""Facts about sweeps: every place is disturbed once, in order, and each again by its token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from contract_tests.rules.failures import FAI_01
from contract_tests.rules.replay import Token
from contract_tests.rules.violation import NotApplicable, Undecided, UsageError, Violation
from contract_tests.runner.judge import Judge
from contract_tests.runner.opening import open_service
from contract_tests.runner.options import Options
from contract_tests.scenarios.faults import sweeps as module
from contract_tests.scenarios.faults.disturbances import KINDS, DisturbanceKind
from contract_tests.scenarios.faults.fault_cases import FaultCase, prepared
from contract_tests.scenarios.faults.injections import observe
from contract_tests.scenarios.faults.sweeps import Sweeps
from contract_tests.service.resource import ROLES
from contract_tests.service.service import Service
from contract_tests.service.transports.conversation import PATIENT

ROOT = Path(__file__).resolve().parent.parent


class Harmless:
    """Strikes as often as it is told, and does nothing."""

    def __init__(self, fired: int) -> None:
        self.fired = fired
        self.seen = 0
        self.what = "nothing"
        self.where = "nowhere"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing to put back."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Give the reference app under contract."""
    with open_service(Options(app="reference_app:create_app", root=ROOT)) as opened:
        yield opened


@pytest.fixture
def judge() -> Judge:
    """Give a judge of some rule."""
    return Judge(FAI_01)


def test_a_sweep_ends_where_the_kth_place_is_not_reached(service: Service) -> None:
    """A create makes two calls, and so has two results: its INSERT and its COMMIT."""
    results = Sweeps(service).of("failures", "create", "error")
    assert [result.token.place for result in results] == ["1", "2"]
    assert results[0].what.startswith("INSERT INTO example_items")
    assert results[1].what == "COMMIT"
    assert all("service.py" in r.where or "database.py" in r.where for r in results)


def test_a_point_shows_what_was_stored_and_asked_afterwards(service: Service) -> None:
    """The write that failed changed nothing; the list and the create after it succeeded."""
    result, *_ = Sweeps(service).of("failures", "create", "error")
    assert (result.exchange.status, result.changed) == (503, frozenset())
    assert (result.still_held, result.open) == ((), ())
    assert [exchange.status for exchange in result.later] == [200, 201]
    assert len(result.ending["example_items"]) == len(result.after["example_items"]) + 1


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_points_in_every_way(service: Service, role: str) -> None:
    """No sweep of a failing call is empty, whatever is asked."""
    made = next(known for known in ROLES if known == role)
    assert Sweeps(service).of("failures", made, "error", "cold", "refused")


def test_a_sweep_is_made_once(service: Service) -> None:
    """Rules that ask for the same sweep get the same results."""
    sweeps = Sweeps(service)
    assert sweeps.sweep("failures", "list", "error") is sweeps.sweep("failures", "list", "error")


def test_a_fault_case_is_sent_once(service: Service) -> None:
    """The rules of errors ask about one result, with what was asked after it."""
    sweeps, case = Sweeps(service), FaultCase("create", "write")
    result = sweeps.fault(case)
    assert result is sweeps.fault(case)
    assert [result] == list(sweeps.each_fault("create", "write"))
    assert (str(result.token), result.exchange.status) == ("errors:create:write:1", 503)
    assert (result.changed, result.open, result.failed_later) == (frozenset(), (), ())


def test_a_database_out_of_reach_is_one_place(service: Service) -> None:
    """Every connect is refused, and the app's line that asked for it is known."""
    result = FaultCase("list", "connect").act(service)
    assert (str(result.token), result.what) == ("errors:list:connect:all", "CONNECT")
    assert "database.py" in result.where


def test_a_replay_sends_just_the_one(service: Service) -> None:
    """Only the result of the token is there, and no other sweep has any."""
    sweeps = Sweeps(service, Token.parse("failures:create:error:2"))
    (result,) = sweeps.of("failures", "create")
    assert (str(result.token), result.what) == ("failures:create:error:2", "COMMIT")
    assert sweeps.sweep("failures", "create", "cold").results == ()


def test_a_replay_is_none_of_the_business_of_other_subjects(service: Service) -> None:
    """A rule that does not ask about the token does not apply."""
    sweeps = Sweeps(service, Token.parse("failures:create:error:2"))
    with pytest.raises(NotApplicable, match="failures:create:error:2"):
        sweeps.of("failures", "delete")


@pytest.mark.parametrize("text", ["", "failures:create:error", "a:b::1"])
def test_a_token_has_four_parts(text: str) -> None:
    """Anything else is a mistake, and told so."""
    with pytest.raises(UsageError, match="four parts"):
        Token.parse(text)


def test_a_sweep_without_the_capability_is_empty(service: Service) -> None:
    """A file has no network that could break."""
    assert Sweeps(service).of("failures", "create", "disconnect", "lost") == []


def test_a_commit_that_finds_the_file_busy_is_a_point(service: Service) -> None:
    """It is refused and rolled back, and the requests after it succeed."""
    (result,) = Sweeps(service).of("failures", "create", "busy")
    assert (result.what, result.exchange.status, result.changed) == ("COMMIT", 503, frozenset())
    assert result.failed_later == ()


def test_a_sweep_that_never_ends_is_cut(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and does not stop the run."""
    monkeypatch.setattr(module, "LONGEST", 2)
    monkeypatch.setitem(KINDS, "failures", {"endless": DisturbanceKind(lambda _, k: Harmless(k))})
    sweep = Sweeps(service).sweep("failures", "list", "endless")
    assert (len(sweep.results), sweep.note) == (2, "ended after 2 places")


def test_a_request_that_was_not_struck_is_no_point(service: Service) -> None:
    """Nothing is observed where the disturbance did not happen."""
    token = Token("failures", "list", "error", "1")
    message, before = prepared(service, "list"), service.door.stored()
    assert observe(service, token, message, before, Harmless(0), PATIENT) is None


def test_a_calm_request_is_what_a_whole_one_does(service: Service) -> None:
    """A create stores one row with one COMMIT, and what is asked after it stores another."""
    control = Sweeps(service).control("create")
    assert (control.growth, control.commits) == ({"example_items": (1, 0)}, 1)
    assert (control.follow_up, control.always_changed) == ({"example_items": (1, 0)}, frozenset())


def test_no_point_is_no_judgement(judge: Judge) -> None:
    """A rule that saw nobody disturbed is undecided, not kept."""
    with pytest.raises(Undecided, match="no request was disturbed"):
        judge.each([], lambda _: "", expected="anything")
    assert judge.judgements == 0


def test_the_first_wrong_point_is_shown_with_its_token(service: Service, judge: Judge) -> None:
    """The violation counts the others, and names what replays it."""
    results = Sweeps(service).of("failures", "create", "error")
    with pytest.raises(Violation, match="it is wrong, after error number 1") as caught:
        judge.each(results, lambda _: "it is wrong", expected="something else")
    assert "so at 2 of 2 points" in caught.value.observed
    assert caught.value.token == "failures:create:error:1"
    assert judge.points == "xx"
