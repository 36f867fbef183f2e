"""The words of the disconnect area: a client that leaves.

The rules on clients that are slow, and on work that nobody waits for, are in `disconnect_slow`.
"""

from __future__ import annotations

from . import disconnect_slow as slow
from .rule import Level, Rule

DIS_01 = Rule(
    id="DIS-01",
    level=Level.REQUIRED,
    statement="A request whose client disconnects MUST return every connection it took.",
    rationale=(
        "Browsers disconnect all day: tabs are closed, phones lose their network. Each disconnect "
        "that costs a connection makes the pool smaller, until every request waits and fails."
    ),
    fix=(
        "Hold the session by `async with`, so that an early `return` after "
        "`await request.is_disconnected()` closes it too."
    ),
    needs=("engine-view",),
)

DIS_02 = Rule(
    id="DIS-02",
    level=Level.REQUIRED,
    statement=(
        "A request whose client disconnects MUST NOT leave a transaction open in the database."
    ),
    rationale=(
        "The pool counts the connection as returned while the server keeps its row locks: the next "
        "writer of the same rows waits for ever."
    ),
    fix=(
        "End the transaction on every way out, also on the one for a client that has left: "
        "`async with session.begin():`, or `rollback()` in `finally`."
    ),
    needs=("outside-view",),
)

DIS_03 = Rule(
    id="DIS-03",
    level=Level.RECOMMENDED,
    statement="A request whose body is incomplete SHOULD NOT change what is stored.",
    rationale=(
        "What arrived of an upload may look whole: a cut text is still a text. It is stored, the "
        "client never learns of it, tries again, and there are two."
    ),
    fix=(
        "When you call `receive()` yourself, stop at `http.disconnect`: only `http.request` with "
        "`more_body` false ends a body. Starlette's `await request.body()` does this for you; "
        "Falcon and Sanic do not: there, compare the body's length with `Content-Length`."
    ),
)

DIS_04 = Rule(
    id="DIS-04",
    level=Level.REQUIRED,
    statement="A write whose client disconnects MUST be stored in full or not at all.",
    rationale=(
        "Nobody is there to read that it was half done, so nobody mends it: what is left over is "
        "found months later, by somebody else."
    ),
    fix=(
        "Look for a client that has left before the transaction begins, or raise inside it: a "
        "`return` out of `async with session.begin()` commits what was done so far."
    ),
)

DIS_05 = Rule(
    id="DIS-05",
    level=Level.REQUIRED,
    statement="A request whose client disconnects during the answer MUST return every connection.",
    rationale=(
        "Clients break off downloads all the time. If each keeps its connection, a pool of fifteen "
        "is empty after fifteen of them."
    ),
    fix=(
        "Close the session of a streamed answer in `finally`, not after the loop: a `send` that "
        "fails raises `OSError`, and a cancelled one `CancelledError`."
    ),
    needs=("engine-view",),
)

DIS_06 = Rule(
    id="DIS-06",
    level=Level.RECOMMENDED,
    statement="A stream whose client disconnects SHOULD return its connection by itself.",
    rationale=(
        "A generator that is dropped half-way is closed some time later, by the garbage collector "
        "and the event loop. Whoever holds on to it holds on to the connection."
    ),
    fix=(
        "Take the session from a dependency, which ends after the stream; or let the response "
        "close its generator: `async with contextlib.aclosing(rows()) as stream:`."
    ),
    needs=("engine-view",),
)

DIS_07 = Rule(
    id="DIS-07",
    level=Level.REQUIRED,
    statement="A client that disconnects MUST NOT make later requests fail.",
    rationale="One impatient client must not take the service away from all others.",
    fix=(
        "Reset in `finally` whatever a request marks as busy, and do not take the `OSError` of a "
        "client for one of the database: catch it around database calls only."
    ),
    needs=("list", "create"),
)

DIS_08 = Rule(
    id="DIS-08",
    level=Level.REQUIRED,
    statement=(
        "Uncommitted writes of a request whose client disconnects MUST NOT be stored by a "
        "later request."
    ),
    rationale=(
        "A row appears minutes later, with another client's request: no log explains it, and the "
        "client that gave up has long sent it again."
    ),
    fix=(
        "Keep nothing of a request in lists, queues or sessions of the process; if you must, take "
        "it out in `finally`."
    ),
    needs=("list", "create"),
)

RULES = (
    DIS_01,
    DIS_02,
    DIS_03,
    DIS_04,
    DIS_05,
    DIS_06,
    DIS_07,
    DIS_08,
    slow.DIS_09,
    slow.DIS_10,
    slow.DIS_11,
)
