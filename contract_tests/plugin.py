"""The pytest plug-in: hooks only, inert and free of heavy imports until a contract is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from .masking.addresses import without_passwords
from .rules.violation import UsageError
from .runner.closing import CLOSING, Closing
from .runner.option_sources import add_options, read_options

SUITE = f"{__package__}.suite"
MARK = "contract(rule): the rule this test of the suite judges"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options, unless another copy of the kit has done so."""
    other = _other_copy(pluginmanager)
    if other:
        raise pytest.UsageError(
            f"the contract kit is loaded twice, as {other} and as {__name__}: "
            f"uninstall one, or switch the installed one off with -p no:contract_tests.plugin"
        )
    add_options(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | None, int | None]:
    """Make the closing record, whatever ends the run."""
    config.stash[CLOSING] = run = Closing(config, os.environ)
    with run:
        run.decide((yield) or 0)
    return run.code


def pytest_configure(config: pytest.Config) -> None:
    """Read the options; join the run if an app was named."""
    config.addinivalue_line("markers", MARK)
    try:
        options = read_options(config)
        if options.app:
            from .runner.joining import join

            join(config, options)
    except UsageError as error:
        raise pytest.UsageError(without_passwords(str(error))) from None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say what is missing when the suite was collected without an app."""
    if SUITE in sys.modules and not config.pluginmanager.has_plugin(f"{__package__}.runner.run"):
        here = Path(__file__).parent
        if any(here in item.path.parents for item in items):
            raise pytest.UsageError(
                "the contract needs an app: add --contract-app package.module:attribute, "
                "or set contract_app in the ini file, or CONTRACT_APP"
            )


def _other_copy(pluginmanager: pytest.PytestPluginManager) -> str | None:
    for plugin in pluginmanager.get_plugins():
        name = getattr(plugin, "__name__", "")
        if name != __name__ and name.endswith(".plugin") and getattr(plugin, "MARK", "") == MARK:
            return str(name)
    return None
