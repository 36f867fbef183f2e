"""What a drawn body costs: the kit's own strategies beside those of Schemathesis, in one run.

`python -m proofs.bench_payloads` prints bodies per CPU second of both, and their ratio.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contract_tests.generation.by_schemathesis import body_strategy
from contract_tests.generation.strategies import valid_bodies
from reference_app import create_app

BLOCK = 300
ROUNDS = 7
SCHEMA = {"$ref": "#/components/schemas/ExampleItemCreate"}


def speed(strategy: st.SearchStrategy[Any], number: int) -> float:
    """Bodies drawn in a CPU second."""

    @seed(number)
    @settings(
        max_examples=BLOCK,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(_body: object) -> None: ...

    began = time.process_time()
    draw()
    return BLOCK / (time.process_time() - began)


def main() -> None:
    """Both in turns, so that a busy machine slows both."""
    document = create_app().openapi()
    own, theirs = valid_bodies(SCHEMA, document), body_strategy(SCHEMA, document)
    rows = [(speed(own, number), speed(theirs, number)) for number in range(ROUNDS + 1)]
    fast, slow = (statistics.median(column) for column in zip(*rows[1:], strict=True))
    print("bodies of ExampleItemCreate per CPU second, median of", ROUNDS, "blocks")
    print(f"  generation.strategies  {fast:6.0f}")
    print(f"  schemathesis             {slow:6.0f}")
    print(f"  ratio                    {fast / slow:6.1f}")


if __name__ == "__main__":
    main()
