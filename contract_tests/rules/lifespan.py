"""The words of the lifespan area: what a shutdown leaves behind, and whether life goes on."""

from __future__ import annotations

from .rule import Level, Rule

LIF_01 = Rule(
    id="LIF-01",
    level=Level.RECOMMENDED,
    statement="A shutdown SHOULD close every connection to the database.",
    rationale=(
        "The server notices an abandoned connection late. While a deployment replaces workers, "
        "old and new ones add up, and the limit of the server is reached."
    ),
    fix="End the lifespan with `await engine.dispose()`, in `finally`.",
)

LIF_02 = Rule(
    id="LIF-02",
    level=Level.RECOMMENDED,
    statement="A shutdown SHOULD end every task that the app has started.",
    rationale=(
        "A task that is still running is torn down with the loop, wherever it is: in the middle "
        "of a transaction, or while it holds what another task waits for."
    ),
    fix=(
        "Begin background tasks in an `asyncio.TaskGroup` around the lifespan's `yield`, or keep "
        "them, `cancel()` them and `await` them after it."
    ),
)

LIF_03 = Rule(
    id="LIF-03",
    level=Level.REQUIRED,
    statement="The process of a service MUST exit by itself after its shutdown.",
    rationale=(
        "A thread that nobody stops keeps the process alive: deployments wait for the kill "
        "timeout, and whatever was being written then is cut off."
    ),
    fix=(
        "Stop the thread in the lifespan after `yield` and `join()` it; dispose the engine, whose "
        "driver may have threads of its own."
    ),
)

LIF_04 = Rule(
    id="LIF-04",
    level=Level.RECOMMENDED,
    statement=(
        "Repeated start-ups with their shutdowns SHOULD NOT accumulate connections, tasks or "
        "threads."
    ),
    rationale=(
        "Test suites start the app hundreds of times in one process, reloaders a few times: what "
        "each start leaves behind becomes the failure of an unrelated test."
    ),
    fix="Keep what the app makes on the app or in its lifespan, not in a module-level list.",
    needs=("factory",),
)

LIF_05 = Rule(
    id="LIF-05",
    level=Level.RECOMMENDED,
    statement="The shutdown of one app SHOULD leave another app in the same process working.",
    rationale=(
        "Apps share a process in tests, in mounted services and during a reload. A shutdown that "
        "clears what they share takes the other one down as well."
    ),
    fix=(
        "Let each app own its engine (`app.state`), and let its lifespan dispose only that; no "
        "module-level variable is set to None at shutdown."
    ),
    needs=("factory",),
)

LIF_06 = Rule(
    id="LIF-06",
    level=Level.REQUIRED,
    statement="A shutdown MUST end without an error.",
    rationale=(
        "The steps after the one that failed are skipped, and a supervisor that sees a failure "
        "where there was none raises alarms that everybody learns to ignore."
    ),
    fix=(
        "Read the error: most failing shutdowns use something that is already closed or was never "
        "opened."
    ),
)

LIF_07 = Rule(
    id="LIF-07",
    level=Level.REQUIRED,
    statement="A service that has not served any request MUST shut down without an error.",
    rationale=(
        "A deployment that is rolled back at once stops workers that nobody has asked yet: what "
        "the first request would have made is not there to be closed."
    ),
    fix="Let the shutdown close only what exists, or make everything at start-up.",
    needs=("factory",),
)

LIF_08 = Rule(
    id="LIF-08",
    level=Level.REQUIRED,
    statement="A task that uses the database MUST end with the shutdown.",
    rationale=(
        "It is torn down with the loop in the middle of a transaction: what it was storing is "
        "lost, and the database learns of the dead connection late."
    ),
    fix=(
        "Keep the task, `cancel()` it after the lifespan's `yield` and `await` it, before the "
        "engine is disposed; or begin it in an `asyncio.TaskGroup` around the `yield`."
    ),
)

LIF_09 = Rule(
    id="LIF-09",
    level=Level.RECOMMENDED,
    statement="A process that the app has started SHOULD NOT outlive the app's own process.",
    rationale=(
        "Each request that starts one leaves one more: nobody knows them, nobody ends them, and "
        "the machine runs out of memory or of process numbers long after the deployment."
    ),
    fix=(
        "Keep the process and end it after the lifespan's `yield`, by `terminate()` and `wait()`; "
        "wait for one that a request starts before the request is answered."
    ),
)

RULES = (
    LIF_01,
    LIF_02,
    LIF_03,
    LIF_04,
    LIF_05,
    LIF_06,
    LIF_07,
    LIF_08,
    LIF_09,
)
