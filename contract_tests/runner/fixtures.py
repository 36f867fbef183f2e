"""Fixtures of the suite: nouns, a few lines each."""

from __future__ import annotations

import pytest

from ..rules import needs_of
from ..rules.violation import NotApplicable
from ..scenarios.concurrency.request_pairs import Pairs
from ..scenarios.crud.breakdowns import require_answers
from ..scenarios.crud.operations import EVERY_CASE, Case
from ..scenarios.crud.rows import learn_home
from ..scenarios.faults.sweeps import Sweeps
from ..scenarios.fuzzing.fuzz_session import Exploration, Explored
from ..scenarios.fuzzing.partition import PARTS, FuzzPart
from ..scenarios.interface import Agreement, Interface
from ..scenarios.migrations import MigrationsScenarios
from ..scenarios.startup import StartupScenarios
from ..scenarios.startup.replicas import ReplicaScenarios
from ..scenarios.startup.settings import SettingsScenarios
from ..service.capabilities import missing
from ..service.resource import CHANGING, VERBS, Role
from ..service.service import Service
from .breakdowns import is_disturbing, is_judged_apart
from .items import JUDGE, rule_of_item
from .judge import Judge
from .options import Options
from .run import ContractRun


@pytest.fixture(scope="session")
def contract_run(pytestconfig: pytest.Config) -> ContractRun:
    """The run this test belongs to."""
    run = pytestconfig.pluginmanager.get_plugin(ContractRun.NAME)
    assert isinstance(run, ContractRun)
    return run


@pytest.fixture(scope="session")
def contract_options(contract_run: ContractRun) -> Options:
    """Return the options of the run."""
    return contract_run.options


@pytest.fixture(scope="session")
def contract_service(contract_run: ContractRun) -> Service:
    """The started service, one for the whole run."""
    return contract_run.service


@pytest.fixture
def judge(request: pytest.FixtureRequest, contract_service: Service) -> Judge:
    """The judge of this test's rule; the rule's needs are checked before the test begins."""
    rule = rule_of_item(request.node)
    assert rule is not None, "the fixture `judge` is for tests with the mark `contract`"
    made = Judge(rule)
    request.node.stash[JUDGE] = made
    reason = missing(contract_service, needs_of(made.rule))
    if reason:
        raise NotApplicable(reason)
    contract_service.trail.is_disturbed = is_disturbing(made.rule)
    if not is_judged_apart(made.rule, contract_service):
        require_answers(contract_service)
    learn_home(contract_service)
    return made


@pytest.fixture
def service(judge: Judge, contract_service: Service) -> Service:
    """The service, its rows as they were when the contract began."""
    # `judge` comes first: a test that is not applicable costs no restore.
    contract_service.restore()
    return contract_service


@pytest.fixture(params=CHANGING, ids=VERBS.get)
def change(request: pytest.FixtureRequest, service: Service) -> Role:
    """Each way to change a row that the service offers."""
    role: Role = request.param
    reason = missing(service, (role,))
    if reason:
        raise NotApplicable(reason)
    return role


@pytest.fixture(params=EVERY_CASE, ids=str)
def case(request: pytest.FixtureRequest, service: Service) -> Case:
    """Each operation with each way it can end, where the service offers it."""
    chosen: Case = request.param
    reason = missing(service, chosen.needs)
    if reason:
        raise NotApplicable(reason)
    return chosen


@pytest.fixture(scope="session")
def sweeps(contract_run: ContractRun) -> Sweeps:
    """Every request disturbed at every place, each sweep made when first asked for."""
    return Sweeps(contract_run.service, contract_run.options.replay)


@pytest.fixture(scope="session")
def exploration(contract_run: ContractRun, contract_service: Service) -> Exploration:
    """The requests made from the document, sent part by part when first asked for."""
    options = contract_run.options
    folder = options.corpus or contract_run.cache_folder("contract-corpus")
    return Exploration(contract_service, options, folder)


@pytest.fixture(params=PARTS, ids=str)
def explored(request: pytest.FixtureRequest, judge: Judge, exploration: Exploration) -> Explored:
    """One operation of the collection, or all others, in one phase."""
    part: FuzzPart = request.param
    return exploration.of(part)


@pytest.fixture(scope="session")
def pairs(contract_run: ContractRun) -> Pairs:
    """Two requests that meet in every order, each pair arranged when first asked for."""
    return Pairs(contract_run.service, contract_run.options.replay)


@pytest.fixture(scope="session")
def agreement(contract_run: ContractRun) -> Agreement:
    """The pinned interface, with the service that is to uphold it."""
    service, pinned = contract_run.service, contract_run.pinned or Interface()
    return Agreement(contract_run.facts["interface"], pinned, service)


@pytest.fixture(scope="session")
def startups(contract_run: ContractRun) -> StartupScenarios:
    """The lives of the service in interpreters of their own, each lived when first asked for."""
    options = contract_run.options
    return StartupScenarios(contract_run.service, options.root, options.prepare)


@pytest.fixture(scope="session")
def migrations(contract_run: ContractRun, startups: StartupScenarios) -> MigrationsScenarios:
    """The migrations of the service on databases of their own, each way taken when asked for."""
    return MigrationsScenarios(contract_run.service, startups)


@pytest.fixture(scope="session")
def replicas(contract_run: ContractRun, startups: StartupScenarios) -> ReplicaScenarios:
    """The lives of the service with a read replica, each lived when first asked for."""
    return ReplicaScenarios(contract_run.service, startups)


@pytest.fixture(scope="session")
def settings(contract_run: ContractRun, startups: StartupScenarios) -> SettingsScenarios:
    """The starts of the service with other settings, each made when first asked for."""
    return SettingsScenarios(contract_run.service, startups)
