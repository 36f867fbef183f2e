"""The recipes: their settings are used and their commands are run, on a service written so."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from proofs.serving import served

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "recipes"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.stem != "index")
HEADING = re.compile(r"<!-- proof: (?P<app>\S+) (?P<database>\S+) (?P<rules>\S+) -->\n")
BLOCK = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)
LINES = 42
RUN = "contract-tests run"
SCRIPTS = ROOT / "proofs" / "migrating"
ALEMBIC = f"""\
[alembic]
script_location = {SCRIPTS}/scripts
version_locations = {SCRIPTS}/first:{ROOT}/proofs/innocent/migrating/note_added
path_separator = os
"""
MAIN = """\
from importlib import import_module, util

if util.find_spec("shop.settings"):
    from shop.settings import address
    import os

    os.environ["DATABASE_URL"] = address()

{name} = import_module("{module}").{attribute}
"""


@dataclass(frozen=True)
class Recipe:
    """A page, the service that it is tried on, and the rules that are asked for."""

    path: Path

    @property
    def text(self) -> str:
        """The whole page."""
        return self.path.read_text(encoding="utf-8")

    @property
    def proof(self) -> re.Match[str]:
        """The comment that says how it is carried out."""
        found = HEADING.match(self.text)
        assert found, f"{self.path.name} does not begin with how it is carried out"
        return found

    def blocks(self, kind: str) -> Iterator[re.Match[str]]:
        """Give the blocks of a kind."""
        return (block for block in BLOCK.finditer(self.text) if block["kind"] == kind)

    def commands(self) -> Iterator[str]:
        """Give the runs that the page shows, on a terminal or in a pipeline."""
        for block in self.blocks("console"):
            yield from (line.removeprefix("$ ") for line in block["text"].splitlines())
        for block in self.blocks("yaml"):
            yield from steps(yaml.safe_load(block["text"]))


def steps(part: object) -> Iterator[str]:
    """Give each text inside of a pipeline."""
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for each in inside:
        yield from [each] if isinstance(each, str) else steps(each)


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def recipe(request: pytest.FixtureRequest) -> Recipe:
    """Each recipe in turn."""
    return Recipe(request.param)


def test_a_recipe_is_short_and_listed(recipe: Recipe) -> None:
    """It is read at one glance, and the index leads to it."""
    assert len(recipe.text.splitlines()) <= LINES
    assert f"]({recipe.path.name})" in (FOLDER / "index.md").read_text(encoding="utf-8")


def test_the_code_of_a_recipe_is_that_of_its_service(recipe: Recipe) -> None:
    """What stands in no file of its own is a part of the service that the recipe is tried on."""
    module = importlib.import_module(recipe.proof["app"].partition(":")[0])
    files = [Path(str(module.__file__))]
    if files[0].name == "__init__.py":
        files = sorted(files[0].parent.glob("*.py"))
    source = flush(path.read_text(encoding="utf-8") for path in files)
    excerpts = [block["text"] for block in recipe.blocks("python") if not block["file"]]
    assert [text for text in excerpts if flush([text]) not in source] == []


def flush(texts: Iterable[str]) -> str:
    """Give all lines without their indentation."""
    return "\n".join(line.strip() for text in texts for line in text.splitlines())


def test_a_recipe_works(recipe: Recipe, tmp_path: Path) -> None:
    """Its settings suffice: the rules are decided, and upheld."""
    module, _, attribute = recipe.proof["app"].partition(":")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    made = {block["file"]: block["text"] for block in BLOCK.finditer(recipe.text) if block["file"]}
    settings = made["pyproject.toml"]
    name = "create_app" if ":create_app" in settings else "app"
    made["shop/main.py"] = MAIN.format(name=name, module=module, attribute=attribute)
    if "contract_migrations" in settings:
        made["backend/alembic.ini"] = ALEMBIC
    with contextlib.ExitStack() as stack:
        if "http://localhost:8000" in settings:
            server = served(recipe.proof["app"], str(tmp_path), is_factory=True)
            address, _ = stack.enter_context(server)
            made["pyproject.toml"] = settings.replace("http://localhost:8000", address)
        for file, text in made.items():
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(text, encoding="utf-8")
        for command in [each for each in recipe.commands() if each.startswith(RUN)]:
            done = carried_out(command, tmp_path, recipe.proof)
            assert done.returncode == 0, done.stdout + done.stderr
            rules = verdicts(tmp_path / "report.json")
            assert rules == dict.fromkeys(recipe.proof["rules"].split(","), "upheld"), done.stdout


def verdicts(report: Path) -> dict[str, str]:
    """Give the verdict on each rule: what could not be judged everywhere is upheld elsewhere."""
    rows = json.loads(report.read_text(encoding="utf-8"))["verdicts"]
    rows.sort(key=lambda row: row["verdict"] == "upheld")
    return {row["rule"]: row["verdict"] for row in rows}


def carried_out(
    command: str, folder: Path, proof: re.Match[str]
) -> subprocess.CompletedProcess[str]:
    """Run a command of a recipe in its project, for its rules alone."""
    words = [sys.executable, "-m", "contract_tests", *shlex.split(command)[1:]]
    environ = {name: v for name, v in os.environ.items() if not name.startswith("CONTRACT_")}
    environ |= {"PYTHONPATH": str(ROOT), "CONTRACT_RULE": proof["rules"]}
    environ["CONTRACT_REPORT"] = "report.json"
    if proof["database"] != "sqlite":
        environ["CONTRACT_DATABASE"] = proof["database"]
    return subprocess.run(
        [*words, "-p", "no:cacheprovider", "-p", "no:schemathesis"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_index_leads_to_every_recipe() -> None:
    """And to no other page."""
    text = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert {path.name for path in PAGES} == set(re.findall(r"\]\(([\w-]+\.md)\)", text))
