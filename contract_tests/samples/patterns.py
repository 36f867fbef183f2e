"""Text that matches a regular expression, numbered so that two serials give two texts.

Plain expressions (classes, escapes, repetitions) are written out here. The others, with groups
or alternatives, are left to Hypothesis, which is imported only then.
"""

import re
import string
from dataclasses import dataclass
from functools import lru_cache

_OPEN_END = 8
_KEPT = 64
_CLASSES = "dDwWsS"
_PRINTABLE = string.digits + string.ascii_letters + " " + string.punctuation
_TOKEN = re.compile(
    r"(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<escape>\\.)|(?P<plain>[^\\\[\](){}|*+?^$])"
)
_REPEAT = re.compile(r"\{(\d+)(,?)(\d*)\}\??|([*+?])\??")


@dataclass(frozen=True)
class _Piece:
    letters: str
    least: int
    most: int


def matching(pattern: str, serial: int, least: int = 0, most: int | None = None) -> str | None:
    """A text of ``least`` to ``most`` characters that matches; None if none was found."""
    pieces = _pieces(pattern)
    for growth in (_OPEN_END, 0, 1, least, 64) if pieces else ():
        text = _written(pieces, serial, growth)
        if _fits(pattern, text, least, most):
            return text
    found = [text for text in _searched(pattern) if _fits(pattern, text, least, most)]
    return found[serial % len(found)] if found else None


def _fits(pattern: str, text: str, least: int, most: int | None) -> bool:
    long_enough = least <= len(text) <= (len(text) if most is None else most)
    return long_enough and re.search(pattern, text) is not None


def _pieces(pattern: str) -> list[_Piece]:
    """The expression as a row of repeated letters; empty when it is not that plain."""
    here, pieces = int(pattern.startswith("^")), []
    end = len(pattern) - (pattern.endswith("$") and not pattern.endswith("\\$"))
    while here < end:
        token = _TOKEN.match(pattern, here, end)
        letters = _letters(token) if token else ""
        if token is None or not letters:
            return []
        repeat = _REPEAT.match(pattern, token.end(), end)
        here = repeat.end() if repeat else token.end()
        pieces.append(_Piece(letters, *_counts(repeat)))
    return pieces


def _letters(token: re.Match[str]) -> str:
    """What one place of the text may be: letters and digits where the expression lets them."""
    text = token.group()
    if token["plain"] and text != ".":
        return text
    if token["escape"] and text[1].isalnum() and text[1] not in _CLASSES:
        return ""
    allowed = "".join(letter for letter in _PRINTABLE if re.fullmatch(text, letter))
    return "".join(letter for letter in allowed if letter.isalnum()) or allowed


def _counts(repeat: re.Match[str] | None) -> tuple[int, int]:
    if repeat is None:
        return 1, 1
    least, comma, most, sign = repeat.groups()
    if sign:
        return int(sign == "+"), 1 if sign == "?" else -1
    return int(least), int(most) if most else (-1 if comma else int(least))


def _written(pieces: list[_Piece], serial: int, growth: int) -> str:
    """The serial, counted from the right in whatever letters each place allows."""
    letters: list[str] = []
    for piece in reversed(pieces):
        wanted = max(piece.least, growth)
        for _ in range(wanted if piece.most < 0 else min(wanted, piece.most)):
            serial, place = divmod(serial, len(piece.letters))
            letters.append(piece.letters[place])
    return "".join(reversed(letters))


@lru_cache(maxsize=256)
def _searched(pattern: str) -> tuple[str, ...]:
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st

    found: list[str] = []

    @seed(0)
    @settings(
        max_examples=_KEPT,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.from_regex(pattern, alphabet=st.characters(codec="ascii", min_codepoint=32)))
    def collect(text: str) -> None:
        # Python's $ lets a line end follow; other readers of the expression do not.
        if text.isprintable():
            found.append(text)

    try:
        collect()
    except Exception:  # noqa: BLE001 - an expression Python cannot read has no sample, that is all
        return ()
    return tuple(dict.fromkeys(found))
