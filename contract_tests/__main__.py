"""The thin command: `contract-tests run|list|explain|prove`."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .rules import AREAS, Rule, needs_of, rule_of
from .runner.watching import watched

HERE = Path(__file__).resolve().parent
WIDTH = 96
PROOFS_INSTALLED = "pip install 'pytest-crud-contract[prove]'"
NO_PROOFS = f"the proof apps are not installed: {PROOFS_INSTALLED}"
SETTINGS = {
    "pytest.toml": "",
    ".pytest.toml": "",
    "pytest.ini": "",
    ".pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}
"""The files that pytest reads, in its order, and what makes one of them pytest's."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; the exit code is pytest's where pytest ran."""
    own, rest = _divided(list(sys.argv[1:] if arguments is None else arguments))
    asked = _parser().parse_args(own)
    try:
        return _carried_out(asked, rest)
    except BrokenPipeError:
        # Whoever read, such as `head`, has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _divided(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Divide the arguments into the command's and pytest's: all that follows the app."""
    if arguments[:1] == ["prove"] and arguments[1:2] not in (["-h"], ["--help"]):
        return arguments[:1], arguments[1:]
    if arguments[:1] == ["run"] and arguments[1:2] not in (["-h"], ["--help"]):
        own = 2 if arguments[1:2] and not arguments[1].startswith("-") else 1
        return arguments[:own], arguments[own:]
    return arguments, []


def _carried_out(asked: argparse.Namespace, rest: list[str]) -> int:
    match asked.command:
        case "run":
            return _run(asked.app, rest)
        case "list":
            code = _list()
        case "explain":
            code = _explain(asked.rules)
        case _:
            return _prove(rest)
    sys.stdout.flush()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("contract-tests", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser(
        "run",
        help="judge an app; every option of `pytest --help` under 'contract' may follow",
        epilog="example: contract-tests run myservice.main:app --contract-database postgresql",
    )
    run.add_argument(
        "app",
        nargs="?",
        metavar="MODULE:ATTRIBUTE|URL",
        help="the app, its factory, or where it runs",
    )
    commands.add_parser("list", help="all rules, a line each")
    explain = commands.add_parser("explain", help="a rule's promise, reason and fix")
    explain.add_argument("rules", nargs="+", metavar="ID")
    commands.add_parser(
        "prove", help="show every rule catching its broken apps and sparing the innocent ones"
    )
    return parser


def _run(app: str | None, rest: list[str]) -> int:
    named = ["--contract-app", app] if app else []
    settings = _settings_of(Path.cwd()) if "-c" not in rest else []
    # The plug-in's own name: harmless where the entry point has loaded it, needed in a copy.
    plugin = ["-p", f"{__package__}.plugin"]
    arguments = [str(HERE / "suite"), *plugin, *settings, *named, *rest]
    # Asked for its version, pytest loads no plug-in that could keep a record.
    is_version = {"-V", "--version"} & set(rest)
    return _pytest(arguments) if is_version else watched(_command(arguments))


def _settings_of(folder: Path) -> list[str]:
    """The settings of the project that one is in: pytest would look for those beside the suite."""
    for place in (folder, *folder.parents):
        for name, section in SETTINGS.items():
            if (place / name).is_file() and section in (place / name).read_text(encoding="utf-8"):
                return ["-c", str(place / name), "--rootdir", str(place)]
    return ["-c", os.devnull, "--rootdir", str(folder)]


def _pytest(arguments: list[str]) -> int:
    """Run pytest in an interpreter of its own: in this one the plug-in is imported too early."""
    return subprocess.call(_command(arguments))  # noqa: S603 - our own interpreter


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def _list() -> int:
    for area, rules in AREAS.items():
        print(area)  # noqa: T201 - this is what the command is for
        for rule in rules:
            print(f"  {rule.id}  {rule.level:<11}  {rule.statement}")  # noqa: T201
    return 0


def _explain(identifiers: Sequence[str]) -> int:
    try:
        rules = [rule_of(identifier) for identifier in identifiers]
    except LookupError as error:
        print(error.args[0], file=sys.stderr)  # noqa: T201
        return 2
    print("\n\n".join(explanation(rule) for rule in rules))  # noqa: T201
    return 0


def explanation(rule: Rule) -> str:
    """A rule: its promise, why it matters, how it is observed, what to do, who breaks it."""
    paragraphs = (
        ("why", rule.rationale),
        *(("seen", words) for words in _observations(rule)),
        ("fix", rule.fix),
        ("needs", ", ".join(needs_of(rule)) or "nothing special"),
        *(("broken", words) for words in _examples(rule)),
    )
    lines = [f"{rule.id} ({rule.level})", textwrap.fill(rule.statement, WIDTH)]
    for title, words in paragraphs:
        lines += ["", textwrap.fill(words, WIDTH, initial_indent=f"{title:<7}",
                                    subsequent_indent=" " * 7)]  # fmt: skip
    return "\n".join(lines)


def _observations(rule: Rule) -> list[str]:
    """Return the docstrings of the tests that judge a rule."""
    tests = [
        test
        for module in pkgutil.iter_modules([str(HERE / "suite")])
        for test in vars(importlib.import_module(f"{__package__}.suite.{module.name}")).values()
        if any(rule in mark.args for mark in getattr(test, "pytestmark", ()))
    ]
    return [" ".join((test.__doc__ or "").split()) for test in dict.fromkeys(tests)]


def _examples(rule: Rule) -> list[str]:
    """The apps that break a rule on purpose, or what to install to see them."""
    try:
        apps = _proofs().broken_apps()
    except LookupError as error:
        return [str(error.args[0])]
    return [f"{app.locator}: {app.defect}" for app in apps if app.rule == rule.id]


def _proofs() -> Any:
    """Import the catalogue of the proof apps. LookupError says what to install."""
    try:
        catalogue = importlib.import_module("proofs.catalogue")
        catalogue.broken_apps()
    except ModuleNotFoundError as error:
        if error.name in ("proofs", "proofs.catalogue"):
            raise LookupError(NO_PROOFS) from None
        raise LookupError(f"the proof apps need {error.name}: {PROOFS_INSTALLED}") from None
    return catalogue


def _prove(rest: list[str]) -> int:
    try:
        folder = Path(_proofs().__file__).parent
    except LookupError as error:
        print(error.args[0], file=sys.stderr)  # noqa: T201
        return 2
    matrices = [str(folder / f"test_{name}_matrix.py") for name in ("kill", "innocent")]
    return _pytest([*matrices, *rest])


if __name__ == "__main__":
    sys.exit(main())
