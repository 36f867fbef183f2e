"""The kit, Schemathesis, a suite by hand, frontrun and pytest-alembic on the same apps.

`python -m proofs.peers.compare RESULTS.jsonl` tries each tool on each app that it can look at, and
adds a line for each try; what is there already is not tried again. `--table` prints what the lines
say. It needs `pip install frontrun pytest-alembic`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from contract_tests.rules import AREAS, RULES
from proofs.broken import BrokenApp
from proofs.catalogue import broken_apps
from proofs.side_by_side import by_command_line

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 600
SOUND = "reference_app:create_app"
CHOSEN = (
    "sessions:commit_in_teardown",
    "sessions_connections:bare_yield",
    "cancellation:closed_after_exceptions_only",
    "errors_cleanup:two_commits",
    "disconnect:early_return",
    "concurrency:whole_row_written_back",
    "crud_changes:update_without_where",
    "payloads_bodies:log_of_the_name",
    "migrations:two_heads",
    "migrations:index_dropped",
    "migrations:not_null_without_default",
)
TOOLS = ("kit", "schemathesis", "by hand", "frontrun", "pytest-alembic")
SERVED = ("SES", "CAN", "ERR", "DIS", "CON", "CRU", "PAY")
ABOUT = {
    "schemathesis": SERVED,
    "by hand": SERVED,
    "frontrun": ("CON",),
    "pytest-alembic": ("MIG",),
}
"""The areas that a tool can look at; the kit looks at all."""

QUIET = ("-q", "-pno:schemathesis", "-pno:cacheprovider", "-c", os.devnull, "--rootdir", str(ROOT))


@dataclass(frozen=True)
class Result:
    """The findings of one tool on one app, in the words of the tool."""

    tool: str
    app: str
    rule: str
    found: tuple[str, ...]


def chosen() -> Iterator[BrokenApp]:
    """Give the broken apps that are compared, in their order."""
    known = {str(app): app for app in broken_apps()}
    return (known[name] for name in CHOSEN)


def tries() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Give each tool with each app that it is about: locator, rule, and the options of the kit."""
    for app in chosen():
        for tool in TOOLS:
            if app.rule[:3] in ABOUT.get(tool, (app.rule[:3],)):
                yield tool, app.locator, app.rule, app.arguments
    for tool in TOOLS[:-1]:
        yield tool, SOUND, "", ()


def found(tool: str, app: str, rule: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the findings of a tool on an app."""
    match tool:
        case "kit":
            return by_kit(app, rule, arguments)
        case "schemathesis":
            return by_command_line(app, "", 1).found
        case "by hand":
            return failed("proofs/peers/by_hand.py", "asyncio", PEERS_APP=app)
        case "frontrun":
            return by_frontrun(app)
    return failed("proofs/peers/by_alembic.py", "pytest_alembic", PEERS_MIGRATIONS=arguments[1])


def by_kit(app: str, rule: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rules that are broken, of the area of a rule or, without one, of all areas."""
    area = next((rules for rules in AREAS.values() if rule in {each.id for each in rules}), RULES)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        asked = f"--contract-rule={','.join(each.id for each in area)}"
        told = (f"--contract-report={report}", "--contract-profile=quick")
        options = [asked, *told, *arguments, *QUIET]
        done("-m", "contract_tests", "run", app, *options)
        rows = json.loads(report.read_text(encoding="utf-8"))["verdicts"]
    return tuple(sorted({row["rule"] for row in rows if row["verdict"] == "broken"}))


def by_frontrun(app: str) -> tuple[str, ...]:
    """Return the first line that it says of an order, if there is one in which a change is lost."""
    try:
        printed = done("-W", "ignore", "-m", "proofs.peers.two_at_once", app).stdout.splitlines()
    except subprocess.TimeoutExpired:
        return (f"no end within {PATIENCE} s",)
    holds, told = printed[0].partition(" ")[0], printed[1]
    return () if holds == "True" else (told,)


def failed(file: str, plugin: str, **environ: str) -> tuple[str, ...]:
    """Return the names of the tests that fail."""
    loaded = ["-p", plugin] if plugin == "pytest_alembic" else []
    printed = done("-m", "pytest", file, *QUIET, *loaded, **environ).stdout
    lines = [line for line in printed.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return tuple(line.partition("::")[2].partition(" ")[0] for line in lines)


def done(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the root of the repository."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def read(results: Path) -> list[Result]:
    """Return what the lines say."""
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    rows = [json.loads(line) for line in lines]
    return [Result(**(row | {"found": tuple(row["found"])})) for row in rows]


def collect(results: Path) -> None:
    """Try what has not been tried, a line each."""
    known = {(each.tool, each.app) for each in read(results)}
    for tool, app, rule, arguments in tries():
        if (tool, app) not in known:
            result = Result(tool, app, rule, found(tool, app, rule, arguments))
            with results.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(result)) + "\n")
            print(result, flush=True)


def table(results: list[Result]) -> Iterator[str]:
    """Give a row for each app: the findings of each tool."""
    yield f"| app | breaks | {' | '.join(TOOLS)} |"
    yield f"|---|---|{'---|' * len(TOOLS)}"
    for app, rule in dict.fromkeys((each.app, each.rule) for each in results):
        told = {each.tool: each.found for each in results if each.app == app}
        cells = [", ".join(told[tool]) or "nothing" if tool in told else "" for tool in TOOLS]
        yield f"| `{app.removeprefix('proofs.')}` | {rule or 'nothing'} | {' | '.join(cells)} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    if asked.table:
        print("\n".join(table(read(asked.results))))
    else:
        collect(asked.results)
