"""Send what Schemathesis generates for every operation, and collect every distinct alarm.

Generation never looks at answers, so one seed gives one sequence of requests. Two checks that
send requests of their own are left out: ``ignored_auth``, and the comparison behind a server
error for an undeclared content type, which is reported as the server error it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any
from zlib import crc32

from ..samples import reading
from . import findings
from .bodies import loaded
from .document import is_resolvable
from .records import Alarm, Answer, Exploration, Request, Send

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_BASE_URL = "http://testserver"
# The client library's own headers, and the random case id that would make equal runs differ.
_UNNEEDED = frozenset(
    {"x-schemathesis-testcaseid", "user-agent", "host", "accept-encoding", "connection"}
)
# One case in four keeps its generated path: absent rows have an answer, too.
_STRANGE_SHARE = 4


def explore(
    document: Mapping[str, Any],
    send: Send,
    *,
    seed: int,
    examples: int = 10,
    headers: Mapping[str, str] = _NO_HEADERS,
    known: Mapping[str, object] = _NOTHING,
) -> Exploration:
    """Every coverage case of every operation, then ``examples`` valid and invalid ones at random.

    ``headers`` go with each request, for instance to authenticate. ``known`` names path
    parameters of rows that exist, for instance ``{"item_id": 7}``: three in four of the cases
    with a valid path get them. DELETE comes last, so that the row lives as long as possible.
    What ``send`` raises is not caught; what cannot be generated counts as no case.
    """
    explorer = _Explorer(document, send, seed, examples, headers, known)
    for operation in _operations(document, seed):
        explorer.visit(operation)
    cases = {label: explorer.cases.get(label, 0) for label in _labels(document)}
    return Exploration({**cases, **explorer.cases}, tuple(explorer.alarms.values()))


def _labels(document: Mapping[str, Any]) -> Iterator[str]:
    methods = ("get", "put", "post", "patch", "head", "options", "trace", "delete")
    for path, item in document.get("paths", {}).items():
        offered = reading.resolve(item, document)
        yield from (f"{name.upper()} {path}" for name in methods if name in offered)


def _operations(document: Mapping[str, Any], seed: int) -> list[Any]:
    results = list(_made(lambda: loaded(document, seed).get_all_operations()))
    operations = [result.ok() for result in results if hasattr(result, "ok")]
    whole = [each for each in operations if is_resolvable(_declared(each, document), document)]
    return sorted(whole, key=lambda operation: operation.method.upper() == "DELETE")


def _declared(operation: Any, document: Mapping[str, Any]) -> Any:
    path = reading.resolve(document["paths"][operation.path], document)
    return [path.get(operation.method.lower()), path.get("parameters")]


def _made(make: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """What ``make`` gives until it fails; a failure to generate leaves nothing to send."""
    try:
        yield from make()
    except Exception:  # noqa: BLE001 - unsatisfiable, unresolvable, unserialisable: not a case
        return


@dataclass
class _Explorer:
    document: Mapping[str, Any]
    send: Send
    seed: int
    examples: int
    headers: Mapping[str, str]
    known: Mapping[str, object]
    cases: dict[str, int] = field(default_factory=dict)
    alarms: dict[tuple[str, str, int], Alarm] = field(default_factory=dict)

    def visit(self, operation: Any) -> None:
        """Send every case of one operation."""
        self.cases[operation.label] = 0
        for number, case in enumerate(self._generated(operation)):
            for prepared in _made(partial(self._ready, case, number)):
                self._check(case, prepared)

    def _generated(self, operation: Any) -> Iterator[Any]:
        from schemathesis import GenerationMode

        yield from _made(partial(_coverage, operation))
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            start = self.seed + crc32(f"{mode.value} {operation.label}".encode())
            yield from _made(partial(_drawn, operation, mode, start, self.examples))

    def _ready(self, case: Any, number: int) -> Iterator[Any]:
        """The case as a request of the requests library; nothing if it must not be sent."""
        import requests

        # The caller's headers would silently repair a case that is about one of them.
        about = getattr(case.meta.phase.data, "parameter", None) or ""
        if about.lower() in {name.lower() for name in self.headers}:
            return
        if number % _STRANGE_SHARE != _STRANGE_SHARE - 1:
            self._aim(case)
        wanted = case.as_transport_kwargs(base_url=_BASE_URL, headers=dict(self.headers))
        yield requests.Request(**wanted).prepare()

    def _aim(self, case: Any) -> None:
        """Point a case with a valid path at a row that exists."""
        from schemathesis.core.parameters import ParameterLocation

        shared = case.path_parameters.keys() & self.known.keys()
        path = case.meta.components.get(ParameterLocation.PATH)
        about = getattr(case.meta.phase.data, "parameter_location", None)
        if shared and path and path.mode.is_positive and about != ParameterLocation.PATH:
            case.path_parameters = {
                **case.path_parameters,
                **{name: self.known[name] for name in shared},
            }

    def _check(self, case: Any, prepared: Any) -> None:
        request = _request(prepared)
        answer = self.send(request)
        label = case.operation.label
        self.cases[label] += 1
        for finding in findings.findings(case, prepared, answer, self.headers):
            key = (finding.check, label, answer.status)
            lax = findings.is_lax_finding(finding.check, case, answer, self.document)
            # An alarm worth hearing takes the place of a lax one, never the other way round.
            if key not in self.alarms or (self.alarms[key].lax and not lax):
                self.alarms[key] = self._alarm(finding, label, request, answer, lax=lax)

    def _alarm(
        self, finding: findings.Finding, label: str, request: Request, answer: Answer, *, lax: bool
    ) -> Alarm:
        message = f"{finding.message}\n{request.curl(masked=self.headers)}"
        return Alarm(finding.check, label, message, request, answer, lax)


def _coverage(operation: Any) -> Iterator[Any]:
    from schemathesis import GenerationMode
    from schemathesis.generation.drivers import CoverageGenerator
    from schemathesis.generation.feedback import NO_FEEDBACK
    from schemathesis.generation.overrides import Override

    configuration = operation.schema.config.generation_for(operation=operation, phase="coverage")
    nothing = Override(query={}, headers={}, cookies={}, path_parameters={}, body={})
    return iter(
        CoverageGenerator(
            operation=operation,
            generation_modes=list(GenerationMode),
            generation_config=configuration,
            auth_storage=None,
            override=nothing,
            feedback=NO_FEEDBACK,
        )
    )


def _drawn(operation: Any, mode: Any, start: int, examples: int) -> list[Any]:
    """The first cases Hypothesis draws from this seed; drawn before the first one is sent."""
    import hypothesis
    from hypothesis.errors import HypothesisException
    from schemathesis.generation.feedback import NO_FEEDBACK

    found: list[Any] = []

    @hypothesis.seed(start)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,  # a profile that derandomizes would draw the same for every seed
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode, feedback=NO_FEEDBACK))
    def collect(case: Any) -> None:
        found.append(case)

    try:
        collect()
    except HypothesisException:
        # No invalid request exists for an operation that takes nothing.
        return found
    return found


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
