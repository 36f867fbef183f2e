"""Payloads: what a list is searched for is a text, whatever characters it has."""

from __future__ import annotations

from collections.abc import Iterator

from ..instruments.exchange import Exchange
from ..runner.judge import Judge, judges
from ..scenarios.crud.round_trip import takes_text
from ..service.service import Service

PLAIN = "zzqx"
SYNTAX = (
    "'",
    '"',
    "\\",
    "%",
    "_",
    "a b",
    "a & | !",
    "a AND",
    "(",
    "*",
    "[",
    "--",
    ";",
    "a:*b",
    "`",
)
"""Quotes, wildcards, and what SQL, regular expressions and full-text searches are made of."""

TRUE, FALSE = "zzqy", "zzqw"
QUOTES = ("'", '"')


def searched(judge: Judge, service: Service) -> list[str]:
    """The text parameters of the list that can be asked for an ordinary word."""
    asked = {
        parameter.name: service.list(**{parameter.name: PLAIN})
        for parameter in service.operation("list").query
        if takes_text(service.resource, parameter.schema)
    }
    if not asked:
        judge.not_applicable("the list takes no text parameter")
    answered = [name for name, exchange in asked.items() if not exchange.failed]
    if not answered:
        judge.undecided("no text parameter of the list can be asked for an ordinary word")
    return answered


@judges("PAY-47")
def test_a_search_is_no_failure(judge: Judge, service: Service) -> None:
    """Any text that a parameter of the list is asked for has an answer."""
    service.row()
    asked = [
        service.list(**{name: f"{PLAIN}{text}"})
        for name in searched(judge, service)
        for text in SYNTAX
    ]
    failed = [exchange for exchange in asked if exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500",
        observed="; ".join(map(str, failed)),
        seen=failed[0] if failed else None,
    )


@judges("PAY-48")
def test_a_search_is_not_executed(judge: Judge, service: Service) -> None:
    """A condition behind a quote selects the same rows whether it is true or false."""
    service.row()
    executed = [pair for name in searched(judge, service) for pair in differing(service, name)]
    judge.that(
        not executed,
        expected="the same rows for a true condition behind a quote as for a false one",
        observed="; ".join(f"{true}: other rows than for {false}" for true, false in executed),
        seen=executed[0][0] if executed else None,
    )


def differing(service: Service, name: str) -> Iterator[tuple[Exchange, Exchange]]:
    """Give the pairs of lists that differ by nothing but the truth of what their text says."""
    for quote in QUOTES:
        ended = f"{PLAIN}{quote} OR {quote}{TRUE}{quote}={quote}"
        true, false = (
            service.list(**{name: f"{ended}{other}{quote} -- "}) for other in (TRUE, FALSE)
        )
        # An order that nobody asked for may be another one each time.
        if (
            true.ok
            and false.ok
            and {*map(str, service.ids(true))} ^ {*map(str, service.ids(false))}
        ):
            yield true, false
