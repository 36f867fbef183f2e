"""The site is built without a warning, has a page for each rule, and asks nobody for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from contract_tests.commands.explain import paragraphs
from contract_tests.rules import RULES, Rule, rule_of
from proofs.pages.code_shown import change, code_of, read_module
from proofs.pages.rule_page import rule_page
from proofs.pages.site_links import for_site, moved

ROOT = Path(__file__).resolve().parent.parent
START = ("first-look", "your-service", "continuous-integration", "own-tests", "vendoring")
LINES_OF_A_SCREEN = 30
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class Loads(HTMLParser):
    """Collects the addresses from which a browser loads something while it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        given = dict(attrs)
        if tag in LOADING and given.get("rel") not in {"canonical", "next", "prev"}:
            self.addresses.append(given.get(LOADING[tag]) or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `tox -e docs` builds it."""
    pytest.importorskip("material", reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        # Not --quiet: what is not told is not counted, and strict then lets it pass.
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_rule_has_its_page_on_the_site(site: Path) -> None:
    """And all of its words are on it."""
    for rule in RULES:
        page = (site / "rules" / f"{rule.id}.html").read_text(encoding="utf-8")
        assert rule.fix.partition("`")[0].strip() in page.replace("&lt;", "<").replace(
            "&#x27;", "'"
        )


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """No script, style, font or picture: a reader's browser asks the site alone."""
    loads = Loads()
    for page in ("index.html", "rules/SES-03.html", "options.html"):
        loads.feed((site / page).read_text(encoding="utf-8"))
    styles = "\n".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    addresses = [*loads.addresses, *re.findall(r"url\(['\"]?([^'\")]+)", styles)]
    assert addresses
    assert [each for each in addresses if each.startswith(("http:", "https:", "//"))] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_has_what_explain_tells(rule: Rule) -> None:
    """The texts are the same, and code of an app follows them."""
    page = rule_page(rule)
    told = [words for title, words in paragraphs(rule) if title in {"why", "seen", "fix"}]
    assert [words for words in told if words not in page] == []
    assert "```python" in page


def test_a_page_says_where_its_rule_does_not_apply() -> None:
    """In the words that a run gives as the reason."""
    assert "- The service runs elsewhere: only its answers are seen." in rule_page(
        rule_of("SES-01")
    )
    assert "Where it does not apply" not in rule_page(rule_of("CRU-31"))


def test_a_rule_is_never_on_its_page_without_a_word_on_its_fix() -> None:
    """A diff where an app is mended; elsewhere the page says that there is none."""
    pages = [rule_page(rule) for rule in RULES]
    assert [
        page for page in pages if "```diff" not in page and "No fix of this app" not in page
    ] == []


def test_the_code_of_an_app_has_all_that_it_uses() -> None:
    """Its own definitions come first, imports are those it needs, and no mark of the proofs."""
    code = code_of("proofs.broken.sessions:commit_in_teardown")
    assert code.index("class Flushing") < code.index("def commit_in_teardown")
    assert "import threading" not in code
    assert "@breaks" not in code
    compile(code, "shown", "exec")


def test_a_definition_of_another_proof_app_is_shown_too() -> None:
    """A mended app that uses a part of its broken one shows that part, and does not import it."""
    code = code_of("proofs.mended.sessions:commit_in_teardown")
    assert "Sessionmaker = " in code
    assert "from proofs.broken.sessions" not in code


def test_a_change_is_a_diff_without_its_heading() -> None:
    """Lines that are taken out and put in, and some around them."""
    lines = change(
        "proofs.broken.sessions_connections:bare_yield",
        "proofs.mended.sessions_connections:bare_yield",
    ).splitlines()
    assert "-        session = maker()" in lines
    assert "+        async with maker() as session:" in lines
    assert [line for line in lines if line.startswith(("+++", "---", "@@"))] == []


def test_a_module_is_read_without_being_imported() -> None:
    """A name is known by where it comes from, under the name that it has here."""
    module = read_module("proofs.broken.sessions_beyond")
    assert module.imports["purses"] == ("proofs.innocent.purses", "app as purses")


@pytest.mark.parametrize(
    ("markdown", "page", "expected"),
    [
        ("breaks `SES-03` here", "a.md", "breaks [SES-03](rules/SES-03.md) here"),
        ("breaks `SES-03` here", "recipes/a.md", "breaks [SES-03](../rules/SES-03.md) here"),
        ("```\n`SES-03`\n```", "a.md", "```\n`SES-03`\n```"),
        ("no `XXX-03`", "a.md", "no `XXX-03`"),
        ("<!-- proof: app sqlite SES-01 -->\n# A login", "a.md", "# A login"),
        ("| SES-03 | required |", "a.md", "| [SES-03](rules/SES-03.md) | required |"),
        ("[log](../CHANGELOG.md#x)", "a.md", "[log](changelog.md#x)"),
        ("[log](../CHANGELOG.md)", "rules/a.md", "[log](../CHANGELOG.md)"),
        ("[log](../../CHANGELOG.md)", "rules/a.md", "[log](../changelog.md)"),
    ],
)
def test_a_link_leads_somewhere_on_the_site(markdown: str, page: str, expected: str) -> None:
    """Rules have pages, and what is outside of docs/ has one too."""
    assert expected == for_site(markdown, page)


def test_a_link_to_code_leads_to_the_repository() -> None:
    """Code has no page of the site."""
    shown = for_site("[tox.ini](../tox.ini)", "a.md")
    assert shown.startswith("[tox.ini](https://")
    assert shown.endswith("/blob/main/tox.ini)")


def test_a_page_from_elsewhere_has_the_links_of_one_of_docs() -> None:
    """Relative links are told from docs/; others stay."""
    text = "[a](docs/rules.md#x) [b](LICENSE) [c](https://example.org) [d](#here)"
    expected = "[a](rules.md#x) [b](../LICENSE) [c](https://example.org) [d](#here)"
    assert expected == moved(text, "CONTRIBUTING.md")


@pytest.mark.parametrize("name", [*START, "template-ci"])
def test_the_first_success_is_on_the_first_screen(name: str) -> None:
    """A page for a kind of user begins with what to type."""
    lines = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("```"))
    assert first <= LINES_OF_A_SCREEN
    assert f"]({name}.md)" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
