"""The words on requests no generator sends: odd ids, numbers, headers and lengths."""

from __future__ import annotations

from .rule import Level, Rule

PAY_19 = Rule(
    id="PAY-19",
    level=Level.REQUIRED,
    statement="An alternative spelling of an id MUST NOT lead to another row or to a server error.",
    rationale=(
        "`int('1_0')` is 10, and MySQL takes `7abc` for 7: whoever checks the text and looks up "
        "the number has checked one row and shows another."
    ),
    fix="Declare the parameter as `int` or `UUID`, and use the parsed value alone from there on.",
    needs=("create", "read"),
)

PAY_20 = Rule(
    id="PAY-20",
    level=Level.RECOMMENDED,
    statement="A row SHOULD be found under only one spelling of its numeric id.",
    rationale=(
        "`/items/10`, `/items/1_0` and `/items/+10` are three addresses for a cache, a rate limit "
        "and an access log, but one row: what is blocked under one address is open under the "
        "others."
    ),
    fix=(
        "Refuse the others before they are parsed: `BeforeValidator` with a function that raises "
        "`ValueError` unless the text is plain digits, after `Path(ge=1)` in the `Annotated`."
    ),
    needs=("create", "read", "integer-id"),
)

PAY_21 = Rule(
    id="PAY-21",
    level=Level.REQUIRED,
    statement="A body without a declared length MUST be answered without a server error.",
    rationale=(
        "Over HTTP/2, and from every client that streams, a body comes without `Content-Length`. "
        "Code that reads the header anyway fails for them alone."
    ),
    fix=(
        "Count the bytes as they arrive. If you need the header, read it by `.get()`, and answer "
        "411 where it is missing."
    ),
    needs=("create",),
)

PAY_22 = Rule(
    id="PAY-22",
    level=Level.REQUIRED,
    statement="A request with non-ASCII bytes in a header MUST be answered without a server error.",
    rationale=(
        "Servers pass such bytes on, and scanners send them all day. A middleware that decodes or "
        "repeats such a header turns each into a 500."
    ),
    fix=(
        "Read headers as latin-1, as Starlette's `request.headers` does, and let a value into a "
        "log or an answer only if `value.isascii()`."
    ),
)

PAY_23 = Rule(
    id="PAY-23",
    level=Level.RECOMMENDED,
    statement="A number with thousands of digits SHOULD be answered without a server error.",
    rationale=(
        "Python refuses to read more than 4300 digits and raises a `ValueError` that is not a "
        "`JSONDecodeError`: anybody can cause a 500 with five kilobytes."
    ),
    fix=(
        "Catch `ValueError` around every `int()` and `json.loads()` of what a client sent; in "
        "FastAPI declare `int` in the signature, not in the path: `{item_id}`, not `{item_id:int}`."
    ),
)

PAY_24 = Rule(
    id="PAY-24",
    level=Level.RECOMMENDED,
    statement="A number that is not finite SHOULD be refused.",
    rationale=(
        "Python reads `NaN` and makes Infinity of `1e400`. Once stored, it is shown as null to "
        "everybody, or makes the whole list fail."
    ),
    fix="Give every float and decimal `Field(allow_inf_nan=False)`; pydantic lets them through.",
    needs=("create",),
)

RULES = (PAY_19, PAY_20, PAY_21, PAY_22, PAY_23, PAY_24)
