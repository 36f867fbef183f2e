"""Findings of the built-in checks on one answer, and those that only strict owners mind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ...generation import by_schemathesis
from ...generation.samples import reading
from .lenience import is_lax
from .messages import Answer, Suppression

FAILURE = "not_a_server_error"
_SERVER_ERROR = 500
_BAD_REQUEST = 400
_NO_ENTRY = frozenset({401, 403})
_MOVED = frozenset({307, 308})
_NOT_ROUTED = frozenset({404, 405})
# Formats with one spelling, or none: no validator is stricter than the document here.
_SETTLED_FORMATS = frozenset({None, "uuid", "password", "binary", "byte"})
_DECIMAL = frozenset({"number", "string"})
_CONTAINERS = {
    "path": "path_parameters",
    "query": "query",
    "header": "headers",
    "cookie": "cookies",
}


@dataclass(frozen=True)
class Finding:
    """One check that failed, in its own words.

    `sort` tells findings of one check apart that are different defects: another field, another
    keyword, another exception.
    """

    check: str
    message: str
    sort: str


class Checks:
    """The findings on one answer after another."""

    def __init__(self) -> None:
        self._runner = by_schemathesis.CheckRunner()

    def findings(self, case: Any, prepared: Any, answer: Answer) -> tuple[Finding, ...]:
        """Every built-in check this answer fails, in a stable order."""
        answered = by_schemathesis.response(prepared, answer.status, _grouped(answer), answer.body)
        found = {_finding(each, case, answer) for each in self._runner.failures(case, answered)}
        if answer.status >= _SERVER_ERROR and by_schemathesis.is_content_type_probe(case):
            words = "Server error for an undeclared content type"
            found.add(Finding(FAILURE, words, answer.cause))
        # The status and the shape of a server error are its consequences, not further defects.
        errors = {finding for finding in found if finding.check == FAILURE}
        return tuple(sorted(errors or found, key=lambda finding: (finding.check, finding.message)))


def _grouped(answer: Answer) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in answer.headers:
        grouped.setdefault(name.lower(), []).append(value)
    return grouped


def _finding(failure: Any, case: Any, answer: Answer) -> Finding:
    check = failure.checks[0] if failure.checks else type(failure).__name__
    words = [failure.title, *str(failure.message).splitlines()]
    message = "\n".join(word for word in words if word.strip())
    return Finding(check, message, _sort(failure, case, answer))


def _sort(failure: Any, case: Any, answer: Answer) -> str:
    # By attributes, titles and names: this room does not import Schemathesis and its classes.
    if hasattr(failure, "schema_path"):
        return "/".join(map(str, failure.schema_path))
    if failure.title == "Server error":
        return answer.cause
    if type(failure).__name__ != "AcceptedNegativeData":
        return str(failure.title)
    data = case.meta.phase.data
    broken = [f"{m.schema_pointer} {' '.join(m.keywords)}" for m in data.mutations]
    named = [getattr(data, "scenario", ""), data.parameter_location, data.parameter, data.location]
    return " ".join(map(str, broken or named))


def suppression_of(
    check: str, case: Any, answer: Answer, document: Mapping[str, object]
) -> Suppression:
    """Return the reason not to hold a finding against a service, such as a lenient reader."""
    if check != FAILURE and _is_the_collection(case):
        return "habit"
    if check == "negative_data_rejection" and answer.is_refusal:
        return "habit"
    if check == "negative_data_rejection":
        return "types" if _accepted_by_leniency(case, document) else ""
    return "habit" if _is_habit(check, case, answer, document) else ""


def _is_habit(check: str, case: Any, answer: Answer, document: Mapping[str, object]) -> bool:
    if check == "allow_header_conformance":
        # Most routers answer 405 for the first route of a path alone.
        return True
    if check == "positive_data_acceptance":
        # A taken name, or a parent that is not there: no schema can tell what is stored.
        return answer.has_database_error or any(
            _reads_strictly(schema, value[0], document)
            for schema, value, _ in _sent(case, document)
            if value is not None
        )
    return check == "status_code_conformance" and _framework_status(case, answer, document)


def _is_the_collection(case: Any) -> bool:
    """Return whether another operation answered: Starlette's router lets a path end in a newline.

    So the collection is found where an id was meant that is a newline and no more.
    """
    return any(unquote(str(value)) == "\n" for value in case.path_parameters.values())


def _accepted_by_leniency(case: Any, document: Mapping[str, object]) -> bool:
    """Return whether all is valid for a reader who coerces types and ignores extra keys."""
    return all(
        not needed if value is None else is_lax(schema, value[0], document)
        for schema, value, needed in _sent(case, document)
    )


_Sent = tuple[object, tuple[Any] | None, bool]


def _sent(case: Any, document: Mapping[str, object]) -> Iterator[_Sent]:
    """Schema, value (None if absent) and whether it is required, for all the operation declares."""
    path = reading.resolve(document.get("paths", {}).get(case.path), document)  # type: ignore[attr-defined]
    operation = reading.resolve(path.get(case.operation.method.lower()), document)
    for listed in [*path.get("parameters", []), *operation.get("parameters", [])]:
        declared = reading.resolve(listed, document)
        container = getattr(case, _CONTAINERS[declared["in"]]) or {}
        value = (_last(container[declared["name"]]),) if declared["name"] in container else None
        yield declared.get("schema", {}), value, declared.get("required", False)
    body = reading.resolve(operation.get("requestBody"), document)
    if body:
        content = body.get("content", {}).get(case.media_type, {})
        yield content.get("schema", {}), _body(case), body.get("required", False)


def _last(value: Any) -> Any:
    # A parameter given twice: frameworks take the last one.
    return value[-1] if isinstance(value, list) and value else value


def _body(case: Any) -> tuple[Any] | None:
    return (case.body,) if by_schemathesis.has_body(case) else None


def _reads_strictly(schema: object, value: Any, document: Mapping[str, object]) -> bool:
    """Return whether a text was sent that services rightly read more strictly than documents.

    Formats are such texts, and NUL, which some databases cannot store. So are decimal numbers,
    whose count of digits a schema cannot bound, and which are texts to one half of their schema.
    """
    if isinstance(value, Mapping):
        fields = reading.properties(schema, document)
        parts = ((fields[name], item) for name, item in value.items() if name in fields)
        return any(_reads_strictly(field, item, document) for field, item in parts)
    settled = reading.settle(schema, document)
    if isinstance(value, list):
        items = settled.get("items", {})
        return any(_reads_strictly(items, item, document) for item in value)
    if reading.kinds(schema, document) - {"null"} == _DECIMAL:
        return True
    is_formatted = settled.get("format") not in _SETTLED_FORMATS
    return isinstance(value, str) and (is_formatted or "\x00" in value)


def _framework_status(case: Any, answer: Answer, document: Mapping[str, object]) -> bool:
    if answer.status in _MOVED:
        return True
    if answer.status in _NO_ENTRY:
        operation = reading.resolve(case.operation.definition.raw, document)
        return bool(operation.get("security", document.get("security")))
    if answer.status == _BAD_REQUEST:
        return isinstance(case.body, bytes) or b"parsing the body" in answer.body
    # The router itself refuses such a path, before any operation is chosen.
    odd = (str(value) for value in case.path_parameters.values())
    return answer.status in _NOT_ROUTED and any("/" in text or text in ("", ".") for text in odd)
