"""The pytest plug-in: hooks only, inert and free of heavy imports until a contract is asked for."""

from __future__ import annotations

import os
from collections.abc import Generator
from functools import partial
from pathlib import Path

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
from .runner.option_sources import add_options, read_options

KIT = Path(__file__).parent
SUITE = KIT / "suite"
MARK = "contract(rule): the rule this test of the suite judges"
NO_APP = (
    "the contract needs an app: add --contract-app package.module:attribute, "
    "or set contract_app in the ini file, or CONTRACT_APP"
)
IS_LEFT_OUT: pytest.StashKey[bool] = pytest.StashKey()
"""There if the suite was collected without an app, and without having been asked for."""
PLAN: pytest.StashKey[Plan] = pytest.StashKey()
"""The plan for all tests of the team whose marks say nothing else."""
POINT: pytest.StashKey[Point | None] = pytest.StashKey()
"""The one point at which decorated tests are run, if not at every one."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options, unless another copy of the kit has done so."""
    # pytest would refuse options that are declared twice, and name neither copy.
    other = _other_copy(pluginmanager)
    if other:
        raise pytest.UsageError(
            f"the contract kit is loaded twice, as {other} and as {__name__}: "
            f"uninstall one, or switch the installed one off with -p no:contract_tests.plugin"
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
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Watch the team's own tests, and keep a suite without an app out of the run."""
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
    """Keep a suite without an app out of the run, or say what is missing if it was asked for."""
    ours = [item for item in items if SUITE in item.path.parents]
    if not ours:
        return
    if config.pluginmanager.has_plugin(f"{__package__}.runner.run"):
        _require_one_name(ours)
    elif any(map(partial(_is_suite, config), config.args)):
        raise pytest.UsageError(NO_APP)
    else:
        gone = set(ours)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=ours)
        config.stash[IS_LEFT_OUT] = True


def pytest_report_collectionfinish(config: pytest.Config) -> str | None:
    """Say that the suite was left out."""
    return f"contract: left out, since {NO_APP}" if IS_LEFT_OUT in config.stash else None


def _is_suite(config: pytest.Config, argument: str) -> bool:
    """Return whether an argument names the kit's folder or package, or something in it."""
    # A package instead of a path is what pytest takes with --pyargs.
    name = argument.partition("::")[0]
    path = (config.invocation_params.dir / name).resolve()
    return KIT in (path, *path.parents) or f"{name}.".startswith(f"{__package__}.")


def _require_one_name(items: list[pytest.Item]) -> None:
    """Raise if pytest imports the suite by another name than this plug-in."""
    names = {getattr(getattr(item, "module", None), "__name__", "") for item in items}
    other = next((name for name in names if not name.startswith(f"{__package__}.")), None)
    if other is not None:
        folders = KIT.parents[: __package__.count(".")]
        missing = [folder for folder in folders if not (folder / "__init__.py").exists()]
        way = (
            f"add {missing[0] / '__init__.py'}" if missing else "name it in pytest_plugins as such"
        )
        raise pytest.UsageError(
            f"the contract kit is loaded as {__package__}, but pytest imports its suite as "
            f"{other}: {way}"
        )


def _other_copy(pluginmanager: pytest.PytestPluginManager) -> str | None:
    for plugin in pluginmanager.get_plugins():
        name = getattr(plugin, "__name__", "")
        if name != __name__ and name.endswith(".plugin") and getattr(plugin, "MARK", "") == MARK:
            return str(name)
    return None
