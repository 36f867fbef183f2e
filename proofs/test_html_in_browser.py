"""The page in a browser: what opens, what is hidden, and that nothing of a service runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.reports.comparing import GROUPS, Change
from contract_tests.reports.html_report.changes_page import changes_as_html
from contract_tests.reports.html_report.page import as_html
from contract_tests.reports.json_report import from_json
from contract_tests.rules.evidence import RequestRecord
from proofs.browsers import axe, dumped, framed, seen_by
from proofs.matrix import run_contract
from proofs.reported_run import HOSTILE, late_commit, sample_run, upheld_run

RUN = sample_run()
PAGE = as_html((RUN, upheld_run()))
EMPTY = "<!doctype html><title>frame</title><body></body>"
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"

OPEN_ALL = """
for (const each of document.querySelectorAll("details")) {
  each.open = true;
  if (each.matches(".finding")) fill(each);
}
document.getElementById("all-rules").click();
"""

CONTRASTS = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function light(color) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const linear = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}
const poor = [];
for (const cell of document.querySelectorAll(".cell:not(.none)")) {
  const { color, backgroundColor } = getComputedStyle(cell);
  const [low, high] = [light(color), light(backgroundColor)].sort((a, b) => a - b);
  if ((high + 0.05) / (low + 0.05) < 4.5) poor.push([cell.className, color, backgroundColor]);
}
"""


@pytest.fixture(scope="module")
def filtered() -> dict[str, Any]:
    """What each choice leaves in sight."""
    script = """
    const seen = () => [...document.querySelectorAll(".finding:not([hidden])")].map((f) => f.id);
    const told = () => document.getElementById("shown").textContent;
    const all = seen(), found = { all: told() };
    const choices = { verdict: "known", level: "recommended", area: "", place: "update", on: "" };
    for (const [name, value] of Object.entries(choices)) {
      const field = document.getElementById(`f-${name}`);
      if (!field || !value) continue;
      field.value = value;
      filter();
      found[name] = [seen(), told(), document.querySelectorAll(".group:not([hidden])").length];
      unfilter();
    }
    document.getElementById("f-words").value = "BEFORE web-03";
    filter();
    found.words = seen();
    document.getElementById("f-words").value = "";
    document.getElementById("f-red").click();
    filter();
    found.red = seen();
    unfilter();
    found.after = [seen().length, told()];
    found.fields = [...document.querySelectorAll("#filters select")].map((field) => field.id);
    return found;
    """
    found: dict[str, Any] = seen_by(script, PAGE)
    return found


def test_choices_leave_what_matches(filtered: dict[str, Any]) -> None:
    """Of verdicts, levels and operations; groups without a finding are hidden with it."""
    assert filtered["verdict"] == [["ROW-04--list--sqlite"], "1 of 9 findings", 1]
    assert filtered["level"] == [["BAD-02--create--sqlite"], "1 of 9 findings", 1]
    assert filtered["place"] == [["WEB-03--update--sqlite"], "1 of 9 findings", 1]


def test_words_are_looked_for_in_rule_and_observation(filtered: dict[str, Any]) -> None:
    """All of them, in any case of letters."""
    assert filtered["words"] == ["WEB-03--create--sqlite", "WEB-03--update--sqlite"]


def test_what_is_red_can_be_seen_alone(filtered: dict[str, Any]) -> None:
    """Neither a warning nor a known finding is red."""
    assert not {"BAD-02--create--sqlite", "ROW-04--list--sqlite"} & {*filtered["red"]}
    assert len(filtered["red"]) == 7


def test_a_filter_is_cleared(filtered: dict[str, Any]) -> None:
    """Everything is there again; what all findings have in common is no choice."""
    assert filtered["after"] == [9, filtered["all"]] == [9, "9 findings"]
    assert filtered["fields"] == ["f-verdict", "f-level", "f-place"]


@pytest.mark.parametrize("name", ["WEB-03--update--sqlite", "ROW-01"])
def test_a_link_opens_what_it_names(name: str) -> None:
    """A finding or a rule, with all that it is in; the others stay closed."""
    script = f"""
    const goal = document.getElementById({name!r});
    const open = [...document.querySelectorAll("details[open]")].map((each) => each.id);
    return [goal.open, open, document.activeElement.parentElement.id,
            goal.getBoundingClientRect().top < innerHeight];
    """
    assert seen_by(script, PAGE, at=name) == [True, [name], name, True]


def test_a_link_finds_what_a_filter_has_hidden() -> None:
    """The filter is cleared."""
    script = """
    document.getElementById("f-words").value = "nothing has this";
    filter();
    location.hash = "WEB-03--create--sqlite";
    await new Promise((done) => setTimeout(done, 50));
    const goal = document.getElementById("WEB-03--create--sqlite");
    return [goal.open, goal.hidden, document.getElementById("f-words").value];
    """
    assert seen_by(script, PAGE) == [True, False, ""]


def test_a_picture_tells_what_is_pointed_at_and_reached_by_keys() -> None:
    """The arrow keys go from event to event; its words are below, its line in the text is lit."""
    script = """
    const goal = document.getElementById("WEB-03--create--sqlite");
    const marks = [...goal.querySelectorAll(".mark")];
    const stops = marks.filter((mark) => mark.getAttribute("tabindex") === "0").length;
    const press = (key) => document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true }));
    marks[0].focus();
    press("ArrowRight");
    press("ArrowRight");
    press("ArrowLeft");
    const lit = goal.querySelector("pre .lit").textContent;
    const words = goal.querySelector(".at").textContent;
    goal.querySelector('pre [data-n="0-6"]').dispatchEvent(
      new MouseEvent("mouseover", { bubbles: true }));
    return [stops, lit, words, goal.querySelector(".mark.lit text").textContent];
    """
    stops, lit, words, pointed = seen_by(script, PAGE, at="WEB-03--create--sqlite")
    assert (stops, pointed) == (1, "COMMIT")
    assert words == "1.2 ms · conn 1 · checkout · at orders.py:48 in create · in Task-7"
    assert lit.split()[:5] == ["1.2", "ms", "conn", "1", "checkout"]


def test_the_broken_moment_is_in_sight() -> None:
    """A picture that is wider than the screen is scrolled to it; names of lanes stay in sight."""
    script = f"""{framed(PAGE)}
    inside.show("WEB-03--create--sqlite");
    const lanes = inside.document.querySelector(".lanes");
    const wrong = lanes.querySelector(".mark.wrong").getBoundingClientRect();
    await new Promise((done) => {{ lanes.addEventListener("scroll", () => setTimeout(done)); }});
    const name = lanes.querySelector(".name").getBoundingClientRect();
    return [lanes.scrollWidth > lanes.clientWidth, 0 < wrong.left && wrong.right < 360,
            name.left > 0 && name.right < 360];
    """
    assert seen_by(script, EMPTY) == [True, True, True]


def test_a_command_is_copied_with_one_button() -> None:
    """The whole line, and the timeline with the request it is of."""
    script = """
    const copied = [];
    navigator.clipboard.writeText = async (text) => { copied.push(text); };
    const goal = document.getElementById("WEB-03--create--sqlite");
    for (const button of goal.querySelectorAll(".copy")) button.click();
    return copied;
    """
    replay, explain, text = seen_by(script, PAGE, at="WEB-03--create--sqlite")
    assert replay == "python -m contract_tests run shop.main:app --contract-rule WEB-03"
    assert explain == "python -m contract_tests explain WEB-03"
    assert text.startswith('request #41 POST /orders {"name": "a"} -> 201\n     0.0 ms ')


def test_the_matrix_is_one_stop_and_walked_by_arrows() -> None:
    """The tab key does not go through a thousand cells; rules without a finding come when asked."""
    script = """
    const links = [...document.querySelectorAll(".matrix a")];
    const stops = links.filter((link) => link.tabIndex === 0).map((link) => link.textContent);
    const shown = () => visibleRows().filter((row) => !row.matches("thead *, .area")).length;
    const few = shown();
    document.getElementById("all-rules").click();
    const press = (key) => document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true }));
    links.find((link) => link.textContent === "WEB-03").focus();
    press("ArrowRight");
    const cell = document.activeElement.getAttribute("aria-label");
    press("ArrowRight");
    return [stops.length, few, shown(), cell, document.activeElement.getAttribute("aria-label")];
    """
    stops, few, many, first, second = seen_by(script, PAGE)
    assert (stops, few, many) == (1, 8, 13)
    assert first == "WEB-03 create on sqlite: broken"
    assert second == "WEB-03 create on elsewhere: upheld"


@pytest.mark.parametrize(("flag", "first"), [(DARK, "dark"), (LIGHT, "light")])
def test_light_and_dark_are_as_the_system_has_them_and_can_be_switched(
    flag: str, first: str
) -> None:
    """The switch says which one it is."""
    script = """
    const paper = () => getComputedStyle(document.body).backgroundColor;
    const states = [[isDark() ? "dark" : "light", paper(), theme.getAttribute("aria-pressed")]];
    theme.click();
    states.push([isDark() ? "dark" : "light", paper(), theme.getAttribute("aria-pressed")]);
    return states;
    """
    papers = {
        "dark": ["dark", "rgb(20, 24, 29)", "true"],
        "light": ["light", "rgb(255, 255, 255)", "false"],
    }
    second = {"dark": "light", "light": "dark"}[first]
    assert seen_by(script, PAGE, flag) == [papers[first], papers[second]]


@pytest.mark.parametrize("flag", [DARK, LIGHT], ids=["dark", "light"])
def test_everything_is_accessible(flag: str) -> None:
    """Everything open, with axe-core and not one violation; signs are seen on their ground."""
    script = f"""{axe()}
    {OPEN_ALL}{CONTRASTS}
    const found = await axe.run(document, {{ resultTypes: ["violations"] }});
    const told = found.violations.map((each) => [each.id, each.nodes.map((node) => node.html)]);
    return [told, poor, found.passes.length > 20];
    """
    assert seen_by(script, PAGE, flag) == [[], [], True]


def test_the_page_of_differences_is_accessible() -> None:
    """In both colours, by the same rules."""
    found = [Change(group, "sqlite", "SES-03", "create", "broken (required)") for group in GROUPS]
    script = f"""{axe()}
    const told = [];
    for (const name of ["light", "dark"]) {{
      root.dataset.theme = name;
      const {{ violations }} = await axe.run(document, {{ resultTypes: ["violations"] }});
      told.push(violations.map((each) => [each.id, each.nodes.map((node) => node.html)]));
    }}
    return told;
    """
    assert seen_by(script, changes_as_html(found, "a.json", "b.json")) == [[], []]


def test_nothing_is_wider_than_a_narrow_screen() -> None:
    """At 360 pixels only what has a frame of its own is scrolled, and no word is cut."""
    script = f"""{framed(PAGE)}
    inside.eval({OPEN_ALL!r});
    const text = inside.document.documentElement;
    const narrow = [...inside.document.querySelectorAll("td, th, dd")].filter(
      (each) => each.textContent.trim() && each.offsetParent && each.offsetWidth < 30);
    return [inside.innerWidth, text.scrollWidth <= inside.innerWidth,
            narrow.map((each) => each.textContent)];
    """
    assert seen_by(script, EMPTY) == [360, True, []]


def test_on_paper_everything_is_open_and_no_control_is_left() -> None:
    """And closed again afterwards, as it was."""
    script = """
    dispatchEvent(new Event("beforeprint"));
    const during = [document.querySelectorAll("details:not([open])").length,
                    document.querySelectorAll(".finding noscript").length];
    dispatchEvent(new Event("afterprint"));
    const rules = [...document.styleSheets[0].cssRules].filter(
      (rule) => rule.media && rule.media.mediaText === "print").map((rule) => rule.cssText).join();
    return [during, document.querySelectorAll("details[open]").length, rules.includes("button")];
    """
    assert seen_by(script, PAGE) == [[0, 0], 0, True]


def test_nothing_of_a_service_runs() -> None:
    """Everything it has said is opened, and shown as it came."""
    script = f"""
    let ran = 0;
    window.alert = () => {{ ran += 1; }};
    {OPEN_ALL}
    const goal = document.getElementById("SHOP-01--pay--sqlite");
    return [ran, document.querySelectorAll("main script, main img, main iframe").length,
            [...document.querySelectorAll("a")].every((a) => a.getAttribute("href")[0] === "#"),
            goal.querySelector("pre").textContent.includes("<\\/script><script>alert(1)<\\/script>")];
    """
    assert "</script><script>alert(1)</script>" in HOSTILE
    assert seen_by(script, PAGE) == [0, 0, True, True]


def test_what_an_app_answers_stays_text() -> None:
    """An app that fails in words that are markup is judged, and its page is opened."""
    result = run_contract("proofs.hostile_app:hostile", "sqlite", "--contract-rule", "CRU-31")
    page = as_html((from_json(result.report),))
    script = f"""
    let ran = 0;
    window.alert = () => {{ ran += 1; }};
    {OPEN_ALL}
    const text = document.querySelector("#CRU-31--create pre").textContent;
    return [ran, document.querySelectorAll('main script, [href^="javascript"]').length, text];
    """
    ran, elements, text = seen_by(script, page)
    assert (ran, elements) == (0, 0)
    assert "</script><script>alert(1)</script>" in text


def test_the_policy_lets_no_other_script_run() -> None:
    """Not even one that had got past the escaping; the page's own does run."""
    page = PAGE.replace("</main>", "<script>document.title = 'taken'</script></main>")
    document = dumped(page, at="ROW-01")
    assert "<title>taken" not in document
    assert 'class="scripts"' in document


def test_without_scripts_everything_can_be_read() -> None:
    """What is told of a finding are elements then, and no control is in sight."""
    script = f"""{framed(PAGE, "allow-same-origin")}
    const goal = inside.document.getElementById("WEB-03--create--sqlite");
    goal.open = true;
    const controls = [...inside.document.querySelectorAll("button, form")];
    return [goal.querySelector("noscript dd").textContent, goal.querySelectorAll(".lanes").length,
            goal.querySelector("noscript pre").getBoundingClientRect().height > 50,
            controls.length > 2 && controls.every((each) => each.offsetParent === null)];
    """
    assert seen_by(script, EMPTY) == ["a promise that is kept", 1, True, True]


def test_thousands_of_findings_are_not_made_before_they_are_opened() -> None:
    """A dozen elements for each, no picture before one is opened, and then that one."""
    short = RequestRecord(1, "POST", "/orders", events=late_commit().events[1:4])
    late = replace(RUN.verdicts[0], evidence=(short,))
    many = tuple(
        replace(late, case=f"create-{n}", findings=(f"name {n}",), test=f"test {n}")
        for n in range(5000)
    )
    script = """
    const count = (what) => document.querySelectorAll(what).length;
    const before = [count(".finding"), count("*"), count(".lanes")];
    document.getElementById("f-words").value = "create-4711";
    filter();
    const shown = count(".finding:not([hidden])");
    show("WEB-03--create-2500");
    const goal = document.querySelector(".finding[open]");
    const { top } = goal.getBoundingClientRect();
    const isSeen = top >= 0 && top < innerHeight;
    return [...before, shown, count(".lanes"), goal.id, count(".finding[hidden]"), isSeen];
    """
    page = as_html((replace(RUN, verdicts=many, expected=5000),))
    findings, elements, pictures, *after = seen_by(script, page)
    assert (findings, pictures) == (5000, 0)
    assert elements < 12 * findings
    assert after == [1, 1, "WEB-03--create-2500", 0, True]
