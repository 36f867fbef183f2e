"""The links of a page, made fit for the site: rules have pages, and code is in the repository."""

from __future__ import annotations

import posixpath
import re
import tomllib

from contract_tests.rules import RULES
from proofs.pages.code_shown import ROOT

IDS = {rule.id for rule in RULES}
FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"\A<!--[^\n]*-->\n")
LINK = re.compile(r"\]\((\.\./[^)#\s]*)(#[^)\s]*)?\)")
NAMED = re.compile(r"(?<![\[`])`([A-Z]{3}-\d\d)`(?!\])")
ROW = re.compile(r"^\| ([A-Z]{3}-\d\d)(?=[ ,])", re.MULTILINE)
COPIED = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "reference_app/README.md": "reference-app.md",
}
"""Files outside of docs/ that are pages of the site as well, and their names there."""


def source_url() -> str:
    """Return the address of the repository."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["urls"]["Source"])


def for_site(markdown: str, page: str) -> str:
    """Return the text of a page with links that lead somewhere on the site.

    A comment before its heading goes: the title would be made of the name of the file then.
    """
    parts = FENCED.split(COMMENT.sub("", markdown))
    return "".join(
        part if number % 2 else _with_rules(_with_places(part, page), page)
        for number, part in enumerate(parts)
    )


def moved(markdown: str, source: str) -> str:
    """Return the text of a file outside of docs/ with the links of a page inside of it."""
    folder = posixpath.dirname(source)

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[1]))
        inside = target.removeprefix("docs/") if target.startswith("docs/") else f"../{target}"
        return f"]({inside}{found[2] or ''})"

    return re.sub(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)", link, markdown)


def _with_places(text: str, page: str) -> str:
    folder = posixpath.dirname(posixpath.join("docs", page))

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[1]))
        if target.startswith("docs/"):
            return found[0]
        if target in COPIED:
            inside = posixpath.relpath(COPIED[target], posixpath.dirname(page) or ".")
            return f"]({inside}{found[2] or ''})"
        return f"]({source_url()}/blob/main/{target}{found[2] or ''})"

    return LINK.sub(link, text)


def _with_rules(text: str, page: str) -> str:
    """Make links of the ids of rules: in backticks, and at the beginning of a row."""
    folder = posixpath.relpath("rules", posixpath.dirname(page) or ".")

    def name(found: re.Match[str]) -> str:
        rule = found[1]
        if rule not in IDS or page == f"rules/{rule}.md":
            return found[0]
        shown = found[0].replace(rule, f"[{rule}]({folder}/{rule}.md)")
        return shown.replace("`", "")

    return ROW.sub(name, NAMED.sub(name, text))
