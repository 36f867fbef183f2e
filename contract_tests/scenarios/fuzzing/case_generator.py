"""Draw the cases of one operation: every boundary, then valid and invalid requests at random.

Generation never looks at answers, so one seed gives one sequence of cases, in every process.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from zlib import crc32

from ...generation import by_schemathesis
from ...generation.determinism import deterministic
from ...generation.samples import reading
from ...instruments.exchange import Request
from .document import is_resolvable
from .fuzz_cases import DrawSpec, FuzzCase, Phase, drawn_of

_BASE_URL = "http://testserver"
# The client library's own headers, and the random case id that would make equal runs differ.
_UNNEEDED = frozenset(
    {"x-schemathesis-testcaseid", "user-agent", "host", "accept-encoding", "connection"}
)
# One case in four keeps its generated path: absent rows have an answer, too.
_STRANGE_SHARE = 4
_EXHAUSTED = "nothing left to do"


@dataclass(frozen=True)
class DrawnCases:
    """Cases of one operation in one phase, and whether there are no others."""

    cards: tuple[FuzzCase, ...]
    is_exhausted: bool


class CaseGenerator:
    """Draws cases from a document. `overrides` are the values of body fields that are pinned."""

    def __init__(self, document: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
        self._overrides = overrides
        self.operations = {each.label: each for each in _operations(document)}

    def draw(self, label: str, phase: Phase, draw: DrawSpec) -> DrawnCases:
        """All cases at boundaries, else the first that the draw's seed gives."""
        operation = self.operations.get(label)
        if operation is None:
            return DrawnCases((), is_exhausted=False)
        if phase == "boundary":
            cases, is_exhausted = list(_made(lambda: by_schemathesis.boundaries(operation))), True
        else:
            cases, is_exhausted = _random(operation, phase, draw)
        cards = [
            card
            for number, case in enumerate(cases)
            for card in _made(partial(self._card, case, phase, str(draw), number))
        ]
        return DrawnCases(tuple(cards), is_exhausted)

    def _card(self, case: Any, phase: Phase, draw: str, number: int) -> Iterator[FuzzCase]:
        yield self.card(case, phase, draw, number)

    def card(self, case: Any, phase: Phase, draw: str, number: int) -> FuzzCase:
        """Make the case of one that was drawn; a valid body gets the values of pinned fields."""
        import requests

        if isinstance(case.body, dict) and case.meta.generation.mode.is_positive:
            pinned = {name: self._pinned(name, number) for name in self._overrides}
            changes = {name: value for name, value in pinned.items() if name in case.body}
            if changes:
                case.body = {**case.body, **changes}
        # Valid or not, it stays what it was drawn as, whatever is changed in it from here on.
        case.freeze_metadata()
        drawn = drawn_of(case)  # before the transport rewrites the case for the wire
        aims = () if number % _STRANGE_SHARE == _STRANGE_SHARE - 1 else by_schemathesis.aims(case)
        wanted = case.as_transport_kwargs(base_url=_BASE_URL)
        request = _request(requests.Request(**wanted).prepare())
        return FuzzCase(case.operation.label, phase, draw, number, request, drawn, aims)

    def _pinned(self, name: str, number: int) -> Any:
        value = self._overrides[name]
        return value.replace("{n}", f"x{number}") if isinstance(value, str) else value


def _random(operation: Any, phase: Phase, draw: DrawSpec) -> tuple[list[Any], bool]:
    import hypothesis
    from hypothesis.errors import HypothesisException

    found: list[Any] = []

    @hypothesis.seed(seed_of(operation.label, phase, draw))
    # Nothing here may depend on the machine, or on an earlier run: one seed draws the same.
    @hypothesis.settings(
        max_examples=draw.count,
        database=None,
        deadline=None,
        derandomize=False,  # a profile that derandomizes would draw the same for every seed
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy_of(operation, phase))
    def collect(case: Any) -> None:
        found.append(case)

    try:
        is_exhausted = _ran_out(collect)
    except HypothesisException:
        # No invalid request exists for an operation that takes nothing.
        is_exhausted = not found
    return found, is_exhausted


def seed_of(label: str, phase: Phase, draw: DrawSpec) -> int:
    """The seed of one part of the corpus: the parts must not all draw the same."""
    # Not by `hash`, which is another one in every process.
    return draw.seed + crc32(f"{phase} {label}".encode())


def strategy_of(operation: Any, phase: Phase) -> Any:
    """Return the strategy that a phase draws an operation's cases from."""
    return by_schemathesis.case_strategy(operation, valid=phase == "valid")


def labels(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Every operation the document declares, as `POST /items`."""
    return tuple(
        f"{name.upper()} {path}"
        for path, item in document.get("paths", {}).items()
        for name in reading.METHODS
        if name in reading.resolve(item, document)
    )


def _operations(document: Mapping[str, Any]) -> list[Any]:
    found = list(_made(lambda: by_schemathesis.operations(document)))
    return [each for each in found if is_resolvable(_declared(each, document), document)]


def _declared(operation: Any, document: Mapping[str, Any]) -> Any:
    path = reading.resolve(document["paths"][operation.path], document)
    return [path.get(operation.method.lower()), path.get("parameters")]


def _made(make: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """Yield what ``make`` gives until it fails; a failure to generate leaves nothing to send.

    Raises what says that Schemathesis is of a version the kit does not know.
    """
    try:
        yield from make()
    except Exception as error:  # unsatisfiable, unresolvable, unserialisable: not a case
        if _is_misfit(error):
            raise


def _is_misfit(error: Exception) -> bool:
    """Return whether a call did not fit Schemathesis, whatever the document says."""
    *_, innermost = traceback.walk_tb(error.__traceback__)
    is_here = innermost[0].f_code.co_filename in {__file__, by_schemathesis.__file__}
    return is_here and isinstance(error, TypeError | AttributeError | ImportError)


def _ran_out(test: Callable[[], None]) -> bool:
    """Run a Hypothesis test and say whether it ended because there was nothing left to draw."""
    from hypothesis.statistics import collector

    said: list[str] = []
    listener: Any = lambda found: said.append(str(found.get("stopped-because")))  # noqa: E731
    with deterministic(), collector.with_value(listener):
        test()
    return _EXHAUSTED in said


def _request(prepared: Any) -> Request:
    kept = [pair for pair in prepared.headers.items() if pair[0].lower() not in _UNNEEDED]
    body = prepared.body or b""
    return Request(
        method=str(prepared.method),
        target=str(prepared.path_url),
        headers=tuple((str(name), _text(value)) for name, value in kept),
        body=body if isinstance(body, bytes) else str(body).encode(),
    )


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
