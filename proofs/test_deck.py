"""The deck: drawn once, played everywhere; what was shrunk out of a failure stays for good."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from contract_tests.instruments.exchange import Request
from contract_tests.scenarios.fuzzing import (
    PHASES,
    Answer,
    CaseGenerator,
    CheckFailure,
    Corpus,
    DrawSpec,
    Executor,
    FuzzCase,
    FuzzResults,
    shrink,
)
from proofs.fuzzed_service import Wire

DRAW = DrawSpec(seed=3, count=8)
LABEL = "POST /notes"


class Note(BaseModel):
    text: str = Field(max_length=80)
    stars: int = Field(default=0, ge=0, le=9)


def notes(*, strict: bool = False) -> FastAPI:
    """A service of one operation, which fails for long texts with many stars."""
    app = FastAPI()

    @app.post("/notes", status_code=201)
    async def create(note: Note) -> Note:
        if len(note.text) > 2 and note.stars > 5:
            raise RuntimeError("no room for so many stars")
        if strict and not note.text:
            raise HTTPException(422, [])
        return note

    return app


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop for the requests of this file."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def deck_in(folder: Path | None) -> Corpus:
    """A deck of the notes' document."""
    document = notes().openapi()
    return Corpus(document, CaseGenerator(document, {}), folder)


def test_cards_are_drawn_once(tmp_path: Path) -> None:
    """A second deck on the same folder gives equal cards without drawing one."""
    first, second = deck_in(tmp_path), deck_in(tmp_path)
    drawn = [first.cards(LABEL, phase, DRAW) for phase in PHASES]
    again = [second.cards(LABEL, phase, DRAW) for phase in PHASES]

    assert [one.cards for one in drawn] == [one.cards for one in again]
    assert min(len(one.cards) for one in drawn) >= 8
    assert (first.drawn_anew > 0, second.drawn_anew) == (True, 0)


def test_another_document_seed_or_count_is_drawn_anew(tmp_path: Path) -> None:
    """Nothing is played that belongs to something else."""
    corpus = deck_in(tmp_path)
    texts = {
        str(draw): [card.request.body for card in corpus.cards(LABEL, "valid", draw).cards]
        for draw in (DRAW, DrawSpec(4, 8), DrawSpec(3, 9))
    }
    changed = notes().openapi()
    changed["info"]["title"] = "Other notes"
    other = Corpus(changed, CaseGenerator(changed, {}), tmp_path)
    other.cards(LABEL, "valid", DRAW)

    assert len({tuple(bodies) for bodies in texts.values()}) == 3
    assert other.drawn_anew == 8


def test_a_damaged_file_is_drawn_anew(tmp_path: Path) -> None:
    """A file that was cut short costs time, not truth."""
    deck_in(tmp_path).cards(LABEL, "valid", DRAW)
    (written,) = tmp_path.rglob("*.json")
    written.write_text(written.read_text()[:100])

    assert len(deck_in(tmp_path).cards(LABEL, "valid", DRAW).cards) == 8


def test_credentials_and_rows_are_not_written(tmp_path: Path) -> None:
    """What is kept was made from the document alone."""
    document = notes().openapi()
    drawer = CaseGenerator(document, {})
    corpus = Corpus(document, drawer, tmp_path)
    player = Executor(document, drawer, (("Authorization", "Bearer secret"),))

    async def send(request: Request) -> Answer:
        assert ("Authorization", "Bearer secret") in request.headers
        return Answer(201, (("content-type", "application/json"),), b"{}")

    asyncio.run(player.play(corpus.cards(LABEL, "valid", DRAW).cards, send, []))

    assert "secret" not in "".join(path.read_text() for path in tmp_path.rglob("*.json"))


def test_a_card_is_checked_as_the_case_it_was(loop: asyncio.AbstractEventLoop) -> None:
    """From JSON or fresh from the generator: the same alarms."""
    document = notes(strict=True).openapi()
    drawer = CaseGenerator(document, {})
    wire = Wire(loop, notes(strict=True))
    player = Executor(document, drawer)
    results = []
    for revive in (False, True):
        cards = [
            _revived(card) if revive else card
            for phase in PHASES
            for card in drawer.draw(LABEL, phase, DrawSpec(1, 60)).cards
        ]
        results.append(loop.run_until_complete(player.play(cards, wire, [])))

    assert list(results[0].failures) == list(results[1].failures)
    assert {check for _, check, _, _ in results[0].failures} >= {"not_a_server_error"}


def _revived(card: FuzzCase) -> FuzzCase:
    spelled = json.loads(json.dumps(card.as_json()))
    return FuzzCase.from_json(spelled, card.operation, card.phase, card.draw, card.number)


def alarm_of(loop: asyncio.AbstractEventLoop) -> tuple[CheckFailure, CaseGenerator, Executor, Wire]:
    """The failure of the notes, as the random cards find it."""
    document = notes().openapi()
    drawer, wire = CaseGenerator(document, {}), Wire(loop, notes())
    player = Executor(document, drawer)
    cards = drawer.draw(LABEL, "valid", DrawSpec(1, 200)).cards
    results = loop.run_until_complete(player.play(cards, wire, []))
    (found,) = [a for a in results.failures.values() if a.check == "not_a_server_error"]
    return found, drawer, player, wire


def test_another_schemathesis_is_no_empty_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be called any more is told, and not taken for a document without requests."""
    monkeypatch.setattr("schemathesis.generation.drivers.CoverageGenerator", lambda: ())
    with pytest.raises(TypeError, match="unexpected keyword"):
        CaseGenerator(notes().openapi(), {}).draw(LABEL, "boundary", DrawSpec(1, 10))


def test_one_operation_hides_no_other(loop: asyncio.AbstractEventLoop) -> None:
    """The same sort of failure of two operations is two alarms."""
    found = replace(alarm_of(loop)[0], times=1)
    elsewhere = replace(found, card=replace(found.card, operation="GET /elsewhere"))
    results = FuzzResults()
    for failure in (found, elsewhere, found):
        results.add(failure)

    assert [failure.times for failure in results.failures.values()] == [2, 1]


def test_a_failure_is_shrunk(loop: asyncio.AbstractEventLoop) -> None:
    """The smallest body that still fails, and the same sort of alarm."""
    found, drawer, player, wire = alarm_of(loop)
    simple = shrink(found, drawer, lambda c: loop.run_until_complete(player.sent(c, wire)))

    assert simple.key == found.key
    assert json.loads(simple.request.body) == {"text": "000", "stars": 6}


def test_what_was_kept_is_played_whatever_the_seed(
    tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    """Kept cards have a name of their own, and outlive the document they were made from."""
    found, drawer, *_ = alarm_of(loop)
    document = notes().openapi()
    corpus = Corpus(document, drawer, tmp_path)
    kept, twice = corpus.keep(found.card), corpus.keep(found.card)
    changed = {**document, "info": {"title": "Other notes", "version": "2"}}
    later = Corpus(changed, drawer, tmp_path)

    assert (kept.draw, kept.number) == ("kept", 0) == (twice.draw, twice.number)
    assert [card.request for card in corpus.regressions(LABEL, "valid")] == [found.card.request]
    assert [card.is_dated for card in corpus.regressions(LABEL, "valid")] == [False]
    assert [card.is_dated for card in later.regressions(LABEL, "valid")] == [True]


def test_without_a_folder_nothing_is_kept(loop: asyncio.AbstractEventLoop) -> None:
    """A card keeps the name by which it is drawn again."""
    found, drawer, *_ = alarm_of(loop)
    corpus = Corpus(notes().openapi(), drawer, None)

    assert corpus.keep(found.card) is found.card
    assert corpus.regressions(LABEL, "valid") == ()


def test_a_small_space_is_known_to_be_exhausted() -> None:
    """Few cards are enough where there are no others."""
    app = FastAPI()

    @app.get("/ping")
    async def ping() -> str:
        return "pong"

    document = app.openapi()
    drawn = CaseGenerator(document, {}).draw("GET /ping", "valid", DrawSpec(1, 40))

    assert (len(drawn.cards), drawn.is_exhausted) == (1, True)
    assert not deck_in(None).cards(LABEL, "valid", DRAW).is_exhausted
