"""The hooks of mkdocs that add the pages which are made of the code, and mend the links."""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from contract_tests.rules import AREAS, RULES
from proofs.pages.code_shown import ROOT
from proofs.pages.rule_page import area_page, rule_page
from proofs.pages.site_links import COPIED, for_site, moved


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each rule and each area, and the pages that lie outside of docs/."""
    made = {f"rules/{rule.id}.md": rule_page(rule) for rule in RULES}
    made |= {f"rules/{area}.md": area_page(area) for area in AREAS}
    for source, page in COPIED.items():
        if page != "index.md":
            text = (ROOT / source).read_text(encoding="utf-8")
            made[page] = moved(text, source)
    for page, content in made.items():
        files.append(File.generated(config, page, content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Mend the links of a page before it is rendered."""
    return for_site(markdown, page.file.src_uri)
