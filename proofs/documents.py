"""The parts of the documentation that come from the code. Run it to rewrite them."""

from __future__ import annotations

import functools
import itertools
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import yaml

from contract_tests.reports.formats import report_formats
from contract_tests.rules import AREAS, Rule
from contract_tests.runner.options import SETTINGS
from proofs.catalogue import broken_apps, innocent_apps
from proofs.kinds import databases_table
from proofs.matrix import run_contract

ROOT = Path(__file__).resolve().parent.parent
MARKED = re.compile(r"(<!-- (\w+) from the code -->\n).*?(<!-- end -->)", re.DOTALL)


def rules_table() -> str:
    """Every rule, with its level and statement, below the name of its area."""
    return "\n\n".join(_area_table(area, rules) for area, rules in AREAS.items())


def _area_table(area: str, rules: Sequence[Rule]) -> str:
    rows = [f"| {rule.id} | {rule.level} | {rule.statement} |" for rule in rules]
    return "\n".join([f"## {area}", "", "| rule | level | promise |", "|---|---|---|", *rows])


def options_table() -> str:
    """Every option, with its twins and its default."""
    lines = ["| option | ini key | environment | meaning | default |", "|---|---|---|---|---|"]
    for setting in SETTINGS:
        metavar = f" {setting.metavar}" if setting.metavar else ""
        shown = f"`{setting.flag}{metavar}`".replace("|", "\\|")
        lines.append(
            f"| {shown} | `{setting.key}` | `{setting.variable}` | {setting.help} "
            f"| {setting.default} |"
        )
    return "\n".join(lines)


def formats_table() -> str:
    """Every format of a report, with its option of a run and that of the command."""
    rows = [
        f"| `--contract-{name} FILE` | `--{name} FILE` | {made.words} |"
        for name, made in report_formats().items()
    ]
    return "\n".join(["| of a run | of `report` | writes |", "|---|---|---|", *rows])


def kill_matrix() -> str:
    """Which rule catches which broken app, on which databases."""
    return "\n".join(("# The kill matrix", "", *_kill_lines(), ""))


def _kill_lines() -> Iterator[str]:
    yield "Each app is the reference app with one defect. The contract runs against it; it must"
    yield "break the rule in the first column, in the words shown, and no other."
    yield "`proofs/test_kill_matrix.py` fails otherwise: by that rule, on one database, in every"
    yield "test run; by all rules, on all databases named, under `tox -e matrix`."
    yield ""
    yield "| rule | broken app | defect | on | the failure says |"
    yield "|---|---|---|---|---|"
    for app in broken_apps():
        rules = ", ".join((app.rule, *app.also))
        yield f"| {rules} | `{app}` | {app.defect} | {', '.join(app.databases)} | {app.says} |"


def innocent_matrix() -> str:
    """Which correct apps must not be accused, and why they look guilty."""
    return "\n".join(("# The innocent matrix", "", *_innocent_lines(), ""))


def _innocent_lines() -> Iterator[str]:
    yield "Each app is correct and looks guilty. The contract runs against it: an area or two"
    yield "on one of the databases in every test run, all of them on each of these under"
    yield "`tox -e matrix`;"
    yield "`proofs/test_innocent_matrix.py` fails if any required rule accuses it or cannot decide."
    yield ""
    yield "| innocent app | what it is | why it looks guilty | on |"
    yield "|---|---|---|---|"
    for app in innocent_apps():
        style = " ".join(app.style.split())
        yield f"| `{app}` | {style} | {app.looks} | {', '.join(app.databases)} |"


def failure() -> str:
    """A run against an app that commits too late, as the terminal shows it."""
    return _shown("proofs.broken.sessions:commit_in_teardown", "SES-03", "create and not invalid")


def disturbed() -> str:
    """What a sweep says of an app that does not clean up after a cancellation."""
    return _shown("proofs.broken.cancellation:closed_after_exceptions_only", "CAN-01", "read")


def explored() -> str:
    """What a failure says that was found by a request made from the document."""
    return _shown("proofs.broken.openapi:forgotten_report", "API-03", "others-boundary")


def sequence() -> str:
    """The program that shows a list to come from a cache."""
    app = "proofs.broken.crud_model:listed_from_a_cache"
    lines = run_contract(app, "sqlite", "--contract-rule", "CRU-32").printed.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("    row = create"))
    last = next(i for i, line in enumerate(lines) if "# expected" in line)
    return "\n".join(("```python", *(line.strip() for line in lines[first : last + 1]), "```"))


def _shown(app: str, rule: str, case: str) -> str:
    """One failure of an app, from its heading to its last line."""
    asked = ("--contract-rule", rule, "-k", f"{case} and not json")
    lines = run_contract(app, "sqlite", *asked).printed.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("____"))
    last = next(i for i, line in enumerate(lines) if line.startswith("  more "))
    shown = lines[first : last + 1]
    command = f"$ contract-tests run {app} --contract-rule {rule}"
    return "\n".join(("```console", command, *shown, "```"))


def header() -> str:
    """What a run says before its first test."""
    result = run_contract("reference_app:create_app", "sqlite", "--contract-rule", "SES-08", "-v")
    lines = result.printed.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("contract of"))
    return "\n".join(("```console", *lines[first : first + 3], "```"))


TIMES = re.compile(r"\d+ s$", re.MULTILINE)
"""The seconds at the ends of lines that `contract-tests demo` prints."""


def demo() -> str:
    """What the command for newcomers says, without its evidence."""
    return demonstrated(_printed_by_the_demo())


def evidence() -> str:
    """The evidence that the command for newcomers shows."""
    lines = _printed_by_the_demo().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("  SES-03"))
    shown = itertools.takewhile(str.strip, lines[first:])
    return "\n".join(("```text", *(line.removeprefix("  ") for line in shown), "```"))


@functools.cache
def _printed_by_the_demo() -> str:
    command = [sys.executable, "-m", "contract_tests", "demo"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def demonstrated(printed: str) -> str:
    """Cut what `contract-tests demo` prints down to a line for each shop, and the next step."""
    shown = [line for line in printed.splitlines() if line[:1].strip()]
    return "\n".join(("```console", "$ contract-tests demo", *shown, "```"))


def inputs_table() -> str:
    """Every input of the composite action, with its default."""
    lines = ["| input | meaning | default |", "|---|---|---|"]
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    for name, each in action["inputs"].items():
        default = f"`{each['default']}`" if each["default"] else ""
        lines.append(f"| `{name}` | {each['description']} | {default} |")
    return "\n".join(lines)


RUNS: dict[str, Callable[[], str]] = {
    "demo": demo,
    "evidence": evidence,
    "failure": failure,
    "disturbed": disturbed,
    "explored": explored,
    "sequence": sequence,
    "header": header,
}
"""Parts that a real run writes: renewed when this module is run, not compared by a proof."""

PARTS: dict[str, Callable[[], str]] = {
    "rules": rules_table,
    "options": options_table,
    "databases": databases_table,
    "formats": formats_table,
    "inputs": inputs_table,
}
"""Parts that are written from tables of the code, and compared with them by a proof."""

DOCUMENTS: dict[str, Callable[[], str] | None] = {
    "README.md": None,
    "docs/continuous-integration.md": None,
    "docs/disturbances.md": None,
    "docs/first-look.md": None,
    "docs/generated-requests.md": None,
    "docs/options.md": None,
    "docs/rules.md": None,
    "docs/verdicts.md": None,
    "docs/your-service.md": None,
    "docs/kill-matrix.md": kill_matrix,
    "docs/innocent-matrix.md": innocent_matrix,
}
"""Each document that is generated, whole where something makes it, else between its markers."""


def rendered(path: str) -> str:
    """What a document should say now."""
    make = DOCUMENTS[path]
    if make is not None:
        return make()
    text = (ROOT / path).read_text(encoding="utf-8")
    return _filled(text, PARTS)


def _filled(text: str, parts: dict[str, Callable[[], str]]) -> str:
    def part(found: re.Match[str]) -> str:
        return f"{found[1]}{parts[found[2]]()}\n{found[3]}" if found[2] in parts else found[0]

    return MARKED.sub(part, text)


if __name__ == "__main__":
    for name in DOCUMENTS:
        (ROOT / name).write_text(_filled(rendered(name), RUNS), encoding="utf-8")
