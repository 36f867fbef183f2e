"""The words of the openapi area: whether the service does what its document says."""

from __future__ import annotations

from .rule import Level, Rule

API_01 = Rule(
    id="API-01",
    level=Level.REQUIRED,
    statement="The OpenAPI document MUST be valid.",
    rationale=(
        "Client generators, gateways and documentation pages stop at the first reference that "
        "leads nowhere, and the team behind them learns it from a stack trace."
    ),
    fix="Look at the place in the document that is named, and mend the model or route behind it.",
)

API_02 = Rule(
    id="API-02",
    level=Level.RECOMMENDED,
    statement="Every operation id SHOULD be unique in the document.",
    rationale="Two operations of one id become one method of a generated client.",
    fix="Give the routes names of their own, or set `generate_unique_id_function`.",
    needs=("document",),
)

API_03 = Rule(
    id="API-03",
    level=Level.REQUIRED,
    statement="A request generated from the document MUST NOT be answered with a server error.",
    rationale=(
        "The document invites these requests. A 500 to one of them is a defect that any client "
        "can reach, and an alarm for whoever is on call."
    ),
    fix="Repeat the request with the curl command that is shown, and read the service's traceback.",
    needs=("document",),
)

API_04 = Rule(
    id="API-04",
    level=Level.RECOMMENDED,
    statement="The status of every answer SHOULD be declared in the document.",
    rationale=(
        "A generated client raises an unknown error for what is an everyday 404, because nobody "
        "told it that there could be one."
    ),
    fix="Declare it beside the route: `responses={404: {'model': ErrorOut}}`.",
    needs=("document",),
)

API_05 = Rule(
    id="API-05",
    level=Level.REQUIRED,
    statement="A successful answer MUST match the schema that the document declares for it.",
    rationale=(
        "Clients are generated from the schema: a missing field or a null where none may be is "
        "an exception in every one of them."
    ),
    fix="Let the framework validate the answer: `response_model=`, or a return annotation.",
    needs=("document",),
)

API_06 = Rule(
    id="API-06",
    level=Level.RECOMMENDED,
    statement="The content type of every answer SHOULD be declared in the document.",
    rationale="A client that was promised JSON parses plain text, and reports a syntax error.",
    fix="Answer with the declared type, or name the other one under `responses` of the route.",
    needs=("document",),
)

API_07 = Rule(
    id="API-07",
    level=Level.RECOMMENDED,
    statement="A request that the document forbids SHOULD be refused.",
    rationale=(
        "What the document forbids and the service takes is stored in no defined form, and the "
        "first strict reader fails on it."
    ),
    fix="Keep the constraint where it is checked: in the model's `Field`, not in a description.",
    needs=("document",),
)

API_08 = Rule(
    id="API-08",
    level=Level.RECOMMENDED,
    statement="A request that the document allows SHOULD be accepted.",
    rationale=(
        "Whoever follows the document and is refused has nothing to correct; the rule that "
        "refused them is written nowhere they can see."
    ),
    fix="Put the rule into the schema: a pattern, a length, an enum, a format.",
    needs=("document", "inside-view"),
)

API_09 = Rule(
    id="API-09",
    level=Level.PREVIEW,
    statement=(
        "A method that a path does not support SHOULD be answered with 405 naming all that it "
        "supports."
    ),
    rationale="Clients and crawlers read `Allow` to learn what they may do with a resource.",
    fix=(
        "Answer 405 from a handler of your own, with the methods of all routes of the path: in "
        "FastAPI `@app.exception_handler(405)` and `{m for r in app.routes if "
        "r.matches(request.scope)[0] != Match.NONE for m in r.methods}` for `Allow`."
    ),
    needs=("document",),
)

API_10 = Rule(
    id="API-10",
    level=Level.REQUIRED,
    statement="Every operation that the document declares for the collection MUST have a route.",
    rationale=(
        "A document that is written by hand, or cached, promises what was removed: clients are "
        "built on it, and meet a 404 or 405 in production."
    ),
    fix="Generate the document from the routes, or take the operation out of it.",
    needs=("document", "create"),
)

API_11 = Rule(
    id="API-11",
    level=Level.RECOMMENDED,
    statement="The OpenAPI document SHOULD be the same every time it is fetched.",
    rationale=(
        "A document that changes by itself makes a new client out of every build, and hides the "
        "changes that matter in the difference."
    ),
    fix="Leave times and random values out of it, and sort whatever comes out of a set.",
    needs=("document",),
)

API_12 = Rule(
    id="API-12",
    level=Level.REQUIRED,
    statement="A write that the document declares as secured MUST be refused without credentials.",
    rationale=(
        "The lock in the documentation protects nothing: with `auto_error=False`, or a dependency "
        "that is declared and never looked at, everybody may write."
    ),
    fix="Raise 401 where the credentials are missing, in the dependency the route declares.",
    needs=("document",),
)

API_13 = Rule(
    id="API-13",
    level=Level.RECOMMENDED,
    statement="Every example in the document SHOULD be valid against its schema.",
    rationale="Examples are what people copy first; a wrong one is refused at their first try.",
    fix="Mend the `examples` of the field or model that is named.",
    needs=("document",),
)

API_14 = Rule(
    id="API-14",
    level=Level.RECOMMENDED,
    statement="A refusal SHOULD match the schema that the document declares for it.",
    rationale=(
        "Clients show the reason they find where the schema says it is. FastAPI declares a list "
        "for 422, and `HTTPException(422, 'text')` answers a text."
    ),
    fix="Answer all refusals of a status in one form, and declare that form under `responses`.",
    needs=("document",),
)

API_15 = Rule(
    id="API-15",
    level=Level.RECOMMENDED,
    statement="The OpenAPI document SHOULD be the same after every start.",
    rationale=(
        "Two workers that describe themselves differently make clients, caches and the contract "
        "between teams depend on which of them was asked."
    ),
    fix="Leave start times and random values out of it, and sort whatever comes out of a set.",
    needs=("document", "outside-view"),
)

API_16 = Rule(
    id="API-16",
    level=Level.RECOMMENDED,
    statement="The maximum text length of a column SHOULD be declared in the document.",
    rationale=(
        "A client that cannot know the limit learns it from a refusal, or from a text that was "
        "cut; forms and generated validators are made from the document."
    ),
    fix="Give the field of the model the length of its column: `Field(max_length=...)`.",
    needs=("document", "create", "outside-view"),
)

API_17 = Rule(
    id="API-17",
    level=Level.REQUIRED,
    statement="The OpenAPI document MUST NOT reveal the address of the database.",
    rationale=(
        "The document is what a service shows to everybody: with the address an attacker knows "
        "the host, the name and the user of the database, often its password too."
    ),
    fix=(
        "Take the setting out of the place that is named: a description, an example, a server, or "
        "the default of a field; keep it a `SecretStr`."
    ),
    needs=("document",),
)

API_18 = Rule(
    id="API-18",
    level=Level.PREVIEW,
    statement="An action beside the collection MUST commit what it has written before a success.",
    rationale=(
        "A session that commits by status often knows 2xx alone: the action that redirects after "
        "its write is undone, and its user sees the page that says it is done."
    ),
    fix="Commit in the endpoint or service, or for every status below 400.",
    needs=("document", "engine-view"),
)

RULES = (
    API_01,
    API_02,
    API_03,
    API_04,
    API_05,
    API_06,
    API_07,
    API_08,
    API_09,
    API_10,
    API_11,
    API_12,
    API_13,
    API_14,
    API_15,
    API_16,
    API_17,
    API_18,
)
