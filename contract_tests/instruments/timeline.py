"""An exchange as text a tired person can read."""

from __future__ import annotations

from .exchange import Event, Exchange

LONGEST = 60


def timeline(exchange: Exchange, *marked: Event) -> str:
    """The request, each event with its moment, connection and line of the app, and what is missing.

    Moments are milliseconds since the request began; `marked` events are pointed at.
    """
    lines = [f"request #{exchange.number} {exchange.request} -> {exchange.status or 'no answer'}"]
    lines += [_line(event, is_marked=event in marked) for event in exchange.events]
    lines += [f"{'':>12}>>>> {held}" for held in exchange.held]
    lines += [f"{'':>12}>>>> warning: {warning}" for warning in exchange.warnings]
    if exchange.status is not None and exchange.body and not exchange.ok:
        lines.append(f"{'':>17}body {_short(exchange.text, 200)}")
    return "\n".join(line.rstrip() for line in lines)


def _line(event: Event, *, is_marked: bool) -> str:
    connection = f"conn {event.connection}" if event.connection is not None else ""
    is_sql = event.kind in {"sql", "begin", "commit", "rollback"}
    word = event.kind.upper() if is_sql else str(event.kind)
    text = _short(event.text, LONGEST)
    return (
        f"{event.moment * 1000:8.1f} ms {'>>>>' if is_marked else '    '} {connection:<7} "
        f"{word:<15} {text:<{LONGEST}} {event.where}"
    )


def _short(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 2] + ".."
