"""Text that matches a regular expression, numbered so that two serials give two texts.

Plain expressions (classes, escapes, repetitions) are written out here, and so are groups and
alternatives, by their first branch. The others are left to Hypothesis, which is imported only then.
"""

import re
import string
from dataclasses import dataclass
from functools import lru_cache

_OPEN_END = 8
_KEPT = (64, 512, 2048)
"""The number of texts that are asked for, until there is one for the serial."""
_CLASSES = "dDwWsS"
_PRINTABLE = string.digits + string.ascii_letters + " " + string.punctuation
_TOKEN = re.compile(
    r"(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<escape>\\.)|(?P<plain>[^\\\[\](){}|*+?^$])"
)
_GROUP = re.compile(
    r"(?<!\\)\((?:\?:|\?P<\w+>)?(?!\?)(?P<inside>[^()]*)\)(?:\{(?P<least>\d+)[^}]*\}|[*+?])?\??"
)
_REPEAT = re.compile(r"\{(\d+)(,?)(\d*)\}\??|([*+?])\??")


@dataclass(frozen=True)
class Piece:
    """One place of a plain expression: what may stand there, and how often; -1 is any number."""

    letter: str
    least: int
    most: int


def matching(pattern: str, serial: int, least: int = 0, most: int | None = None) -> str | None:
    """A text of ``least`` to ``most`` characters that matches; None if none was found."""
    pattern = _anchored(pattern)
    plain = plain_pieces(pattern)
    rows = [(_letters(piece.letter), piece) for piece in plain or _first_branches(pattern)]
    is_plain = all(letters for letters, _ in rows)
    for growth in (_OPEN_END, 0, 1, least, 64) if rows and is_plain else ():
        text, rest = _written(rows, serial, growth)
        if _fits(pattern, text, least, most) and (plain or not rest):
            return text
    return _found(pattern, serial, least, most)


def _found(pattern: str, serial: int, least: int, most: int | None) -> str | None:
    """The text of this serial among those that Hypothesis finds, of which there may be too few."""
    found: dict[str, str] = {}
    for many in _KEPT:
        for text in _searched(pattern, many):
            if _fits(pattern, text, least, most):
                found.setdefault(text.lower(), text)
        if not found or serial < len(found):
            break
    return list(found.values())[serial % len(found)] if found else None


def _anchored(pattern: str) -> str:
    """The expression with its ends in the spelling that all readers know."""
    return re.sub(r"\\[Zz]$", "$", re.sub(r"^\\A", "^", pattern))


def _first_branches(pattern: str) -> list[Piece]:
    """The expression without groups and alternatives, of which the first is taken.

    What it matches need not match the whole: brackets in a class are not understood.
    """
    before = ""
    while before != pattern:
        before, pattern = pattern, _GROUP.sub(_first_branch, pattern)
    return plain_pieces(pattern.split("|")[0])


def _first_branch(group: re.Match[str]) -> str:
    return group["inside"].split("|")[0] * max(1, int(group["least"] or 1))


def _fits(pattern: str, text: str, least: int, most: int | None) -> bool:
    long_enough = least <= len(text) <= (len(text) if most is None else most)
    return long_enough and re.search(pattern, text) is not None


def text_lengths(pattern: str) -> tuple[int, int | None]:
    """The fewest and the most characters of a text that matches; a wide guess if it is not plain.

    The most is None where there is no limit.
    """
    pieces = plain_pieces(pattern)
    is_open = not pieces or any(piece.most < 0 for piece in pieces)
    longest = None if is_open else sum(piece.most for piece in pieces)
    return sum(piece.least for piece in pieces), longest


def plain_pieces(pattern: str) -> list[Piece]:
    """The expression as a row of repeated classes of letters; empty when it is not that plain."""
    pattern = _anchored(pattern)
    here, pieces = int(pattern.startswith("^")), []
    end = len(pattern) - (pattern.endswith("$") and not pattern.endswith("\\$"))
    while here < end:
        token = _TOKEN.match(pattern, here, end)
        if token is None or _is_more(token):
            return []
        repeat = _REPEAT.match(pattern, token.end(), end)
        here = repeat.end() if repeat else token.end()
        pieces.append(Piece(token.group(), *_counts(repeat)))
    return pieces


def _is_more(token: re.Match[str]) -> bool:
    # \A, \b and references back are no letters; \p{L} is none that Python knows.
    text = token.group()
    return bool(token["escape"]) and text[1].isalnum() and text[1] not in _CLASSES


@lru_cache(maxsize=256)
def _letters(letter: str) -> str:
    """Return the letters of one place of the text: letters and digits where they are allowed.

    No letter in both cases: a database may take them for the same.
    """
    if len(letter) == 1 and letter != ".":
        return letter
    allowed = "".join(one for one in _PRINTABLE if re.fullmatch(letter, one))
    usual = [one for one in allowed if one.isalnum()]
    small = [one for one in usual if one == one.lower() or one.lower() not in usual]
    return "".join(small) or allowed


def _counts(repeat: re.Match[str] | None) -> tuple[int, int]:
    if repeat is None:
        return 1, 1
    least, comma, most, sign = repeat.groups()
    if sign:
        return int(sign == "+"), 1 if sign == "?" else -1
    return int(least), int(most) if most else (-1 if comma else int(least))


def _written(rows: list[tuple[str, Piece]], serial: int, growth: int) -> tuple[str, int]:
    """The serial, counted from the right in whatever letters each place allows, and its rest."""
    written: list[str] = []
    for letters, piece in reversed(rows):
        # A blank that may be left out is one at the end, which services rightly cut off.
        wanted = piece.least if letters.isspace() else max(piece.least, growth)
        for _ in range(wanted if piece.most < 0 else min(wanted, piece.most)):
            serial, place = divmod(serial, len(letters))
            written.append(letters[place])
    return "".join(reversed(written)), serial


@lru_cache(maxsize=256)
def _searched(pattern: str, many: int) -> tuple[str, ...]:
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st

    found: list[str] = []

    @seed(0)
    @settings(
        max_examples=many,
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
