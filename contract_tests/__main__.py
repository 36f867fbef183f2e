"""The door of the command line: finds the commands, and lets one be carried out."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import __version__, commands
from .commands import Command

SHELLS = ("bash", "zsh", "tcsh")
COMPLETION = "pip install 'pytest-crud-contract[completion]'"


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


class PrintCompletion(argparse.Action):
    """Prints the script that lets a shell complete commands, options and rules, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *given: Any) -> None:
        """Print it for the shell that was named."""
        try:
            import shtab
        except ModuleNotFoundError:
            parser.exit(2, f"shtab is not installed: {COMPLETION}\n")
        whole = _parser(found_commands(), has_hints=True)
        for each in _actions(whole):
            if each.type is Path:
                each.complete = shtab.FILE  # type: ignore[attr-defined]  # as shtab has it
        print(shtab.complete(whole, given[1]))  # noqa: T201 - this is what it is for
        parser.exit()


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Give what the parser takes, and what those of its commands take."""
    for action in parser._actions:  # noqa: SLF001 - argparse shows them in no other way
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for below in action.choices.values():
                yield from _actions(below)


def _parser(found: Mapping[str, Command], *, has_hints: bool = False) -> argparse.ArgumentParser:
    words = f"The thin command: `contract-tests {'|'.join(found)}`."
    parser = argparse.ArgumentParser("contract-tests", description=words)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        choices=SHELLS,
        help="print the script that completes words in this shell, and end",
    )
    parsers = parser.add_subparsers(dest="command", required=True)
    for name, command in found.items():
        made = parsers.add_parser(
            name,
            help=command.help,
            epilog=command.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.declare(made)
        if has_hints:
            command.hint(made)
    return parser


if __name__ == "__main__":
    sys.exit(main())
