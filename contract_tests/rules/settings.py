"""The words of the settings area: what an operator sets has an effect, and shows no secret."""

from __future__ import annotations

from .rule import Level, Rule

SET_01 = Rule(
    id="SET-01",
    level=Level.RECOMMENDED,
    statement="A setting of the database that the service reads SHOULD take effect.",
    rationale=(
        "Somebody turns the knob in the middle of an outage, restarts, and waits for what cannot "
        "happen: the value is read, and nothing is made of it."
    ),
    fix=(
        "Pass it on: `create_async_engine(url, pool_size=..., max_overflow=..., pool_timeout=..., "
        "pool_recycle=..., echo=...)`; or remove the setting."
    ),
    needs=("outside-view", "led"),
)

SET_02 = Rule(
    id="SET-02",
    level=Level.RECOMMENDED,
    statement="A setting of the database SHOULD be read each time that an app is made.",
    rationale=(
        "A test that sets the address and then makes an app gets the database of the import, or of "
        "the app before: it writes into the one that it meant to spare."
    ),
    fix=(
        "Read the environment in the factory, or pass settings to it; no `settings = Settings()` "
        "at module level, and no cache around it that outlives an app."
    ),
    needs=("factory", "outside-view", "led"),
)

SET_03 = Rule(
    id="SET-03",
    level=Level.RECOMMENDED,
    statement="A start-up SHOULD fail, naming the setting, when the value of one is invalid.",
    rationale=(
        "A value that is passed over runs with another one for months; an error that does not name "
        "it sends whoever deploys to read the code."
    ),
    fix=(
        "Declare its type and bounds in one class of settings and make that at start-up; show the "
        "name of the variable in the error."
    ),
    needs=("outside-view",),
)

SET_04 = Rule(
    id="SET-04",
    level=Level.REQUIRED,
    statement="The password of the database MUST NOT be shown by a service that works.",
    rationale=(
        "Logs are kept, sent on, searched by many; answers and the document go to everybody: "
        "whoever reads one of them owns the data."
    ),
    fix=(
        "Print an address by `engine.url` or `url.render_as_string()`, which hide it; log no "
        "settings as a whole."
    ),
    needs=("network", "led"),
)

SET_05 = Rule(
    id="SET-05",
    level=Level.RECOMMENDED,
    statement="The settings SHOULD NOT show the password of the database when they are printed.",
    rationale=(
        "Tracebacks of error trackers, debuggers and a hasty log line show objects by their "
        "`repr`: one failure tells the password."
    ),
    fix="Declare it as `SecretStr`, or the address with `Field(repr=False)`.",
    needs=("network", "led"),
)

RULES = (SET_01, SET_02, SET_03, SET_04, SET_05)
