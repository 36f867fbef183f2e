"""The pytest plug-in: hooks only, inert and free of heavy imports until a contract is asked for."""

from __future__ import annotations

import os
from collections.abc import Generator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from .masking.addresses import without_passwords
from .own_tests.marks import MARK as WATCHED
from .own_tests.marks import MARK_LINE, plan_of
from .own_tests.plan import Plan
from .own_tests.summary import Summary
from .own_tests.sweep_mark import EVERY, EVERY_LINE
from .rules.points import Point
from .rules.violation import UsageError
from .runner.closing import CLOSING, Closing
from .runner.node_ids import found_in_suite
from .runner.option_sources import add_options, read_options

KIT = Path(__file__).parent
SUITE = KIT / "suite"
MARK = "contract(rule): the rule this test of the suite judges"
NO_APP = (
    "the contract needs an app: add --contract-app package.module:attribute, "
    "or set contract_app in the ini file, or CONTRACT_APP"
)
INSTALLED = "contract_tests.plugin"
IS_COPY = __name__ != INSTALLED
"""True of a copy of the kit that lies in a project, under a name of its own."""
IS_LEFT_OUT: pytest.StashKey[bool] = pytest.StashKey()
"""There if pytest came to the suite without an app, and without having been asked for it."""
PLAN: pytest.StashKey[Plan] = pytest.StashKey()
"""The plan for all tests of the team whose marks say nothing else."""
POINT: pytest.StashKey[Point | None] = pytest.StashKey()
"""The one point at which decorated tests are run, if not at every one."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options; a copy in a project takes the place of the installed kit."""
    if IS_COPY:
        pluginmanager.set_blocked(INSTALLED)
    # pytest would refuse options that are declared twice, and name neither copy.
    other = _other_copy(pluginmanager)
    if other:
        raise pytest.UsageError(
            f"the contract kit is loaded twice, as {other} and as {__name__}: "
            "name the folder of one copy, and load no other in a conftest.py"
        )
    add_options(parser)


# The wrapper that is called first is the outermost: nothing ends the run outside of it.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | None, int | None]:
    """Make the closing record, whatever ends the run."""
    config.stash[CLOSING] = run = Closing(config, os.environ)
    with run:
        run.decide((yield) or 0)
    return run.code


def pytest_configure(config: pytest.Config) -> None:
    """Read the options; join the run if an app was named."""
    for line in (MARK, MARK_LINE, EVERY_LINE):
        config.addinivalue_line("markers", line)
    try:
        options = read_options(config)
        config.stash[PLAN] = Plan(frozenset(options.watch), options.residents)
        config.stash[POINT] = options.point
        Summary.of(config)
        if options.app:
            from .runner.joining import join

            join(config, options)
    except UsageError as error:
        raise pytest.UsageError(without_passwords(str(error))) from None


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Find what is asked of the suite; say what is missing if that cannot judge."""
    config = session.config
    folder = config.invocation_params.dir
    config.args[:] = [found_in_suite(word, folder) for word in config.args]
    installed = _installed() if IS_COPY else None
    if not _is_judging(config) and any(map(partial(_is_in, config, KIT), config.args)):
        raise pytest.UsageError(NO_APP)
    if installed and any(map(partial(_is_in, config, installed), config.args)):
        raise pytest.UsageError(
            f"the suite of the installed kit is asked for, but conftest.py loads {__package__}: "
            f"use python -m {__package__}, or pytest with {KIT}"
        )


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which of two kits judges."""
    is_choice = IS_COPY and _is_judging(config) and _installed()
    return f"contract: {KIT} judges, and not the installed kit" if is_choice else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Keep pytest out of the kit, but for a suite that is to judge.

    A copy lies among the team's tests, where other patterns than ours may say what a test is.
    """
    if KIT not in collection_path.parents:
        return None
    if SUITE not in (collection_path, *collection_path.parents):
        return True
    if _is_judging(config):
        return None
    config.stash[IS_LEFT_OUT] = True
    return True


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Have the suite imported by the name of this package, whatever pytest would call it."""
    is_ours = SUITE in module_path.parents
    return SuiteModule.from_parent(parent, path=module_path) if is_ours else None


class SuiteModule(pytest.Module):
    """A file of the suite. By another name it would have rules and fixtures of its own."""

    def _getobj(self) -> ModuleType:
        return import_module(f"{__package__}.suite.{self.path.stem}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Watch the team's own tests, and leave its judgements out of a run without an app."""
    _watch(config, items)
    _sweep(config, items)
    _leave_out(config, items)


def _watch(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have tests watched, if that is asked for: for all of them, or by the mark of one."""
    marked = [item for item in items if item.get_closest_marker(WATCHED)]
    try:
        for item in marked:
            plan_of(item, config.stash[PLAN])
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    if config.stash[PLAN].watches or marked:
        from .own_tests.watching import Watch

        watch = Watch(config.stash[PLAN], Summary.of(config))
        config.pluginmanager.register(watch, Watch.NAME)


def _sweep(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have decorated tests run once for each of their points."""
    if any(item.get_closest_marker(EVERY) for item in items):
        from .own_tests.sweeping import Sweeping

        sweeping = Sweeping(config.stash[POINT], config.stash[PLAN])
        config.pluginmanager.register(sweeping, Sweeping.NAME)


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the team's own judgements out of a run without an app, as the suite is."""
    judging = [item for item in items if item.get_closest_marker("contract")]
    if _is_judging(config):
        _require_rules(judging)
    elif judging:
        gone = set(judging)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=judging)
        config.stash[IS_LEFT_OUT] = True


def _require_rules(items: list[pytest.Item]) -> None:
    """Raise if a test is marked with an id that no rule has."""
    from .runner.items import rule_of_item

    for item in items:
        try:
            rule_of_item(item)
        except LookupError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error.args[0]}") from None


def pytest_report_collectionfinish(config: pytest.Config) -> str | None:
    """Say that the suite was left out."""
    return f"contract: left out, since {NO_APP}" if IS_LEFT_OUT in config.stash else None


def _is_in(config: pytest.Config, kit: Path, argument: str) -> bool:
    """Return whether an argument names a kit's folder or package, or something in it."""
    # A package instead of a path is what pytest takes with --pyargs.
    name = argument.partition("::")[0]
    path = (config.invocation_params.dir / name).resolve()
    package = __package__ if kit == KIT else INSTALLED.partition(".")[0]
    return kit in (path, *path.parents) or f"{name}.".startswith(f"{package}.")


def _is_judging(config: pytest.Config) -> bool:
    return config.pluginmanager.has_plugin(f"{__package__}.runner.run")


def _installed() -> Path | None:
    """Return the folder of the installed kit, if there is one."""
    spec = find_spec(INSTALLED.partition(".")[0])
    return Path(spec.origin).parent if spec and spec.origin else None


def _other_copy(pluginmanager: pytest.PytestPluginManager) -> str | None:
    for plugin in pluginmanager.get_plugins():
        name = getattr(plugin, "__name__", "")
        if name != __name__ and name.endswith(".plugin") and getattr(plugin, "MARK", "") == MARK:
            return str(name)
    return None
