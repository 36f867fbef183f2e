"""Facts about exploring: each operation in each phase, enough of it, and each request by name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import FastAPI, Query

from contract_tests.instruments.exchange import Request
from contract_tests.rules.profile import QUICK, THOROUGH, Shard
from contract_tests.rules.replay import Token
from contract_tests.rules.violation import NotApplicable
from contract_tests.runner.opening import open_service
from contract_tests.runner.options import Options
from contract_tests.scenarios.fuzzing import PHASES, Answer
from contract_tests.scenarios.fuzzing.fuzz_session import Exploration
from contract_tests.scenarios.fuzzing.partition import PARTS, FuzzPart
from contract_tests.service.service import Service
from reference_app import create_app

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = Options(app="reference_app:create_app", root=ROOT, profile=QUICK)
CREATED = FuzzPart("create", "valid")


@contextmanager
def opened(app: str) -> Iterator[Service]:
    """An app under contract."""
    with open_service(replace(OPTIONS, app=app)) as service:
        yield service


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """The reference app under contract."""
    with opened(OPTIONS.app) as service:
        yield service


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cards of this file are kept."""
    return tmp_path_factory.mktemp("deck")


def explored(service: Service, folder: Path, **changes: object) -> Exploration:
    """An exploration of the service with some options changed."""
    return Exploration(service, replace(OPTIONS, **changes), folder)  # type: ignore[arg-type]


def test_every_operation_is_explored_in_every_phase(service: Service, folder: Path) -> None:
    """No part of the collection is left out, and the correct app raises no alarm."""
    exploration = explored(service, folder)
    found = [exploration.of(part) for part in PARTS if part.subject != "others"]

    assert [failure for one in found for failure in one.failures if not failure.suppression] == []
    assert min(exploration.totals.generated.values()) >= QUICK.cases
    assert len(exploration.totals.generated) == 18


def test_rows_that_a_delete_takes_are_made_again(service: Service, folder: Path) -> None:
    """Deletes are not cut short when the first has taken the row: most of them succeed."""
    exploration = explored(service, folder)
    answers: list[int] = []
    sending = exploration._send

    async def noted(request: Request) -> Answer:
        answer = await sending(request)
        answers.append(answer.status)
        return answer

    exploration._send = noted  # type: ignore[method-assign]
    exploration.of(FuzzPart("delete", "valid"))

    assert answers.count(204) > len(answers) / 2
    assert 404 in answers


def test_an_operation_that_is_not_there_is_not_applicable(service: Service, folder: Path) -> None:
    """The reference app has nothing beside its collection."""
    with pytest.raises(NotApplicable, match="no operation for others"):
        explored(service, folder).of(FuzzPart("others", "valid"))


def test_operations_beside_the_collection_share_the_requests(folder: Path) -> None:
    """One that takes nothing has no invalid request, which is no reason for doubt."""
    with opened("proofs.test_exploring:crowded") as service:
        exploration = explored(service, folder)
        found = {phase: exploration.of(FuzzPart("others", phase)) for phase in PHASES}
        labels = exploration.choice.operations("others")
        drawn = [len(exploration.choice.cards(label, "valid")) for label in labels]

    assert [one.doubt for one in found.values()] == ["", "", ""]
    assert (len(labels), set(drawn)) == (40, {1, 10})


def crowded() -> FastAPI:
    """The reference app beside many small operations."""
    app = create_app()
    for place in range(20):

        @app.get(f"/ping{place}")
        async def ping() -> str:
            return "pong"

        @app.get(f"/double{place}")
        async def double(number: Annotated[int, Query(ge=0, le=1000)]) -> int:
            return 2 * number

    return app


def test_too_few_requests_decide_nothing(service: Service, folder: Path) -> None:
    """Three requests of many are no evidence."""
    few = replace(QUICK, cases=3)
    doubt = explored(service, folder, profile=few).of(CREATED).doubt

    assert doubt.startswith("fewer than 10 valid requests could be made: 3 of POST /api")


def test_shares_are_the_whole_deck_once(service: Service, folder: Path) -> None:
    """Two machines send all of it between them, and nothing twice."""
    label = explored(service, folder).choice.operations("create")[0]
    whole = explored(service, folder).choice.cards(label, "boundary")
    halves = [
        explored(service, folder, shard=Shard(place, 2)).choice.cards(label, "boundary")
        for place in (0, 1)
    ]

    assert sorted(card.number for half in halves for card in half) == [c.number for c in whole]
    assert all(halves)


def test_a_token_sends_one_request_again(service: Service, folder: Path) -> None:
    """The same card, whatever the profile of the run that replays it."""
    label = explored(service, folder).choice.operations("create")[0]
    card = explored(service, folder).choice.cards(label, "valid")[7]
    token = Token.parse(str(explored(service, folder).choice.token_of(CREATED, card)))
    again = explored(service, folder, replay=token, profile=THOROUGH).choice.cards(label, "valid")

    assert str(token) == "openapi:create-valid:1x10:7"
    assert [one.request for one in again] == [card.request]


def test_a_token_of_nothing_is_undecided(service: Service, folder: Path) -> None:
    """A number beyond the deck names no request."""
    token = Token.parse("openapi:create-valid:1x10:999")
    doubt = explored(service, folder, replay=token).of(CREATED).doubt

    assert doubt.startswith("there is no request openapi:create-valid:1x10:999")


def test_a_thorough_run_goes_on_until_its_time_is_over(service: Service, folder: Path) -> None:
    """At least one round is sent however short the time; a later round draws other requests."""
    brief = replace(THOROUGH, cases=10)
    exploration = explored(service, folder, profile=brief, minutes=1e-9)
    exploration.of(CREATED)
    label = exploration.choice.operations("create")[0]
    first, second = (exploration.choice.cards(label, "valid", turn) for turn in (0, 1))

    sent = exploration.totals
    assert (sent.generated["create-valid"], sent.rounds["create-valid"]) == (10, 1)
    assert [card.request for card in first] != [card.request for card in second]


def test_leniency_about_types_is_an_alarm_where_it_is_asked_for(folder: Path) -> None:
    """`--contract-strict-types` takes no excuse for it."""
    with opened("proofs.innocent.heroes:app") as service:
        counts = {
            strict: sum(
                len(explored(service, folder, strict_types=strict).of(part).of(REJECTION))
                for part in (FuzzPart("create", "boundary"), FuzzPart("create", "invalid"))
            )
            for strict in (False, True)
        }

    assert counts[False] == 0
    assert counts[True] > 0


REJECTION = "negative_data_rejection"
PROGRAM = """
import hashlib, importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from reference_app import create_app
from contract_tests.scenarios.fuzzing import PHASES, CaseGenerator, DrawSpec, labels
from reference_app import create_app
document = create_app().openapi()
drawer = CaseGenerator(document, {})
cards = [card.as_json() for label in labels(document) for phase in PHASES
         for card in drawer.draw(label, phase, DrawSpec(5, 6)).cards]
for card in cards:
    card["drawn"]["meta"]["generation"].pop("time")
print(len(cards), hashlib.sha256(json.dumps(cards, sort_keys=True).encode()).hexdigest())
"""


def test_one_seed_gives_the_same_cards_in_every_process() -> None:
    """Whatever the order in which that process keeps its sets, and whatever it has loaded."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, *modules],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, modules in (
            ("1", ()),
            ("2", ("contract_tests.generation.hostile", "proofs.test_samples")),
        )
    }

    assert len(printed) == 1
    assert int(printed.pop().split()[0]) > 100
