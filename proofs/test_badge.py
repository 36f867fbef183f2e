"""A badge: one line of the kit's own words, whatever the service says."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from contract_tests.reports.formats.badge import LABEL, as_badge, as_badge_endpoint
from contract_tests.reports.record import RunRecord
from proofs.reported_run import HOSTILE, sample_run, upheld_run

UPHELD = upheld_run()
PART = replace(UPHELD, settings=replace(UPHELD.settings, is_whole=False))
LOST = replace(UPHELD, expected=5)
CASES = {
    "3 rules broken": ((sample_run(),), "red"),
    f"conformant {UPHELD.settings.edition} (2 rules)": ((UPHELD,), "brightgreen"),
    "2 rules kept": ((PART,), "brightgreen"),
    "not conformant": ((LOST,), "red"),
    "nothing decided": ((RunRecord.empty(),), "grey"),
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("words", CASES)
def test_the_endpoint_says_the_verdict(words: str) -> None:
    """The four properties that shields.io reads."""
    runs, color = CASES[words]
    shown = {"schemaVersion": 1, "label": LABEL, "message": words, "color": color}
    assert json.loads(as_badge_endpoint(runs)) == shown


@pytest.mark.parametrize("words", CASES)
def test_the_picture_has_a_title_and_fits_its_text(words: str) -> None:
    """A screen reader reads the same words, and no font makes them longer than the badge."""
    root = ET.fromstring(as_badge(CASES[words][0]))  # noqa: S314 - it is ours
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == root.get("aria-label") == f"{LABEL}: {words}"
    texts = list(root.iter(f"{SVG}text"))
    assert [text.text for text in texts] == [LABEL, words]
    rects = [float(rect.get("width", "0")) for rect in root.iter(f"{SVG}rect")][1:]
    lengths = [float(text.get("textLength", "0")) for text in texts]
    assert [r > width for r, width in zip(rects, lengths, strict=True)] == [True, True]


def test_one_red_run_of_a_merged_report_is_red() -> None:
    """A badge stands for all of them."""
    assert json.loads(as_badge_endpoint((UPHELD, sample_run())))["color"] == "red"


def test_nothing_of_the_service_is_in_it() -> None:
    """What could break out of a picture never comes into it."""
    assert HOSTILE[:9] not in as_badge((sample_run(),))
