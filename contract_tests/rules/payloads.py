"""The words of the payloads area: what the service does with values nobody thought of.

The rules on ordinary values that have to come back unchanged are in `payloads_values`.
"""

from __future__ import annotations

from . import payloads_edges as edges
from . import payloads_hostile as hostile
from . import payloads_searches as searches
from . import payloads_sizes as sizes
from . import payloads_values as values
from .rule import Level, Rule

PAY_01 = Rule(
    id="PAY-01",
    level=Level.REQUIRED,
    statement=(
        "A text sent in a create MUST be returned unchanged by a fresh read unless it is refused."
    ),
    rationale=(
        "Names have accents, emoji and quotes. A text that is cut, escaped or replaced on its way "
        "to the column is lost for good, and nobody was told."
    ),
    fix=(
        "Store the text as it came: escape where it is shown, not where it is stored; give the "
        "database a full Unicode encoding (UTF8, utf8mb4)."
    ),
    needs=("create", "read"),
)

PAY_02 = Rule(
    id="PAY-02",
    level=Level.REQUIRED,
    statement=(
        "A text sent in a change MUST be returned unchanged by a fresh read unless it is refused."
    ),
    rationale=(
        "Create and update often go through different code. What was right when it was created "
        "is spoilt by the first correction of a typing error."
    ),
    fix="Let PUT, PATCH and POST share one schema for the field, and no code that rewrites it.",
    needs=("create", "read", "change"),
)

PAY_03 = Rule(
    id="PAY-03",
    level=Level.REQUIRED,
    statement="A request whose unusual body is refused MUST NOT store anything.",
    rationale=(
        "The client was told that nothing happened, and tries again with other words: now there "
        "are two rows, and one of them holds what the service itself calls invalid."
    ),
    fix="Validate the whole request before the first write, or roll back when you refuse it.",
    needs=("create",),
)

PAY_04 = Rule(
    id="PAY-04",
    level=Level.REQUIRED,
    statement="A text with a NUL character MUST be answered without a server error.",
    rationale=(
        "PostgreSQL cannot store it, so one character in any text field is a 500 that scanners "
        "find within minutes; SQLite stores it, so the team's own tests never see it."
    ),
    fix=(
        r"Refuse it in the schema: `Field(pattern=r'^[^\x00]*$')` on every text field and "
        "parameter."
    ),
)

PAY_05 = Rule(
    id="PAY-05",
    level=Level.REQUIRED,
    statement="A text longer than its column MUST be refused unless it is stored in full.",
    rationale=(
        "PostgreSQL and MySQL refuse it with a 500; a service that cuts it loses the end of what "
        "its user wrote. SQLite ignores the length, so it works until production."
    ),
    fix="Give the schema the column's length: `Field(max_length=255)` beside `String(255)`.",
)

PAY_06 = Rule(
    id="PAY-06",
    level=Level.REQUIRED,
    statement="An id that no column can hold MUST be answered with a client error.",
    rationale=(
        "The driver raises before the query runs: any client makes a 500, and an alarm, out of "
        "`GET /items/9999999999999999999`."
    ),
    fix="Bound the parameter by its column: `Annotated[int, Path(ge=1, le=2**31 - 1)]`.",
    needs=("integer-id",),
)

PAY_07 = Rule(
    id="PAY-07",
    level=Level.REQUIRED,
    statement="An out-of-range paging value MUST be answered without a server error.",
    rationale=(
        "`limit=-1` and `offset=9223372036854775808` reach the database as they are: a 500 on one "
        "database, every row of the table on another."
    ),
    fix="Bound both: `limit: Annotated[int, Query(ge=1, le=100)]`, `offset` likewise (`ge=0`).",
    needs=("list",),
)

PAY_08 = Rule(
    id="PAY-08",
    level=Level.RECOMMENDED,
    statement="A body with a lone surrogate SHOULD be answered without a server error.",
    rationale=(
        r"`\ud800` is legal JSON but not legal text. Stock FastAPI refuses it, then fails to "
        "encode the refusal that repeats it: a 500 for every JSON endpoint."
    ),
    fix=(
        "Answer `RequestValidationError` with a handler of your own that leaves `input` and `ctx` "
        "out: `[{k: e[k] for k in ('type', 'loc', 'msg')} for e in error.errors()]`."
    ),
    needs=("create",),
)

PAY_09 = Rule(
    id="PAY-09",
    level=Level.RECOMMENDED,
    statement="A body with NaN or Infinity SHOULD be answered without a server error.",
    rationale=(
        "Python reads these words in JSON and refuses to write them: the refusal that repeats "
        "them fails, or the row that stores them cannot be shown again."
    ),
    fix=(
        "Leave `input` and `ctx` out of the answer to `RequestValidationError`; give floats "
        "`Field(allow_inf_nan=False)`."
    ),
    needs=("create",),
)

PAY_10 = Rule(
    id="PAY-10",
    level=Level.RECOMMENDED,
    statement="A deeply nested body SHOULD be answered without a server error.",
    rationale=(
        "A thousand brackets are two kilobytes. Repeating them in the refusal exceeds the "
        "recursion limit: a 500 and a very long traceback per request."
    ),
    fix="Leave `input` out of the answer to `RequestValidationError`.",
    needs=("create",),
)

PAY_11 = Rule(
    id="PAY-11",
    level=Level.REQUIRED,
    statement="A body that is not a JSON object MUST be answered without a server error.",
    rationale=(
        "Clients are cut off in the middle of a body, and send a list where one object was asked "
        "for. Answered with 500, they try again and again; answered with 422, they are corrected."
    ),
    fix=(
        "Let the framework parse the body into a model. Where you parse yourself, catch "
        "`ValueError` and look at the type before you index."
    ),
)

PAY_12 = Rule(
    id="PAY-12",
    level=Level.RECOMMENDED,
    statement="A body whose bytes are not UTF-8 SHOULD be answered with a client error.",
    rationale=(
        "`UnicodeDecodeError` is not a `JSONDecodeError`: a parser that catches only the latter "
        "answers 500. One that replaces the bytes stores what nobody wrote."
    ),
    fix=(
        "Answer 400 from a handler for `UnicodeDecodeError`: in Litestar "
        "`exception_handlers={UnicodeDecodeError: answer}`. Where you parse yourself, catch "
        "`ValueError`, the base class of both, around `await request.json()`."
    ),
)

PAY_13 = Rule(
    id="PAY-13",
    level=Level.PREVIEW,
    statement="A write without a JSON content type SHOULD be refused.",
    rationale=(
        "A browser sends text/plain to any site without asking it first. A service that reads "
        "JSON out of it lets every web page write with the cookies of its visitors."
    ),
    fix=(
        "Check the content type before parsing; in FastAPI declare the body as a model and leave "
        "`strict_content_type` on."
    ),
    needs=("create",),
)

PAY_14 = Rule(
    id="PAY-14",
    level=Level.REQUIRED,
    statement=(
        "An integer beyond the range of its column MUST be refused unless it is stored exactly."
    ),
    rationale=(
        "Three thousand million is an ordinary price in some currencies. An Integer column refuses "
        "it with a 500, and a float on the way rounds it."
    ),
    fix="Bound the field by its column, `Field(ge=-2**31, le=2**31 - 1)`, or use BigInteger.",
)

PAY_15 = Rule(
    id="PAY-15",
    level=Level.REQUIRED,
    statement="The list MUST remain readable after unusual bodies were sent.",
    rationale=(
        "One accepted row that cannot be shown makes the whole collection answer 500 for "
        "everybody, until someone deletes it by hand in the database."
    ),
    fix="Refuse on the way in what the answer's model or header cannot show on the way out.",
    needs=("create", "list"),
)

PAY_16 = Rule(
    id="PAY-16",
    level=Level.REQUIRED,
    statement="An accepted date-time MUST denote the same instant in a fresh read.",
    rationale=(
        "A column without time zone drops the offset: the meeting is five hours off, only for "
        "users abroad, and the answer to the create still looked right."
    ),
    fix=(
        "Convert to UTC before storing, in a validator or a TypeDecorator, and show the zone; "
        "`DateTime(timezone=True)` alone does it on PostgreSQL only."
    ),
    needs=("create", "read"),
)

PAY_17 = Rule(
    id="PAY-17",
    level=Level.REQUIRED,
    statement="A malformed id MUST be answered with a client error.",
    rationale=(
        "Links are truncated by mail programs and edited by hand. What cannot be an id is simply "
        "not there; a 500 wakes somebody up for it."
    ),
    fix="Declare the type of the parameter, `item_id: UUID` or `int`, and the framework parses it.",
)

PAY_18 = Rule(
    id="PAY-18",
    level=Level.RECOMMENDED,
    statement="A body of another media type SHOULD be answered without a server error.",
    rationale=(
        "Uploads land on the wrong address. Stock FastAPI puts the bytes of an image into its "
        "refusal and fails to encode them."
    ),
    fix="Leave `input` out of the answer to `RequestValidationError`.",
    needs=("create",),
)

RULES = (
    PAY_01,
    PAY_02,
    PAY_03,
    PAY_04,
    PAY_05,
    PAY_06,
    PAY_07,
    PAY_08,
    PAY_09,
    PAY_10,
    PAY_11,
    PAY_12,
    PAY_13,
    PAY_14,
    PAY_15,
    PAY_16,
    PAY_17,
    PAY_18,
    *hostile.RULES,
    *edges.RULES,
    *values.RULES,
    *sizes.RULES,
    *searches.RULES,
)
