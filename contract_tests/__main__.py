"""The door of the command line: finds the commands, and lets one be carried out."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence

from . import __version__, commands
from .commands import Command


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; the exit code is pytest's where pytest ran."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    found = found_commands()
    own = _own(found, given)
    asked = _parser(found).parse_args(given[:own])
    try:
        code = found[asked.command].act(asked, given[own:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read, such as `head`, has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _own(found: Mapping[str, Command], given: Sequence[str]) -> int:
    """Count the words that are not pytest's: the command, and those behind it that it takes."""
    words = given[1:]
    is_passing_on = given[:1] and given[0] in found and words[:1] not in (["-h"], ["--help"])
    return 1 + found[given[0]].own(words) if is_passing_on else len(given)


def found_commands() -> Mapping[str, Command]:
    """Import every module of `commands/`, and give their commands by name, in the help's order."""
    names = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    modules = {name: importlib.import_module(f"{commands.__name__}.{name}") for name in names}
    found = {name: module.COMMAND for name, module in modules.items()}
    return dict(sorted(found.items(), key=lambda named: named[1].place))


def _parser(found: Mapping[str, Command]) -> argparse.ArgumentParser:
    words = f"The thin command: `contract-tests {'|'.join(found)}`."
    parser = argparse.ArgumentParser("contract-tests", description=words)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parsers = parser.add_subparsers(dest="command", required=True)
    for name, command in found.items():
        made = parsers.add_parser(
            name,
            help=command.help,
            epilog=command.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.declare(made)
    return parser


if __name__ == "__main__":
    sys.exit(main())
