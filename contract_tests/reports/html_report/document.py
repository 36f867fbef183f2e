"""The frame of a page: one file that asks nothing of any other place, in light and dark."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ... import __version__
from .elements import Markup, element

HERE = Path(__file__).parent
STYLES = ("page.css", "timeline.css")
SCRIPTS = ("details.js", "timeline.js", "filters.js", "page.js")


def html_document(title: str, subject: str, sections: Mapping[str, str], main: Markup) -> str:
    """Return a whole page; `sections` are its parts by their ids, `subject` what it is about."""
    header = _header(title, subject, sections)
    body = element(
        "body",
        element("a", "Skip to the content", href="#main", class_="skip"),
        header,
        main,
        element("footer", element("p", "pytest-crud-contract", data_version=__version__)),
        element("script", Markup(script())),
    )
    page = element("html", _head(f"{title} {subject}"), body, lang="en")
    return f"<!doctype html>\n{page}\n"


def _head(title: str) -> Markup:
    # Whatever gets past the escaping: nothing else may run, and nothing is loaded.
    policy = (
        f"default-src 'none'; script-src '{_hash(script())}'; style-src '{_hash(style())}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style())),
    )


def _header(title: str, subject: str, sections: Mapping[str, str]) -> Markup:
    links = (
        element("li", element("a", words, href=f"#{name}")) for name, words in sections.items()
    )
    button = element("button", "Dark", type="button", id="theme", aria_pressed="false")
    return element(
        "header",
        element("h1", f"{title} ", element("span", subject)),
        element("nav", element("ul", *links), aria_label="Parts of the report"),
        element("div", button, class_="scripted"),
    )


@cache
def style() -> str:
    """Return the styles of the page."""
    return _read(STYLES)


@cache
def script() -> str:
    """Return the script of the page: without it everything can be read, too."""
    return f'"use strict";\n{_read(SCRIPTS)}'


def _read(names: Sequence[str]) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
