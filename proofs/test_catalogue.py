"""The catalogue is whole: rules, tests, broken apps and documentation name the same ids."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from contract_tests.rules import AREAS, RULES, Rule, rule_of
from proofs.catalogue import broken_apps
from proofs.documents import DOCUMENTS, rendered

ROOT = Path(__file__).resolve().parent.parent
KIT = ROOT / "contract_tests"
SUITE = KIT / "suite"
PREFIX = {
    "schema": "SCH",
    "migrations": "MIG",
    "sessions": "SES",
    "crud": "CRU",
    "payloads": "PAY",
    "openapi": "API",
    "interface": "PIN",
    "lifespan": "LIF",
    "settings": "SET",
    "replicas": "REP",
    "errors": "ERR",
    "failures": "FAI",
    "cancellation": "CAN",
    "disconnect": "DIS",
    "concurrency": "CON",
}
QUESTION = re.compile(r"\s*(What|Whatever|Whether|How|Which|Whichever|Where|Who|Whose|Why)\b")
MODULES = [str(path.relative_to(KIT)) for path in sorted(KIT.rglob("*.py"))]


def judged(area: str) -> set[str]:
    """The ids of the rules that the area's suite files mark tests with."""
    found: set[str] = set()
    for path in SUITE.glob(f"test_{area}*.py"):
        found |= set(re.findall(r'@judges\("([A-Z]{3}-\d\d)"\)', path.read_text(encoding="utf-8")))
    return found


def constants(area: str) -> list[tuple[str, Rule]]:
    """The constants of an area, from every file of its words, and their rules."""
    stems = sorted(path.stem for path in (KIT / "rules").glob(f"{area}*.py"))
    modules = [importlib.import_module(f"contract_tests.rules.{stem}") for stem in stems]
    return [(n, v) for module in modules for n, v in vars(module).items() if isinstance(v, Rule)]


def docstrings(module: str) -> list[str]:
    """Return the docstrings of a module, its classes, functions and attributes."""
    nodes = ast.walk(ast.parse((KIT / module).read_text(encoding="utf-8")))
    texts = [node.value for node in nodes if isinstance(node, ast.Expr)]
    return [n.value for n in texts if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def test_ids_are_unique_and_numbered_by_area() -> None:
    """Two rules never share an id, and an id tells its area."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    for area, rules in AREAS.items():
        assert [rule for rule in rules if not rule.id.startswith(f"{PREFIX[area]}-")] == []


@pytest.mark.parametrize("area", AREAS)
def test_every_rule_of_an_area_is_in_its_catalogue_and_judged(area: str) -> None:
    """A constant that is not in RULES, or has no test, is red."""
    named = constants(area)
    assert set(AREAS[area]) == {rule for _, rule in named}
    assert judged(area) == {rule.id for _, rule in named}
    assert [name for name, _ in named] == [rule.id.replace("-", "_") for _, rule in named]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_statement_is_one_promise(rule: Rule) -> None:
    """A statement has one MUST, MUST NOT, SHOULD or SHOULD NOT, by its level, and no "and"."""
    (word,) = re.findall(r"\b(MUST|SHOULD)\b(?: NOT\b)?", rule.statement)
    valid = {"required": {"MUST"}, "recommended": {"SHOULD"}, "preview": {"MUST", "SHOULD"}}
    assert word in valid[rule.level]
    assert not re.search(r"\band\b", rule.statement)
    assert rule.statement.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_words_are_no_names_of_the_code(rule: Rule) -> None:
    """No word that a user reads is the name of a constant."""
    assert not re.search(r"[A-Z]{3}_\d\d", f"{rule.statement} {rule.rationale} {rule.fix}")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_statement_denies_its_verb(rule: Rule) -> None:
    """In RFC 2119 "No request MUST fail" obliges no request: the denial is "MUST NOT"."""
    assert not re.match(r"(No|None|Nothing|Nobody|Neither)\b", rule.statement)


def test_every_rule_has_a_broken_app() -> None:
    """A rule that nothing breaks on purpose has not been seen to be able to fail."""
    assert {rule.id for rule in RULES} == {app.rule for app in broken_apps()}


def test_every_broken_app_says_its_defect() -> None:
    """Each broken app has a docstring of one sentence and names a rule that exists."""
    for app in broken_apps():
        assert app.defect.endswith("."), app.locator
        assert rule_of(app.rule).id == app.rule


def test_a_docstring_asks_no_question() -> None:
    """A docstring begins with a verb or states a fact, never with a question word."""
    asking = [(name, text) for name in MODULES for text in docstrings(name) if QUESTION.match(text)]
    assert asking == []


STRUCK = """
    nursery bear mother birth mishap mishaps aftermath deck decks crowd funnel ledger astray strands
    sabotage lives trials calm restless belated wholes confuses revives laxity excuse doubts
    shortening severance queueing holdings heard alarm surprise player struck meetings hindered
"""
"""House words that the glossary's have replaced."""


def names() -> list[str]:
    """Give the names of all modules, classes and functions of the kit."""
    found = [path.stem for path in KIT.rglob("*.py")]
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for path in KIT.rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found += [node.name for node in nodes if isinstance(node, kinds)]
    return found


def glossary() -> list[str]:
    """Give the words of CONTRIBUTING's glossary."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = page.partition("## Glossary")[2].partition("## Habits")[0]
    return [row.split("|")[1].strip() for row in table.splitlines() if row.startswith("| ")][1:]


def test_the_glossary_is_short_and_in_use() -> None:
    """At most fifty words, each of which the kit's own texts use."""
    words = glossary()
    files = [*KIT.rglob("*.py"), *(ROOT / "proofs").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files).lower()
    code = f"{text} {' '.join(names())}".lower().replace("_", " ")
    assert len(words) <= 50
    assert [word for word in words if word not in code] == []


def test_no_struck_word_names_anything() -> None:
    """A reader meets no metaphor of the house in a module, a class or a function."""
    struck = set(STRUCK.split())
    parts = {name: re.findall(r"[a-z]+|[A-Z][a-z]*", name) for name in names()}
    assert [name for name, found in parts.items() if struck & {p.lower() for p in found}] == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_generated_document_is_up_to_date(path: str) -> None:
    """The pages say what the code says; `python -m proofs.documents` rewrites them."""
    assert (ROOT / path).read_text(encoding="utf-8") == rendered(path)
