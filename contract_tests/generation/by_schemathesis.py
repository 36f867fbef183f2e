"""All that is asked of Schemathesis: the one module that imports it, inside its functions.

Everything else passes its operations, cases and failures on without a word of where they are from.
Several parts are private: a new version is let in when the proofs of fuzzing pass with it.
"""

import copy
import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .samples import formats

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CONTAINERS = ("path_parameters", "headers", "cookies", "query")
"""The attributes of a case that hold its parameters."""


class UnreadDocumentError(Exception):
    """Schemathesis cannot read the document at all; the message says why."""


def loaded(document: Mapping[str, object], seed: int) -> Any:
    """The document as Schemathesis reads it, untouched by any configuration file nearby."""
    from schemathesis import Config, openapi

    register_formats(document)
    # Loading normalises the document in place; the caller's stays as it is.
    return openapi.from_dict(copy.deepcopy(dict(document)), config=Config(seed=seed))


def register_formats(document: Mapping[str, object]) -> None:
    """Let Schemathesis draw the formats that the document tells expressions of as it tells them.

    Its register is one for the whole process, and the last word about a format counts.
    """
    from hypothesis import strategies
    from schemathesis import openapi

    for name in formats.formats_of(document):
        pattern = formats.pattern_of(name, document) or ""
        found = strategies.from_regex(pattern).filter(lambda text: not text.endswith("\n"))
        openapi.format(name, found)


def validate(document: Mapping[str, object]) -> None:
    """Compare a document with the official schema of OpenAPI.

    Raises `jsonschema_rs.ValidationError` where it differs, `UnreadDocumentError` if it is none.
    """
    from schemathesis.errors import SchemathesisError

    try:
        loaded(document, seed=0).validate()
    except SchemathesisError as error:
        raise UnreadDocumentError(str(error)) from error


def operations(document: Mapping[str, object]) -> Iterator[Any]:
    """Yield the operations of a document that Schemathesis can read."""
    for result in loaded(document, seed=0).get_all_operations():
        if hasattr(result, "ok"):
            yield result.ok()


def body_strategy(schema: object, document: Mapping[str, object]) -> "SearchStrategy[Any]":
    """Every body the schema allows: any keyword is understood, at a tenth of the speed."""
    operation = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "accepted"}},
    }
    alone = {**document, "paths": {"/": {"post": operation}}}
    found = next(iter(loaded(alone, seed=0).get_all_operations())).ok()
    made: SearchStrategy[Any] = found.as_strategy().map(lambda case: case.body)
    return made


def case_strategy(operation: Any, *, valid: bool) -> Any:
    """Return the strategy that draws valid or invalid cases of an operation."""
    from schemathesis import GenerationMode

    # With feedback, what is drawn would depend on earlier answers.
    from schemathesis.generation.feedback import NO_FEEDBACK

    mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
    return operation.as_strategy(generation_mode=mode, feedback=NO_FEEDBACK)


def boundaries(operation: Any) -> Iterator[Any]:
    """Yield the cases at every boundary of an operation."""
    from schemathesis import GenerationMode

    # Boundaries are otherwise made only by the engine, which sends them itself.
    from schemathesis.generation.drivers import CoverageGenerator
    from schemathesis.generation.feedback import NO_FEEDBACK
    from schemathesis.generation.overrides import Override

    configuration = operation.schema.config.generation_for(operation=operation, phase="coverage")
    nothing: dict[str, Any] = {
        "override": Override(query={}, headers={}, cookies={}, path_parameters={}, body={}),
        "as_strategy_kwargs": {},  # its name before 4.32.4
    }
    known = inspect.signature(CoverageGenerator).parameters
    return iter(
        CoverageGenerator(
            operation=operation,
            generation_modes=list(GenerationMode),
            generation_config=configuration,
            auth_storage=None,
            feedback=NO_FEEDBACK,
            **{name: value for name, value in nothing.items() if name in known},
        )
    )


def aims(case: Any) -> tuple[str, ...]:
    """The path parameters of a case with a valid path that is not about its path."""
    # The metadata of a case has keys of this type alone.
    from schemathesis.core.parameters import ParameterLocation

    path = case.meta.components.get(ParameterLocation.PATH)
    about = getattr(case.meta.phase.data, "parameter_location", None)
    is_plain = path and path.mode.is_positive and about != ParameterLocation.PATH
    return tuple(case.path_parameters) if is_plain else ()


def has_body(case: Any) -> bool:
    """Return whether a case has a body: `None` is one, spelled `null`."""
    # The value that stands for no body has no public name.
    from schemathesis.core import NotSet

    return not isinstance(case.body, NotSet)


def case_parts(case: Any) -> dict[str, Any]:
    """Return all that a case is made of, by name; the values may be bytes."""
    body = {"body": case.body} if has_body(case) else {}
    found = {name: dict(getattr(case, name) or {}) for name in CONTAINERS} | body
    found |= {"method": case.method, "path": case.path, "media_type": case.media_type}
    return {**found, "meta": case.meta.to_dict()}


def case_of(operation: Any, parts: Mapping[str, Any]) -> Any:
    """Return the case of which `parts_of` gave these parts."""
    from requests.structures import CaseInsensitiveDict
    from schemathesis import Case

    # Checks ask the metadata what was drawn on purpose; a public case is made without.
    from schemathesis.generation.meta import CaseMetadata

    body = {"body": parts["body"]} if "body" in parts else {}
    case = Case(
        operation=operation,
        method=parts["method"],
        path=parts["path"],
        headers=CaseInsensitiveDict(parts["headers"]),
        media_type=parts["media_type"],
        meta=CaseMetadata.from_dict(parts["meta"]),
        **{name: parts[name] for name in CONTAINERS if name != "headers"},
        **body,
    )
    case.freeze_metadata()
    return case


def response(request: Any, status: int, headers: dict[str, list[str]], body: bytes) -> Any:
    """Return an answer as the checks read it."""
    import schemathesis

    return schemathesis.Response(
        status_code=status,
        headers=headers,
        content=body,
        request=request,
        elapsed=0.0,
        verify=True,
    )


def is_content_type_probe(case: Any) -> bool:
    """Return whether a case is about a content type that the document does not declare."""
    # Private: the scenarios must be those that Schemathesis itself judges by other rules.
    from schemathesis.generation.meta import CONTENT_TYPE_PROBES

    return getattr(case.meta.phase.data, "scenario", None) in CONTENT_TYPE_PROBES


class CheckRunner:
    """All that Schemathesis knows to check of one answer, set up once for each kind of case.

    Its public `Case.validate_response` sets up anew for each answer, and words every failure for
    a terminal: that takes longer than the checks.
    """

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, str], Any] = {}

    def failures(self, case: Any, answered: Any) -> set[Any]:
        """Return the failures of all checks that send nothing of their own."""
        from schemathesis.checks import run_checks

        context = self._context(case)
        excluded = _excluded(probe=is_content_type_probe(case))
        # The only list of the checks that are in force for this context.
        checks = [check for check in context.internals.checks if check not in excluded]
        collected: set[Any] = run_checks(
            case=case, response=answered, ctx=context, checks=checks, on_failure=_collect
        )
        return collected

    def _context(self, case: Any) -> Any:
        # The public way sets the checks up for each answer: it is too slow, see the class.
        from schemathesis.checks import CheckContext, load_all_checks

        kind = case.operation.label, case.meta.phase.name.value
        if kind not in self._contexts:
            load_all_checks()
            configuration = case.operation.schema.config
            self._contexts[kind] = CheckContext(
                override=None,
                auth=None,
                headers=None,
                config=configuration.checks_config_for(operation=case.operation, phase=kind[1]),
                transport_kwargs=None,
                response_checks=None,
            )
        return self._contexts[kind]


def _collect(_name: str, collected: set[Any], failure: Any) -> None:
    collected.add(failure)


def _excluded(*, probe: bool) -> list[Any]:
    from schemathesis.checks import not_a_server_error

    # Private, and needed to leave it out: it sends requests behind the caller's back.
    from schemathesis.specs.openapi.checks import ignored_auth

    return [ignored_auth, not_a_server_error] if probe else [ignored_auth]
