"""The page: it says all that is in a report, needs nothing else, and nothing breaks out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest

from contract_tests.reports.html_report.elements import EMPTY, element, escaped
from contract_tests.reports.html_report.page import as_html
from contract_tests.reports.html_report.page_verdict import LISTED, SIGNS
from contract_tests.reports.record import RunRecord, Settings
from contract_tests.reports.terminal import replay_command
from contract_tests.rules.profile import QUICK
from contract_tests.rules.totals import Totals
from contract_tests.rules.verdict import Outcome
from proofs.reported_run import HOSTILE, late_commit, sample_run, upheld_run

RUN = sample_run()
PAGE = as_html((RUN,))
MERGED = as_html((RUN, upheld_run()))


@dataclass
class Reader(HTMLParser):
    """Reads a page as a browser without scripts does: all tags, their attributes, and the text."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & {*self.open}:
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [value for _, attrs in self.tags if (value := attrs.get(name)) is not None]

    @property
    def text(self) -> str:
        """All that can be read, in one line."""
        return " ".join(" ".join(self.words).split())


def read(page: str) -> Reader:
    """Read a page to its end."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def shown(text: str) -> str:
    """A text as the page shows it, in one line."""
    return " ".join(read(escaped(text)).text.split())


@pytest.mark.parametrize("page", [PAGE, MERGED], ids=["one", "merged"])
def test_every_link_leads_to_a_place_on_the_page(page: str) -> None:
    """No two places have one name, and nothing is fetched from elsewhere."""
    reader = read(page)
    names = reader.values("id")
    assert len(names) == len({*names})
    assert {*reader.values("href")} <= {f"#{name}" for name in names}
    assert not reader.values("src")
    assert not re.search(r"url\(|@import|https?:", page)


def test_nothing_on_the_page_runs_but_its_own_script() -> None:
    """The policy knows the script and the styles by their content, and lets nothing else in."""
    reader = read(PAGE)
    attributes = {name for _, attrs in reader.tags for name in attrs}
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert not {name for name in attributes if name.startswith("on") or name == "style"}
    (policy,) = (attrs["content"] for _, attrs in reader.tags if "http-equiv" in attrs)
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


def test_what_a_service_says_stays_text() -> None:
    """Tags, ends of scripts, comments and addresses of a service are shown as they came."""
    assert shown(HOSTILE) in read(PAGE).text
    assert "</script><script>" not in PAGE
    assert "javascript:" not in "".join(read(PAGE).values("href"))


@pytest.mark.parametrize("text", ["<b>", "a & b", '" onload="', "'", "</noscript>"])
def test_an_element_escapes_what_is_no_markup(text: str) -> None:
    """In its text and in its attributes."""
    reader = read(element("p", text, element("i", text), title=text))
    assert reader.tags == [("p", {"title": text}), ("i", {})]
    assert reader.words == [text, text]


def test_every_finding_is_told_without_scripts() -> None:
    """Expected, observed, reason, fix, and the commands that judge it again and explain it."""
    text = read(PAGE).text
    for verdict in RUN.verdicts:
        if verdict.outcome in LISTED:
            said = [verdict.case, verdict.expected, verdict.observed, verdict.reason]
            assert [words for words in said if shown(words) not in text] == []
            assert shown(replay_command(verdict, RUN.settings)) in text
            assert f"explain {verdict.rule}" in text
    assert "Type this first." in text


def test_every_outcome_has_a_sign_and_its_word() -> None:
    """No two outcomes have one sign, so that nothing depends on a colour."""
    assert set(SIGNS) == set(Outcome)
    assert len({*SIGNS.values()}) == len(SIGNS)
    text = read(PAGE).text
    for outcome in Outcome:
        number = len(RUN.of(outcome))
        assert f"{SIGNS[outcome]} {number} {outcome} case" in text


def test_a_rule_is_where_its_id_leads() -> None:
    """Each rule that was judged has a card, and each finding a name of its own."""
    names = {*read(PAGE).values("id")}
    assert {verdict.rule for verdict in RUN.verdicts} <= names
    assert "WEB-03--create" in names


def test_what_was_not_exercised_has_its_reason() -> None:
    """The reasons of all that is not applicable, undecided, skipped or off."""
    text = read(PAGE).text
    part = text.partition("verdict reason rules")[2].partition("WEB-01 WEB-01 MUST")[0]
    for outcome, reason, rule in (
        ("-", "not applicable no list", "ROW-03"),
        ("»", "skipped later", "ROW-06"),
        ("○", "off by design", "ROW-07"),
        ("?", f"undecided {shown(HOSTILE)}", "ROW-02"),
    ):
        assert f"{outcome} {reason} {rule}" in part


def test_what_does_not_apply_to_many_cases_is_one_line() -> None:
    """A reason that begins with its case is one reason."""
    first = RUN.verdicts[3]
    verdicts = tuple(
        replace(first, case=case, verdict="not applicable", reason=f"{case} writes nothing")
        for case in ("list", "read")
    )
    text = read(as_html((replace(RUN, verdicts=verdicts),))).text
    assert "- not applicable … writes nothing ROW-01 (2 cases)" in text


def test_a_reason_of_many_rules_is_told_once_and_as_it_came() -> None:
    """Whatever of it looks like advice."""
    verdicts = tuple(replace(RUN.verdicts[4], rule=f"ROW-{n:02}", case="a") for n in range(20, 26))
    page = as_html((replace(RUN, verdicts=verdicts),))
    assert page.count("<h3 id=") == 1
    assert f"6 rules are undecided: {shown(HOSTILE)}" in read(page).text


def test_the_page_says_what_the_run_was_asked_for() -> None:
    """Settings, facts, and what the run was held against."""
    run = replace(RUN, settings=Settings(app="shop.main:app", profile=QUICK.name, seed=17))
    text = read(as_html((run,))).text
    for words in ("shop.main:app", "quick", "17", "sqlite 3.50, aiosqlite", "fastapi 0.121"):
        assert words in text
    assert "2 of 15 tests gave no verdict" in text
    assert f"a fault: {shown(HOSTILE)}" in text


def test_disturbed_requests_are_counted_by_subject_and_way() -> None:
    """Each sweep with its number of requests; what a report does not hold is said."""
    totals = Totals({"cancellation:create:scope": 23}, {"list-valid": 41})
    text = read(as_html((replace(RUN, totals=totals),))).text
    for words in (
        "Requests disturbed: cancellation",
        "scope create 23",
        "list 41",
        "the first of these",
    ):
        assert words in text


def test_a_sweep_is_a_strip_of_its_points() -> None:
    """A part for each row of points of one outcome, and the numbers of those that broke a rule."""
    swept = replace(RUN.of(Outcome.BROKEN)[0], points="...xx.")
    page = as_html((replace(RUN, verdicts=(swept,)),))
    parts = re.findall(r'"o-(upheld|broken red)" x="[\d.]+" width="([\d.]+)" height="14"', page)
    assert [(outcome, width.removesuffix(".0")) for outcome, width in parts] == [
        ("upheld", "36"),
        ("broken red", "24"),
        ("upheld", "12"),
    ]
    assert "6 points: kept at 4, broken at 2 (4, 5)" in page


def test_the_runs_of_a_matrix_stand_beside_each_other() -> None:
    """Each has its verdict, its sign in a cell, and its label at a finding."""
    text = read(MERGED).text
    assert "sqlite: 7 rules decided" in text
    assert "elsewhere: 2 rules decided" in text
    assert "In a cell, from the left: sqlite, elsewhere." in text
    labels = read(MERGED).values("aria-label")
    assert "WEB-03 create on sqlite: broken" in labels
    assert "WEB-03 create on elsewhere: upheld" in labels


def test_the_same_finding_of_two_runs_is_told_once() -> None:
    """Both names lead to it, and it has the details of both."""
    other = replace(RUN, facts={**RUN.facts, "database": upheld_run().facts["database"]})
    page = as_html((RUN, other))
    assert page.count('data-rule="SHOP-01"') == 1
    assert {"SHOP-01--pay--sqlite", "SHOP-01--pay--elsewhere"} <= {*read(page).values("id")}


def test_findings_of_one_cause_are_one_group() -> None:
    """The causes are those of the closing section."""
    page = as_html((RUN,))
    group = page.partition("WEB-03</a>")[2].partition("</section>")[0]
    assert group.count('data-rule="WEB-03"') == 2
    assert "2 findings: create, update" in group


def test_requests_that_were_sent_together_are_one_picture() -> None:
    """If it is known when each began; else each has a picture of its own."""
    one, other = (replace(late_commit(), letter=letter) for letter in "AB")
    began = replace(one, began=5.0), replace(other, began=5.002)
    for evidence, number, words in (
        (began, 1, "A, B on one clock"),
        ((one, other), 2, "A: request"),
    ):
        verdict = replace(RUN.verdicts[0], evidence=evidence)
        page = as_html((replace(RUN, verdicts=(verdict,)),))
        assert page.count('class="lanes"') == number
        assert words in read(page).text


def test_a_run_without_anything_is_a_page_too() -> None:
    """Of a run that was cut short at once."""
    text = read(as_html((RunRecord.empty(),))).text
    assert "not one rule was decided" in text
    assert "Nothing is broken, and nothing was left undecided." in text
