"""The kit and the command line of Schemathesis, side by side on the same apps.

`python -m proofs.side_by_side RESULTS.jsonl` tries every ninth broken app of the areas that both
look at, and every ninth innocent app, with seeds 1 to 5, and adds a line for each try; what is
there already is not tried again. `--table` prints what the lines say.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from contract_tests.rules import AREAS
from proofs.catalogue import broken_apps, innocent_apps
from proofs.serving import served

AREAS_OF_BOTH = ("openapi", "payloads", "crud")
RULES = [rule for area in AREAS_OF_BOTH for rule in AREAS[area] if rule.level != "preview"]
SEEDS = range(1, 6)
ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 600


@dataclass(frozen=True)
class Try:
    """One run of one tool on one app: what it found, how much it sent, what it cost.

    `cpu` is in seconds, that of the app included.
    """

    tool: str
    app: str
    rule: str
    seed: int
    found: tuple[str, ...]
    cases: int
    seconds: float
    cpu: float


def apps() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Locator, the rule it breaks (or nothing), and the options the kit needs for it."""
    ids = {rule.id for rule in RULES}
    theirs = [app for app in broken_apps() if app.rule in ids and "sqlite" in app.databases]
    yield from ((app.locator, app.rule, ()) for app in theirs[::9])
    innocent = [app for app in innocent_apps() if "sqlite" in app.databases and not app.arguments]
    yield from ((app.locator, "", app.arguments) for app in innocent[::9])


def timed(command: list[str], environ: dict[str, str], folder: str) -> tuple[float, float]:
    """Wall and CPU seconds of a command and all it started and waited for."""
    began = time.monotonic()
    with (Path(folder) / "printed.txt").open("w") as printed:
        child = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environ, stdout=printed, stderr=printed
        )
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime


def by_kit(app: str, rule: str, seed: int, arguments: tuple[str, ...]) -> Try:
    """Judge by the areas that both look at, with nothing kept from an earlier run."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "contract_tests",
            "run",
            app,
            "-q",
            "-pno:cacheprovider",
            "-pno:schemathesis",
            "--contract-rule",
            ",".join(each.id for each in RULES),
            f"--contract-seed={seed}",
            f"--contract-report={report}",
            *arguments,
        ]
        seconds, cpu = timed(command, {}, folder)
        rows = json.loads(report.read_text())["verdicts"] if report.exists() else []
        found = sorted({row["rule"] for row in rows if row["verdict"] == "broken"})
        text = (Path(folder) / "printed.txt").read_text()
        cases = text.partition("made from the document: ")[2].partition(" ")[0]
    return Try("kit", app, rule, seed, tuple(found), int(cases or 0), seconds, cpu)


def by_command_line(app: str, rule: str, seed: int, *options: str) -> Try:
    """All checks, all phases, the defaults otherwise, unless there are `options`."""
    with tempfile.TemporaryDirectory() as folder, served(app, folder) as (address, server):
        report = Path(folder) / "report.json"
        command = [
            "st",
            "run",
            f"{address}/openapi.json",
            "-c",
            "all",
            "--continue-on-failure",
            f"--seed={seed}",
            f"--report-json-path={report}",
            *options,
        ]
        before = cpu_of(server.pid)
        seconds, cpu = timed(command, {}, folder)
        cpu += cpu_of(server.pid) - before
        told = json.loads(report.read_text()) if report.exists() else {}
        found = sorted({failure["type"] for failure in told.get("failures", ())})
        cases = told.get("test_cases", {}).get("generated", 0)
    return Try("st", app, rule, seed, tuple(found), cases, seconds, cpu)


def cpu_of(pid: int) -> float:
    """CPU seconds a running process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def collect(results: Path) -> None:
    """Try what has not been tried, a line each."""
    known = {(each.tool, each.app, each.seed) for each in read(results)}
    for seed in SEEDS:
        for app, rule, arguments in apps():
            for tool in ("kit", "st"):
                if (tool, app, seed) in known:
                    continue
                found = (
                    by_kit(app, rule, seed, arguments)
                    if tool == "kit"
                    else by_command_line(app, rule, seed)
                )
                with results.open("a") as lines:
                    lines.write(json.dumps(asdict(found)) + "\n")
                print(found)


def read(results: Path) -> list[Try]:
    """What the lines say."""
    if not results.exists():
        return []
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    return [Try(**(row | {"found": tuple(row["found"])})) for row in rows]


def table(tries: list[Try]) -> Iterator[str]:
    """One row an app: in how many of its tries each tool found something, and what that cost."""
    yield "| app | breaks | kit | command line | kit: cases, CPU s | command line: cases, CPU s |"
    yield "|---|---|---|---|---|---|"
    for app, rule in dict.fromkeys((each.app, each.rule) for each in tries):
        cells = [cell(tries, app, tool) for tool in ("kit", "st")]
        name = app.removeprefix("proofs.")
        yield (
            f"| `{name}` | {rule or 'nothing'} | {cells[0][0]} | {cells[1][0]} "
            f"| {cells[0][1]} | {cells[1][1]} |"
        )


def cell(tries: list[Try], app: str, tool: str) -> tuple[str, str]:
    """How often something was found, and the mean cost of a try."""
    ours = [each for each in tries if (each.app, each.tool) == (app, tool)]
    if not ours:
        return "-", "-"
    hits = [each for each in ours if each.found]
    words = ", ".join(sorted({word for each in hits for word in each.found}))
    cases = sum(each.cases for each in ours) / len(ours)
    cpu = sum(each.cpu for each in ours) / len(ours)
    return f"{len(hits)}/{len(ours)} {words}".strip(), f"{cases:.0f}, {cpu:.1f}"


def main() -> None:
    """Collect results, or print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--table", action="store_true", help="print the table of the results")
    asked = parser.parse_args()
    if asked.table:
        print("\n".join(table(read(asked.results))))
    else:
        collect(asked.results)


if __name__ == "__main__":
    main()
