"""An exchange as text a tired person can read."""

from __future__ import annotations

from .exchange import Event, Exchange

LONGEST = 60


def timeline(exchange: Exchange) -> str:
    """The request, each event with its moment, connection and line of the app, and what is missing.

    Moments are milliseconds since the request began.
    """
    lines = [f"request #{exchange.number} {exchange.request} -> {exchange.status or 'no answer'}"]
    lines += [_line(event) for event in exchange.events]
    lines += [f"{'':>11}>>>>  {held}" for held in exchange.held]
    lines += [f"{'':>11}>>>>  warning: {warning}" for warning in exchange.warnings]
    if exchange.status is not None and exchange.body and not exchange.ok:
        lines.append(f"{'':>11}body  {_short(exchange.text, 200)}")
    return "\n".join(line.rstrip() for line in lines)


def _line(event: Event) -> str:
    connection = f"conn {event.connection}" if event.connection is not None else ""
    is_sql = event.kind in {"sql", "begin", "commit", "rollback"}
    word = event.kind.upper() if is_sql else str(event.kind)
    text = _short(event.text, LONGEST)
    return (
        f"{event.moment * 1000:8.1f} ms  {connection:<7} {word:<15} {text:<{LONGEST}} {event.where}"
    )


def _short(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 2] + ".."
