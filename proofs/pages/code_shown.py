"""The code of a proof app as a page shows it: its factory, and what it uses of its own modules."""

from __future__ import annotations

import ast
import difflib
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("proofs.broken.", "proofs.mended.")
TOOLS = ("proofs.broken.replacing", "proofs.broken.starting")
"""Ways to replace a part of the reference app: every reader of two pages knows them."""

OWN = ("proofs.broken", "proofs.mended")
"""Where the marks of proof apps are, which say nothing to somebody who reads one app."""


@dataclass(frozen=True)
class Definition:
    """A statement at the top of a module, with the names that it binds and that it uses."""

    text: str
    binds: frozenset[str]
    uses: frozenset[str]


@dataclass(frozen=True)
class Module:
    """What a file defines, in its order, and where it has each of its other names from."""

    definitions: tuple[Definition, ...]
    imports: dict[str, tuple[str, str]]
    """By the name in this module: the module it is from, and how it is imported from there."""


def code_of(locator: str) -> str:
    """Return the code of an app, with the imports that it needs."""
    code = _collected(locator)
    return "\n\n\n".join([*code.import_lines(), *code.parts.values()]) + "\n"


def change(before: str, after: str) -> str:
    """Return what differs between two apps, as a diff of their imports and of each definition."""
    old, new = _collected(before), _collected(after)
    gone = [name for name in old.parts if name not in new.parts]
    come = [name for name in new.parts if name not in old.parts]
    pairs = [(old.import_lines(), new.import_lines())]
    # A definition that was renamed stands for the one that it was made of.
    others = dict(zip(gone, come, strict=False))
    for name, text in old.parts.items():
        pairs.append(([text], [new.parts.get(others.get(name, name), "")]))
    pairs += [([], [new.parts[name]]) for name in come if name not in others.values()]
    return "\n\n".join(filter(None, (_difference(*map("\n".join, pair)) for pair in pairs))) + "\n"


def _difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    kept = [line for line in lines if not line.startswith(("---", "+++"))]
    return "\n".join("" if line.startswith("@@") else line for line in kept).strip("\n")


@dataclass(frozen=True)
class Collected:
    """The definitions that an app needs, by their names, and the names that they import."""

    parts: dict[str, str] = field(default_factory=dict)
    imports: dict[str, set[str]] = field(default_factory=dict)
    """By the module they are from; a module itself is imported as the empty name."""

    def import_lines(self) -> list[str]:
        """Return a line for each module, as one text if there are any."""
        lines = [
            f"from {module} import {', '.join(sorted(names))}"
            if names != {""}
            else f"import {module}"
            for module, names in sorted(self.imports.items())
        ]
        return ["\n".join(lines)] if lines else []


def _collected(locator: str) -> Collected:
    module, _, name = locator.partition(":")
    code = Collected()
    _collect(module, {name}, code)
    return code


def _collect(module: str, wanted: set[str], code: Collected) -> None:
    """Add the definitions with these names, and before each what it uses."""
    read = read_module(module)
    needed = _reached(read, wanted)
    for name in sorted(needed & read.imports.keys()):
        source, imported = read.imports[name]
        if source.startswith(FOLDERS) and source not in TOOLS:
            _collect(source, {name}, code)
        elif source not in OWN:
            code.imports.setdefault(source, set()).add(imported)
    for definition in read.definitions:
        if found := definition.binds & needed:
            code.parts[min(found)] = definition.text


def _reached(module: Module, wanted: set[str]) -> set[str]:
    """Return the names that those wanted lead to."""
    needed, asked = set(wanted), list(wanted)
    while asked:
        name = asked.pop()
        for definition in module.definitions:
            if name in definition.binds:
                new = definition.uses - needed
                needed |= new
                asked += new
    return needed


@functools.cache
def read_module(name: str) -> Module:
    """Read a module of the proofs, without importing it."""
    path = ROOT.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = file.read_text(encoding="utf-8")
    imports: dict[str, tuple[str, str]] = {}
    definitions: list[Definition] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= dict(_imported(node))
        elif binds := frozenset(_bound(node)):
            definitions.append(Definition(_source(text, node), binds, frozenset(_used(node))))
    return Module(tuple(definitions), imports)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, tuple[str, str]]]:
    for alias in node.names:
        renamed = f" as {alias.asname}" if alias.asname else ""
        bound = alias.asname or alias.name.partition(".")[0]
        if isinstance(node, ast.Import):
            yield bound, (f"{alias.name}{renamed}", "")
        else:
            source = node.module or ""
            yield bound, (source, f"{alias.name}{renamed}")


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _used(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id


def _source(text: str, node: ast.stmt) -> str:
    """Return the text of a definition without the mark of a proof app."""
    lines = text.splitlines()
    marks = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(mark.lineno for mark in marks if not _is_mark(mark))])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _is_mark(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id in {"breaks", "mends"}
