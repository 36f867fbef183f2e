"""Valid values for a schema, numbered by a serial so that unique columns never collide."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from . import reading
from .formats import formatted, pattern_of
from .patterns import matching
from .reading import Schema, Settled

_COMPLETE_DEPTH = 4
_LAST_DEPTH = 12
_TRIES = 12
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_UNBOUNDED = 10**9
_WIDE = Fraction(50)
# Numbers without declared bounds stay inside the smallest integer column in common use.
_INTEGER_COLUMN = 2**31 - 1
MOMENTS = ("date", "time", "date-time")


@dataclass(frozen=True)
class _Making:
    """The constants of making one value, and the place inside it."""

    document: Mapping[str, object]
    serial: int
    complete: bool
    name: str = "sample"
    depth: int = 0

    def inside(self, name: str, serial: int | None = None) -> "_Making":
        number = self.serial if serial is None else serial
        return replace(self, name=name, serial=number, depth=self.depth + 1)


def sample(
    schema: object, document: Mapping[str, object], serial: int, *, complete: bool = False
) -> object:
    """A valid value: required properties only, or all of them when ``complete``.

    Free text, and every number with room for it, differs from one ``serial`` to the next.
    Examples and defaults of the document are used only where nothing else is known: they are
    the same every time. A schema that contradicts itself gets the nearest attempt.
    """
    return _value(schema, _Making(document, serial, complete))


def different(schema: object, document: Mapping[str, object], value: object, serial: int) -> object:
    """Another valid value, unequal to ``value``; ValueError when the schema allows only one."""
    for step in range(_TRIES):
        # An empty list or object has no other lean sample, but a complete one.
        other = sample(schema, document, serial + step, complete=step > _TRIES // 2)
        if not _same(other, value):
            return other
    if value is not None and reading.is_nullable(schema, document):
        return None
    raise ValueError(f"no second valid value: the schema allows only {value!r}")


def _same(left: object, right: object) -> bool:
    # JSON tells true from 1; Python does not.
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _value(schema: object, making: _Making) -> object:
    if making.depth > _LAST_DEPTH:
        return None
    settled = reading.settle(schema, making.document)
    if "const" in settled:
        return settled["const"]
    if settled.get("enum"):
        valued = [item for item in settled["enum"] if item is not None] or settled["enum"]
        return valued[making.serial % len(valued)]
    return _MAKERS[reading.kind_of(settled)](settled, making)


def _null(_settled: Settled, _making: _Making) -> None:
    return None


def _any(settled: Settled, making: _Making) -> object:
    examples = settled.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    known = settled.get("example", settled.get("default"))
    return text(making.name, making.serial) if known is None else known


def _boolean(_settled: Settled, making: _Making) -> bool:
    return bool(making.serial % 2)


def _object(settled: Settled, making: _Making) -> dict[str, object]:
    names = reading.required(settled, making.document)
    offered = reading.properties(settled, making.document)
    if making.complete and making.depth < _COMPLETE_DEPTH:
        names |= offered.keys()
    chosen = {name: offered[name] for name in offered if name in names}
    later = _later(chosen, making)
    made = {name: _value(chosen[name], making.inside(name, later.get(name))) for name in chosen}
    extra = settled.get("additionalProperties")
    open_ended = making.complete and isinstance(extra, Mapping) and not offered
    missing = max(settled.get("minProperties", int(open_ended)) - len(made), 0)
    added = sorted(names - offered.keys()) + [_key(settled, making, n) for n in range(missing)]
    return made | {name: _value(extra, making.inside(name)) for name in added}


def _later(offered: Mapping[str, object], making: _Making) -> dict[str, int]:
    """The serials of moments: one that is named behind another in an object comes after it.

    A start is named before its end, and many services refuse an end that is not later.
    """
    moments = [
        name
        for name, schema in offered.items()
        if reading.settle(schema, making.document).get("format") in MOMENTS
    ]
    return {name: making.serial + place for place, name in enumerate(moments)}


def _key(settled: Settled, making: _Making, number: int) -> str:
    """A name for a property that the schema does not name."""
    named = settled.get("propertyNames")
    if not isinstance(named, Mapping):
        return f"key{number}"
    return str(_value({**named, "type": "string"}, making.inside("key", making.serial + number)))


def _array(settled: Settled, making: _Making) -> list[object]:
    fixed = settled.get("prefixItems", [])
    wanted = max(settled.get("minItems", 0), len(fixed), int(making.complete))
    most = settled.get("maxItems", wanted)
    if making.depth >= _COMPLETE_DEPTH:
        wanted = settled.get("minItems", 0)
    schemas = [*fixed, *[settled.get("items", {})] * wanted][: min(wanted, most)]
    return [
        _value(schema, making.inside(making.name, making.serial + place))
        for place, schema in enumerate(schemas)
    ]


def _string(settled: Settled, making: _Making) -> str:
    least, most = settled.get("minLength", 0), settled.get("maxLength")
    known = pattern_of(settled.get("format"), making.document)
    for pattern in (known, settled.get("pattern")):
        matched = matching(pattern, making.serial, least, most) if pattern else None
        if matched is not None:
            return matched
    name = "byte" if settled.get("contentEncoding") == "base64" else settled.get("format")
    shaped = formatted(str(name), making.serial)
    if shaped is None or (name == "password" and len(shaped) > (most or len(shaped))):
        return text(making.name, making.serial, least, most)
    return shaped


def text(name: str, serial: int, least: int = 0, most: int | None = None) -> str:
    """Free text of ``least`` to ``most`` characters: the field's name and the serial.

    Letters and digits only, because services refuse spaces and signs without declaring it.
    """
    word = "".join(letter for letter in name if letter.isalnum() and letter.isascii())
    words = f"{word or 'sample'}{serial}"
    if most is not None and len(words) > most:
        words = _in_letters(serial)[-most:] if most else ""
    return words.rjust(least, "x")


def _in_letters(number: int) -> str:
    digits = ""
    while number:
        number, place = divmod(number, len(_DIGITS))
        digits = _DIGITS[place] + digits
    return digits or "0"


def _integer(settled: Settled, making: _Making) -> int:
    step, low, high = grid(settled)
    return int(_place(low, high, making.serial) * step)


def _number(settled: Settled, making: _Making) -> int | float:
    step, low, high = grid(settled, _fine_step(settled))
    if high is not None and low is not None and low > high:
        return _between(settled)
    value = _place(low, high, making.serial) * step
    return int(value) if value.denominator == 1 and "multipleOf" in settled else float(value)


def _fine_step(settled: Settled) -> Fraction:
    """Halves, which every column keeps exactly; hundredths of the room where that is narrow."""
    (low, _), (high, _) = bounds(settled)
    room = _WIDE if low is None or high is None else high - low
    return room / 100 if 0 < room < _WIDE else Fraction(1, 2)


def _between(settled: Settled) -> float:
    # No place lies between the bounds: take their middle, or the one bound that is allowed.
    (low, _), (high, _) = bounds(settled)
    return float(((low or 0) + (high or 0)) / 2)


def grid(settled: Settled, step: Fraction = Fraction(1)) -> tuple[Fraction, int | None, int | None]:
    """The step between valid numbers, and the first and last multiple of it inside the bounds."""
    step = Fraction(str(settled["multipleOf"])) if settled.get("multipleOf") else step
    (low, open_low), (high, open_high) = bounds(settled)
    first = None if low is None else math.ceil(low / step)
    last = None if high is None else math.floor(high / step)
    if first is not None and open_low and first * step == low:
        first += 1
    if last is not None and open_high and last * step == high:
        last -= 1
    return step, first, last


def plain(number: Fraction) -> int | float:
    """The number as JSON spells it."""
    return int(number) if number.denominator == 1 else float(number)


def _place(low: int | None, high: int | None, serial: int) -> int:
    """The serial-th place between the bounds, starting over when there are no more."""
    first = low if low is not None else min(1, high if high is not None else 1)
    last = high if high is not None else first + _INTEGER_COLUMN - 1
    if low is None and high is not None and high < _UNBOUNDED:
        return last - serial % _UNBOUNDED
    return first + (serial % (last - first + 1) if last >= first else 0)


Bound = tuple[Fraction | None, bool]


def bounds(settled: Settled) -> tuple[Bound, Bound]:
    """The lower and the upper bound, each with whether the bound itself is refused."""
    return _bound(settled, "minimum", "exclusiveMinimum", max), _bound(
        settled, "maximum", "exclusiveMaximum", min
    )


def _bound(settled: Settled, closed: str, open_: str, tighter: Any) -> Bound:
    limit, strict = settled.get(closed), settled.get(open_)
    if isinstance(strict, bool) or strict is None:
        return (None if limit is None else Fraction(str(limit))), strict is True
    refused = Fraction(str(strict))
    if limit is None or tighter(refused, Fraction(str(limit))) == refused:
        return refused, True
    return Fraction(str(limit)), False


_MAKERS = {
    "null": _null,
    "any": _any,
    "boolean": _boolean,
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
}

__all__ = ["Schema", "bounds", "different", "grid", "plain", "sample", "text"]
