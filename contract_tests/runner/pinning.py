"""A pytest plug-in that runs no test: it writes the interface of the service under contract.

`contract-tests pin` loads it by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.main import wrap_session

from ..rules.violation import OutOfTime, Undecided, UsageError
from .option_values import REFERENCE
from .options import PINNED, Options
from .pinned import is_interface, read_pinned

if TYPE_CHECKING:
    from ..scenarios.interface.writing import Renewal
    from .run import ContractRun

HINT = "# A run tells where the service differs. A line that is deleted is not judged.\n"
NO_APP = (
    "name the app: contract-tests pin package.module:attribute, or contract_app in the ini file"
)


def _add_flags(parser: pytest.Parser) -> None:
    """Declare the flags of the command."""
    for flag in ("check", "all"):
        parser.addoption(f"--pin-{flag}", action="store_true", help=f"what `pin --{flag}` asks")


@pytest.hookimpl(tryfirst=True)
def _write_instead(config: pytest.Config) -> int | pytest.ExitCode:
    """Write the interface in place of running tests."""
    # Workers of pytest-xdist would have nothing to do.
    vars(config.option).update(dist="no", tx=[], numprocesses=None)
    # pytest's own options that run no test call it as well; there is no public way.
    return wrap_session(config, _pin)


pytest_addoption = _add_flags
pytest_cmdline_main = _write_instead


def _pin(config: pytest.Config, session: pytest.Session) -> int:
    from .run import ContractRun

    run = config.pluginmanager.get_plugin(ContractRun.NAME)
    if run is None:
        raise pytest.UsageError(NO_APP)
    try:
        path = _target(run.options)
        old = _read(path)
        new = _renewed(run, old, is_whole=config.option.pin_all)
        if new.text != old and not config.option.pin_check:
            _write(path, new.text)
    except (UsageError, Undecided, OutOfTime) as error:
        raise pytest.UsageError(run.mask(str(error))) from None
    finally:
        run.close()
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    for line in _changes(path.name, old, new, is_check=config.option.pin_check):
        reporter.write_line(run.mask(line))
    return int(new.text != old and config.option.pin_check)


def _renewed(run: ContractRun, old: str, *, is_whole: bool) -> Renewal:
    """Bring the text of the file up to date, or begin one; no secret is in it."""
    from ..scenarios.interface import observe_interface
    from ..scenarios.interface.writing import renew_text

    service = run.service
    if service.trail.gone:
        raise UsageError(f"there is no interface to pin: {service.trail.gone}")
    title = f"# The interface of {run.options.app}, as `contract-tests pin` has found it.\n{HINT}"
    new = renew_text(old or title, observe_interface(service), is_whole=is_whole or not old)
    new.text = run.mask(new.text)
    return new


def _target(options: Options) -> Path:
    """Return the file to write. Raises `UsageError` for the one that comes with the kit."""
    path = options.pinned or Path(PINNED)
    if path == REFERENCE:
        raise UsageError(
            "the reference interface is not yours to write; name a file: "
            "contract-tests pin --contract-interface contract.toml"
        )
    return path


def _read(path: Path) -> str:
    """Return the text of a file, if it is there. Raises `UsageError` if it is no interface."""
    if not path.exists():
        return ""
    if not is_interface(path) and path.read_text(encoding="utf-8").strip():
        raise UsageError(
            f"{path} has no key of a pinned interface, and stays as it is; name another file: "
            "contract-tests pin --contract-interface interface.toml"
        )
    read_pinned(path)
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    """Write the file, and its folder. Raises `UsageError` if that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _changes(name: str, old: str, new: Renewal, *, is_check: bool) -> Iterator[str]:
    """Give the lines that say what was written, or would be."""
    yield from new.changes if old else ()
    if new.left_out:
        yield f"not in {name}, so not judged: {', '.join(new.left_out)} (--all pins them)"
    count = f"{len(new.changes)} {'change' if len(new.changes) == 1 else 'changes'}"
    if not old:
        verb = "would be written" if is_check else "is written; review it and keep it with the code"
        yield f"{name} {verb}"
    elif new.changes:
        yield f"{name} {'would have' if is_check else 'has'} {count}"
    else:
        yield f"{name} is up to date"
