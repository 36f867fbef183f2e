"""Texts: free ones with their boundaries, those of a format, those of a regular expression."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from ..samples import formats
from ..samples.patterns import Piece, plain_pieces
from ..samples.reading import Settled
from .decimals import decimal_texts, is_decimal
from .strategy import Strategy

ODD_TEXTS = (
    "",
    "é",
    "日本語",
    "\U0001f600\U0010fffd",
    " white space at the ends ",
    'it\'s a "quote"',
    "'; DROP TABLE contract; --",
    "100%_\\",
    "null",
)
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
# ECMAScript's dot stops at these line ends, too.
_LINE_ENDS = "\n\r\u2028\u2029"
_FAR_LETTERS = "日\u0416\U0001f600\u3000"
_LONGEST_BOUNDARY = 20_000
_ROOM = 40
_OPEN_END = 8
_SERIALS = st.integers(1, 10**4)
_OFFSETS = st.sampled_from(["Z", "+05:30", "-08:00"])


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


_MOMENTS = st.tuples(st.datetimes(), _OFFSETS).map(lambda pair: pair[0].isoformat() + pair[1])
_MADE: dict[str, Strategy] = {
    "uuid": st.uuids(version=4).map(str),
    "date": st.dates().map(lambda day: day.isoformat()),
    "date-time": _MOMENTS,
    "time": _MOMENTS.map(lambda moment: moment[11:]),
    "duration": st.builds("{}{}{}".format, st.just("PT"), st.integers(0, 10**7), st.just("S")),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "byte": st.binary(max_size=_ROOM).map(_encoded),
    "base64": st.binary(max_size=_ROOM).map(_encoded),
    "password": st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8),
    # Its length is counted in bytes here and in letters there: one for one.
    "binary": st.text(st.characters(min_codepoint=32, max_codepoint=126)),
}


def texts(schema: Settled, document: Mapping[str, object]) -> Strategy | None:
    """Texts of the schema; None for an expression that Python does not read."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    name = "byte" if schema.get("contentEncoding") == "base64" else str(schema.get("format"))
    pattern = formats.pattern_of(name, document) or schema.get("pattern")
    if pattern is not None:
        return _matching(pattern, least, most)
    made = _MADE.get(name)
    if made is None and formats.formatted(name, 1) is not None:
        made = _SERIALS.map(_numbered(name))
    return _free(least, most) if made is None else made.filter(_fits(least, most))


def _numbered(name: str) -> Callable[[int], str | None]:
    return lambda serial: formats.formatted(name, serial)


def _fits(least: int, most: int | None) -> Callable[[str], bool]:
    return lambda text: len(text) >= least and (most is None or len(text) <= most)


def _free(least: int, most: int | None, letters: Strategy = LETTERS, sample: str = "x") -> Strategy:
    """Random texts, and as a choice of its own the odd ones and the two lengths at the limits.

    Random text almost never has exactly the longest length allowed.
    """
    fits = _fits(least, most)
    odd = [text for text in ODD_TEXTS if fits(text)] if letters is LETTERS else []
    sizes = {size for size in (least, most) if size is not None and size <= _LONGEST_BOUNDARY}
    longest = least + _ROOM if most is None else min(most, least + _ROOM)
    anything = st.text(letters, min_size=least, max_size=longest)
    edges = [*odd, *(sample * size for size in sorted(sizes) if sample * size not in odd)]
    return anything | st.sampled_from(edges) if edges else anything


def _matching(pattern: str, least: int, most: int | None) -> Strategy | None:
    if is_decimal(pattern):
        return decimal_texts(pattern).filter(_fits(least, most))
    pieces = plain_pieces(pattern)
    if len(pieces) == 1 and pattern[0] == "^" and pattern[-1] == "$":
        return _repeated(pieces[0], least, most)
    if pieces:
        return _row(pieces, least).filter(_fits(least, most))
    try:
        found = st.from_regex(pattern, alphabet=LETTERS)
        found.validate()
    except (re.error, ValueError):
        return None
    fits = _fits(least, most)
    # Python's $ lets a line end follow; other readers of the expression do not.
    return found.filter(lambda text: fits(text) and not text.endswith("\n"))


def _repeated(piece: Piece, least: int, most: int | None) -> Strategy:
    """One class of letters, over and over: far cheaper as a text than as an expression."""
    longest = [size for size in (most, piece.most) if size is not None and size >= 0]
    least, letters, sample = max(least, piece.least), *_alphabet(piece.letter)
    return _free(least, min(longest) if longest else None, letters, sample)


def _row(pieces: list[Piece], least: int) -> Strategy:
    """Classes of letters one after the other, each as often as it may stand there."""
    return st.tuples(*(_place(piece, least) for piece in pieces)).map("".join)


def _place(piece: Piece, least: int) -> Strategy:
    if len(piece.letter) == 1 and piece.letter != "." and piece.least == piece.most:
        return st.just(piece.letter * piece.least)
    letters, _ = _alphabet(piece.letter)
    if piece.least == piece.most == 1:
        return letters
    longest = max(piece.least + _OPEN_END, least) if piece.most < 0 else piece.most
    some = st.text(letters, min_size=piece.least, max_size=min(longest, piece.least + _ROOM))
    return some | st.text(letters, min_size=longest, max_size=longest)


def _alphabet(token: str) -> tuple[Strategy, str]:
    """The letters of a class, and one of them: all of Unicode if it lets the far ones through."""
    refused = [chr(code) for code in range(256) if not re.fullmatch(token, chr(code))]
    if all(re.fullmatch(token, far) for far in _FAR_LETTERS):
        excluded = {"\x00", *refused, *(_LINE_ENDS if "\n" in refused else "")}
        sample = next(letter for letter in "x0 -" + LETTERS_LEFT if letter not in excluded)
        if excluded == {"\x00"}:
            return LETTERS, sample
        return st.characters(codec="utf-8", exclude_characters=sorted(excluded)), sample
    allowed = [chr(code) for code in range(1, 127) if chr(code) not in refused]
    return st.sampled_from(allowed), allowed[-1]


LETTERS_LEFT = "".join(map(chr, range(33, 127)))
