"""What suite tests ask for: nouns, a few lines each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .capabilities import missing
from .judge import Judge
from .opening import open_service
from .operations import CASES, Case
from .options import Options
from .service import Service
from .violation import NotApplicable


@pytest.fixture(scope="session")
def contract_options(request: pytest.FixtureRequest) -> Options:
    """What the run was asked for."""
    run = request.config.pluginmanager.get_plugin(f"{__package__}.run")
    options: Options = run.options  # type: ignore[union-attr]
    return options


@pytest.fixture(scope="session")
def contract_service(contract_options: Options) -> Iterator[Service]:
    """The started service, once for the whole run."""
    with open_service(contract_options) as service:
        yield service


@pytest.fixture
def judge(request: pytest.FixtureRequest, contract_service: Service) -> Judge:
    """The judge of this test's rule; the rule's needs are checked before the test begins."""
    mark = request.node.get_closest_marker("contract")
    made = Judge(mark.args[0])
    request.node.stash[JUDGE] = made
    reason = missing(contract_service, made.rule.needs)
    if reason:
        raise NotApplicable(reason)
    return made


JUDGE = pytest.StashKey[Judge]()


@pytest.fixture
def service(judge: Judge, contract_service: Service) -> Service:
    """The service, its rows as they were when the contract began."""
    contract_service.restore()
    return contract_service


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest, service: Service) -> Case:
    """Each operation with each way it can end, where the service offers it."""
    chosen: Case = request.param
    reason = missing(service, chosen.needs)
    if reason:
        raise NotApplicable(reason)
    return chosen
