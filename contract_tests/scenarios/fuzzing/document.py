"""Errors of an OpenAPI document itself, found before any request is sent."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from ...generation.by_schemathesis import UnreadDocumentError, validate
from ...generation.samples import reading
from ...masking.cutting import cut

_OWN_JSON = frozenset({"example", "examples", "default", "enum", "const"})
SCHEMAS = "#/components/schemas"
_VERSIONS = ("3.0.", "3.1.", "3.2.")
_ADDRESSES = (
    "authorizationUrl",
    "openIdConnectUrl",
    "refreshUrl",
    "termsOfService",
    "tokenUrl",
    "url",
)
"""The fields that hold an address. OpenAPI lets it be relative, its schema does not."""


def document_problems(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences that say where the document is not valid OpenAPI 3.x; empty when it is.

    Beyond the official schema of OpenAPI it is asked that operation ids are unique, that the
    parameters of every path are declared, that references lead somewhere inside the document,
    and that the examples beside a schema are valid for it.
    """
    version = str(document.get("openapi"))
    if not version.startswith(_VERSIONS):
        return (f"openapi: {version!r} is not a version of OpenAPI 3",)
    dangling = tuple(_dangling(document, document, "#"))
    # The checks behind this one follow the references.
    rest = () if dangling else (*_twice(document), *_undeclared(document), *_examples(document))
    schemas = _invalid_schemas(document, "#") if _knows_dialect(document) else ()
    return (*_invalid(document), *schemas, *dangling, *rest)


def _invalid(document: Mapping[str, Any]) -> Iterator[str]:
    import jsonschema_rs

    try:
        validate(_absolute(document))
    except jsonschema_rs.ValidationError as error:
        yield f"{_place(error.instance_path)}: {cut(error.message, 300)}"
    except UnreadDocumentError as error:
        yield f"#: {error}"


def _absolute(here: Any) -> Any:
    """The same with every relative address as it leads on from the document's own."""
    if isinstance(here, list):
        return [_absolute(part) for part in here]
    if not isinstance(here, Mapping):
        return here
    return {key: _followed(key, part) for key, part in here.items()}


def _followed(key: str, part: Any) -> Any:
    if key in _ADDRESSES and isinstance(part, str):
        return urljoin("https://service.example/", part)
    return part if key in _OWN_JSON else _absolute(part)


def _place(path: list[str | int]) -> str:
    return "/".join(["#", *(_escaped(part) for part in path)])


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _dangling(here: Any, document: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, inside in _inside(here):
        if key == "$ref" and isinstance(inside, str) and inside.startswith("#"):
            if reading.pointed(inside, document) is None:
                yield f"{place}: {inside} leads nowhere"
        else:
            yield from _dangling(inside, document, f"{place}/{_escaped(key)}")


def _inside(here: Any) -> Iterator[tuple[object, Any]]:
    """The parts of a document, without the author's own JSON: a ``$ref`` in there is text."""
    if isinstance(here, list):
        yield from enumerate(here)
    elif isinstance(here, Mapping):
        yield from ((key, part) for key, part in here.items() if key not in _OWN_JSON)


def is_resolvable(here: Any, document: Mapping[str, Any]) -> bool:
    """Return whether every reference met on the way through this part leads somewhere."""
    return all(part is not None for _, part in _reached(here, document))


def has_invalid_schema(here: Any, document: Mapping[str, Any]) -> bool:
    """Return whether a schema in this part, or one that it refers to, is not valid itself."""
    reached = [(place, part) for place, part in _reached(here, document) if part is not None]
    pointed = (_rejected(part, place) for place, part in reached if place.startswith(SCHEMAS))
    parts = (here, *(part for place, part in reached if not place.startswith(SCHEMAS)))
    found = (_invalid_schemas(part, "#") for part in parts)
    return _knows_dialect(document) and any(any(problems) for problems in (*pointed, *found))


def _reached(here: Any, document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each reference on the way through this part, and what it leads to; None for nothing."""
    waiting, met = [here], set()
    while waiting:
        for key, inside in _inside(waiting.pop()):
            if key != "$ref" or not isinstance(inside, str):
                waiting.append(inside)
            elif inside not in met:
                met.add(inside)
                waiting.append(reading.pointed(inside, document))
                yield inside, waiting[-1]


def _knows_dialect(document: Mapping[str, Any]) -> bool:
    """Return whether schemas are those of JSON Schema: OpenAPI 3.0 says itself what they are."""
    return not str(document.get("openapi")).startswith("3.0.") and (
        "jsonSchemaDialect" not in document
    )


def _invalid_schemas(here: Any, place: str) -> Iterator[str]:
    for key, inside in _inside(here):
        at = f"{place}/{_escaped(key)}"
        if key == "schema" or place == SCHEMAS:
            yield from _rejected(inside, at)
        else:
            yield from _invalid_schemas(inside, at)


def _rejected(schema: Any, place: str) -> Iterator[str]:
    import jsonschema_rs

    if not isinstance(schema, dict) or "$schema" in schema:
        return
    try:
        jsonschema_rs.meta.validate(schema)
    except jsonschema_rs.ValidationError as error:
        yield f"{place}{_place(error.instance_path)[1:]}: {cut(error.message, 300)}"


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method in reading.METHODS:
            if isinstance(item, Mapping) and isinstance(item.get(method), Mapping):
                shared = item.get("parameters", [])
                parameters = [*shared, *item[method].get("parameters", [])]
                yield path, method.upper(), {**item[method], "parameters": parameters}


def _twice(document: Mapping[str, Any]) -> Iterator[str]:
    ids = Counter(
        operation["operationId"]
        for _, _, operation in _operations(document)
        if "operationId" in operation
    )
    for name, count in ids.items():
        if count > 1:
            yield f"operationId {name!r} is used {count} times"


def _undeclared(document: Mapping[str, Any]) -> Iterator[str]:
    for path, method, operation in _operations(document):
        named = {part.split("}")[0] for part in path.split("{")[1:]}
        resolved = [reading.resolve(each, document) for each in operation["parameters"]]
        declared = {str(each.get("name")) for each in resolved if each.get("in") == "path"}
        for name in sorted(named - declared):
            yield f"{method} {path}: the path parameter {name!r} is not declared"
        for name in sorted(declared - named):
            yield f"{method} {path}: the declared path parameter {name!r} is not in the path"


def _examples(document: Mapping[str, Any]) -> Iterator[str]:
    for place, schema in _exemplified(document, "#"):
        listed = schema.get("examples")
        examples = [*(listed if isinstance(listed, list) else ())]
        examples += [schema["example"]] if "example" in schema else []
        for example in examples:
            for message in _refusals(schema, example, document):
                yield f"{place}: an example is not valid: {message}"


def _exemplified(here: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema that carries examples; a schema is told by its ``type`` or ``$ref``."""
    schema_like = isinstance(here, Mapping) and isinstance(here.get("type"), str | list)
    if schema_like and ("example" in here or isinstance(here.get("examples"), list)):
        yield place, here
    for key, inside in _inside(here):
        yield from _exemplified(inside, f"{place}/{_escaped(key)}")


def _refusals(
    schema: Mapping[str, Any], example: object, document: Mapping[str, Any]
) -> Iterator[str]:
    import jsonschema_rs

    if example is None and reading.is_nullable(schema, document):
        return
    # References inside the schema are read from the root it is compiled with. Boolean bounds
    # are OpenAPI 3.0, which no draft of JSON Schema after the fourth reads.
    old = str(document.get("openapi")).startswith("3.0")
    draft: Any = jsonschema_rs.Draft4Validator if old else jsonschema_rs.Draft202012Validator
    try:
        validator = draft({**schema, "components": document.get("components", {})})
    except (ValueError, TypeError):
        return
    for error in validator.iter_errors(example):
        yield cut(error.message, 200)
