"""Join a pytest run: register the hooks and fixtures, and add the suite to what is collected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .closing import CLOSING
from .options import Options

KIT = Path(__file__).resolve().parent.parent


def join(config: pytest.Config, options: Options) -> None:
    """Make this pytest run a contract run."""
    from ..masking.mask import Mask
    from .printing import MaskedPrinting
    from .run import ContractRun
    from .secrets import secrets_of

    closing = config.stash.get(CLOSING, None)
    if closing is not None:
        closing.watch()
    mask = Mask(*secrets_of(options, os.environ))
    run = ContractRun(config, options, mask)
    config.pluginmanager.register(run, ContractRun.NAME)
    config.pluginmanager.register(MaskedPrinting(mask), MaskedPrinting.NAME)
    if options.allow_existing_database and "://" in options.app + options.database:
        from .existing import ExistingDatabase

        config.pluginmanager.register(ExistingDatabase(run), ExistingDatabase.NAME)
    config.pluginmanager.import_plugin(f"{__package__}.fixtures")
    # Workers get it from here: on their own they might read the date on another day.
    config.option.contract_seed = str(options.seed)
    _add_suite(config)


def _add_suite(config: pytest.Config) -> None:
    """A plain `pytest` runs the contract beside the team's tests; named paths are respected."""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return
    asked = [(config.invocation_params.dir / arg.split("::")[0]).resolve() for arg in config.args]
    if not any(path == KIT or path in KIT.parents for path in asked):
        config.args.append(str(KIT / "suite"))
        # The suite is found by its package, as with --pyargs: a conftest above it, such as the
        # one of a checkout the kit was installed from, is not this project's.
        config.pluginmanager._using_pyargs = True  # noqa: SLF001 - pytest has no public way
