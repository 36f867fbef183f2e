"""Join a pytest run: register the hooks and fixtures, and add the suite to what is collected."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Protocol

import pytest

from ..reports.partial import is_special
from ..rules.violation import UsageError
from .closing import CLOSING
from .copies.place import require_libraries
from .option_sources import refuse_misspelt
from .options import Options

if TYPE_CHECKING:
    from ..masking.mask import Mask

KIT = Path(__file__).resolve().parent.parent


class Plugin(Protocol):
    """An object with hooks, and the name that it is registered under."""

    NAME: str


def join(config: pytest.Config, options: Options) -> None:
    """Make this pytest run a contract run."""
    require_libraries(KIT)
    from ..masking.mask import Mask
    from .secrets import secrets_of

    refuse_misspelt()
    _require_places(options)
    closing = config.stash.get(CLOSING, None)
    if closing is not None:
        closing.watch()
    mask = Mask(*secrets_of(options, os.environ))
    for plugin in _plugins(config, options, mask):
        config.pluginmanager.register(plugin, plugin.NAME)
    config.pluginmanager.import_plugin(f"{__package__}.fixtures")
    # pytest-xdist hands `config.option` on: on their own, workers might read the date another day.
    config.option.contract_seed = str(options.seed)
    _add_suite(config)


def _plugins(config: pytest.Config, options: Options, mask: Mask) -> Iterator[Plugin]:
    """Give the plug-in objects of a contract run.

    Their order counts: of hooks that want to be first, the one registered last is called first. No
    report is seen before it is masked, and a database that is borrowed is given back before the
    outcome is decided.
    """
    from ..reports.files import ReportFiles
    from ..service.budget import Budget
    from .existing import ExistingDatabase
    from .printing import MaskedPrinting
    from .progress import Progress
    from .results import Results
    from .run import ContractRun
    from .scopes import Scopes
    from .selection import Selection
    from .spreading import is_worker
    from .timekeeping import CLOCK, Timekeeping
    from .verdicts import Verdicts

    selection = Selection(options)
    budget = Budget(options.seconds, config.stash.get(CLOCK, time.monotonic))
    timekeeping = Timekeeping(config, budget, selection)
    run = ContractRun(config, options, mask, selection, timekeeping)
    results = Results(run, selection, ReportFiles(options.reports, os.environ))
    yield from (selection, run, Verdicts(run), results, timekeeping)
    if not is_worker(config):
        yield Progress(config, timekeeping)
    yield MaskedPrinting(mask)
    if options.allow_existing_database and "://" in options.app + options.database:
        yield ExistingDatabase(run)
    else:
        yield Scopes(selection)


def _require_places(options: Options) -> None:
    """Raise `UsageError` for a place that cannot be written, or a file that is named twice."""
    single = {"report": options.report, "corpus": options.corpus}
    named: dict[Path, str] = {}
    for setting, place in {**single, **options.reports}.items():
        if place is None:
            continue
        _require_writable(setting, place)
        first = named.setdefault(place.absolute(), setting)
        if first != setting and not is_special(place):
            both = f"--contract-{first} and --contract-{setting}"
            raise UsageError(f"{both}: {place} is named for both; name a file for each")


def _require_writable(setting: str, place: Path) -> None:
    """Make the folder that something is to be written into. Raises `UsageError` if it cannot be."""
    folder = place if setting == "corpus" else place.parent
    try:
        if setting != "corpus" and is_special(place):
            return  # it was there before the run, and its folder is nobody's
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
        if place.is_dir() and setting != "corpus":
            raise IsADirectoryError(errno.EISDIR, "Is a directory; name a file")
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(
            f"--contract-{setting} (contract_{setting}, CONTRACT_{setting.upper()}): "
            f"{place} cannot be written: {reason}"
        ) from None


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
