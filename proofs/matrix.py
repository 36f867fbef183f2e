"""Run the contract against an app, in an interpreter of its own, and read the verdicts."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import multiprocessing
import os
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any, Protocol

from contract_tests.reports.terminal import message
from contract_tests.reports.timeline import evidence_lines
from contract_tests.rules.verdict import from_row

ROOT = Path(__file__).resolve().parent.parent
KIT = ROOT / "contract_tests"
PRELOADED = [
    "pytest",
    "fastapi",
    "pydantic_settings",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "hypothesis.strategies",
    "schemathesis",
    "schemathesis.openapi",
    # pytest imports the suite and the fixtures itself, and rewrites their asserts.
    *(
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for room in ("runner", "scenarios", "service", "generation", "instruments", "reports")
        for file in sorted((KIT / room).rglob("*.py"))
        if file.name not in {"__init__.py", "fixtures.py"} and "child_site" not in file.parts
    ),
]
LIMIT = 240.0
IS_WHOLE = os.environ.get("CONTRACT_MATRIX") == "whole"
EMBEDDED = ("sqlite", "sqlite-memory", "postgresql")
"""The databases that every machine has, or gets from pip."""

ENDING = 5.0


@dataclass(frozen=True)
class ContractResult:
    """A contract run that ended: its exit code, its report, what it printed, the report's file."""

    exit_code: int
    report: Mapping[str, Any]
    printed: str
    told_in: str = ""

    def rules(self, verdict: str) -> set[str]:
        """The ids of the rules with this verdict."""
        return {row["rule"] for row in self.report.get("verdicts", ()) if row["verdict"] == verdict}

    def messages(self, rule: str) -> str:
        """Everything said about a rule that is broken."""
        rows = [row for row in self.report.get("verdicts", ()) if row["rule"] == rule]
        return "\n".join(said(row) for row in rows if row["verdict"] == "broken")


def said(row: Mapping[str, Any]) -> str:
    """What a verdict says, and its evidence, as a person reads it."""
    verdict = from_row(row)
    return "\n".join([message(verdict), *evidence_lines(verdict.evidence)])


class Judged(Protocol):
    """An app that the contract is run on."""

    @property
    def locator(self) -> str:
        """Where it is."""

    @property
    def databases(self) -> tuple[str, ...]:
        """Where its contract holds."""


def databases_for(app: Judged) -> tuple[str, ...]:
    """All databases of an app in a night; by day one that needs no installation, by its name."""
    if IS_WHOLE:
        return app.databases
    by_day = [database for database in app.databases if database in EMBEDDED]
    return tuple(by_day[turn_of(app, len(by_day)) :][:1]) if by_day else ()


def turn_of(app: Judged, turns: int) -> int:
    """Which of some turns an app has: always the same one."""
    return zlib.crc32(app.locator.encode()) % turns


def run_contract(
    locator: str,
    database: str,
    *arguments: str,
    environ: Mapping[str, str] | None = None,
    project: Path | None = None,
) -> ContractResult:
    """Judge the app at `locator` on a database, with every rule unless `arguments` say otherwise.

    With a `project`, the run is in that folder, by its own pyproject.toml. A server process that
    has the heavy modules loaded is forked for each run, where the platform can fork.
    """
    context = _context()
    here, there = context.Pipe(duplex=False)
    call = (there, locator, database, arguments, dict(environ or {}), project)
    child = context.Process(target=_judge, args=call, daemon=False)
    child.start()
    there.close()
    try:
        if not here.poll(LIMIT):
            child.kill()
            raise TimeoutError(f"the contract on {locator} did not end within {LIMIT:.0f} s")
        ended = here.recv()
    except EOFError:
        raise RuntimeError(f"the contract on {locator} ended without a word") from None
    finally:
        child.join(ENDING)  # an app that leaves a thread behind keeps its process alive
        child.kill()
        child.join()
        here.close()
    return ContractResult(*ended)


def _context() -> SpawnContext | ForkServerContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _judge(
    there: Connection,
    locator: str,
    database: str,
    arguments: tuple[str, ...],
    environ: dict[str, str],
    project: Path | None,
) -> None:
    import pytest

    gc.freeze()  # what the server has loaded is no garbage: nobody needs to look through it
    os.environ |= environ
    os.chdir(project or ROOT)
    out = io.StringIO()
    told = contextlib.redirect_stdout(out), contextlib.redirect_stderr(out)
    with tempfile.TemporaryDirectory() as folder, told[0], told[1]:
        path = Path(folder) / "report.json"
        code = pytest.main(
            [
                str(ROOT / "contract_tests"),
                "-q",
                "-pno:cacheprovider",
                "--disable-plugin-autoload",
                "-pcontract_tests.plugin",
                "-c",
                str(project / "pyproject.toml") if project else os.devnull,
                f"--rootdir={project or ROOT}",
                "-W",
                "ignore::pytest.PytestAssertRewriteWarning",
                f"--contract-app={locator}",
                f"--contract-database={database}",
                f"--contract-report={path}",
                *arguments,
            ]
        )
        report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    there.send((int(code), report, out.getvalue(), str(path)))
