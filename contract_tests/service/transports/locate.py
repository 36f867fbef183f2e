"""Find the app that `module:attribute` names, and whether it is an app or makes one."""

from __future__ import annotations

import asyncio
import difflib
import importlib
import inspect
import re
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...instruments.attribution import claim, is_app
from ...rules.violation import UsageError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OBJECTS = ("app", "application", "asgi_app", "api")
FACTORIES = (
    *("create_app", "get_app", "build_app", "make_app"),
    *("create_application", "get_application", "init_app"),
)
USUAL = (*OBJECTS, *FACTORIES)
SAYS_ADDRESS = re.compile(r"(DB|DATABASE|SQL|PG).*(URL|URI|DSN|CONN)")
"""Names of variables that lead to a database: the kit has an address to fill in for them."""
WHERE = "--contract-app, contract_app in the ini file, or CONTRACT_APP"


@dataclass(frozen=True)
class Located:
    """The object that the locator named: an ASGI app, or a factory that takes no arguments."""

    name: str
    target: Callable[..., Any]
    is_factory: bool

    def make(self) -> App:
        """A new app from a factory; the one app otherwise. Raises `UsageError` if that fails."""
        if not self.is_factory:
            return self.target
        try:
            made = self.target()
            made = asyncio.run(_awaited(made)) if inspect.isawaitable(made) else made
        except KeyboardInterrupt:
            raise
        # Whatever it is: a `sys.exit` of the app must not end the run.
        except BaseException as error:
            raise UsageError(f"{self.name}() failed: {reason_of(error)}") from error
        if not is_asgi(made):
            raise UsageError(
                f"{self.name}() returned {type(made).__name__}, which is not an ASGI app "
                f"(a callable of scope, receive, send); set {WHERE}"
            )
        return made  # type: ignore[no-any-return]


async def _awaited(made: Awaitable[Any]) -> Any:
    return await made


def locate(name: str, roots: tuple[Path, ...] = ()) -> Located:
    """Import what `name` (``package.module:attribute``) names.

    `roots` are put on `sys.path` first, as `python -m pytest` would do with the current folder.
    Raises `UsageError` with the nearest spelling.
    """
    for root in (*roots, *(root / "src" for root in roots)):
        if root.is_dir() and str(root) not in sys.path:
            sys.path.insert(0, str(root))
    module_name, _, attribute = name.partition(":")
    module = _imported(module_name)
    claim(module_name.partition(".")[0])
    target = _attribute(module, attribute, name)
    if is_asgi(target):
        return Located(name, target, is_factory=False)
    if not callable(target):
        kind = type(target).__name__
        raise UsageError(f"{name} is {kind}, neither an app nor a factory; {_candidates(module)}")
    missing = _missing_arguments(target)
    if missing:
        raise UsageError(
            f"{name} needs arguments ({', '.join(missing)}); the kit calls a factory with none: "
            f"name a function that makes the app by itself in {WHERE}"
        )
    return Located(name, target, is_factory=True)


def is_asgi(target: object) -> bool:
    """Return whether `target` is called with (scope, receive, send), judged by its signature."""
    # A class is called to make an app, as a factory is.
    if inspect.isclass(target) or not callable(target):
        return False
    call = target if inspect.isroutine(target) else type(target).__call__
    try:
        names = [p.name for p in inspect.signature(call).parameters.values() if p.name != "self"]
    except (TypeError, ValueError):
        return False
    return names[:1] == ["scope"] or len(_missing_arguments(call, skip_self=True)) == 3  # noqa: PLR2004


def _missing_arguments(target: Callable[..., Any], *, skip_self: bool = False) -> list[str]:
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return []
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [p.name for p in parameters if p.kind not in several and p.default is p.empty]
    return [name for name in needed if not (skip_self and name == "self")]


def _imported(module_name: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        # Something that the module imports may be absent as well: it is told in other words.
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise UsageError(
                f"there is no module {error.name!r} (looked for {module_name!r} in "
                f"{', '.join(sys.path[:3])}); valid: package.module:attribute in {WHERE}"
            ) from None
        raise UsageError(f"importing {module_name} failed: {reason_of(error)}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise UsageError(f"importing {module_name} failed: {reason_of(error)}") from error


def _attribute(module: Any, attribute: str, name: str) -> Any:
    if not attribute:
        found = [usual for usual in USUAL if hasattr(module, usual)]
        if found:
            return getattr(module, found[0])
        raise UsageError(f"{name!r} names no app; valid: {name}:ATTRIBUTE; {_candidates(module)}")
    target = module
    for part in attribute.split("."):
        if not hasattr(target, part):
            near = difflib.get_close_matches(part, dir(target), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"{module.__name__} has no {attribute!r}{hint} {_candidates(module)}")
        target = getattr(target, part)
    return target


def _candidates(module: Any) -> str:
    names = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and (is_asgi(value) or name in USUAL)
    ]
    return f"It has: {', '.join(names)}." if names else f"It is set by {WHERE}."


def line_of(error: BaseException) -> str:
    """The app's own line that an error comes from, else the innermost one: ``shop.py:12``."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_app(frame.filename)]
    last = own[-1] if own else frames[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def reason_of(error: BaseException) -> str:
    """The error as its type, its message, and the app's own line."""
    where = line_of(error)
    hint = settings_missing(error)
    if hint:
        return f"at {where} {hint}"
    return f"{type(error).__name__}: {error} ({where})"


def settings_missing(error: BaseException) -> str:
    """Return the settings to set, if reading them failed for want of some; else an empty text.

    A `KeyError` in capitals comes from `os.environ`; pydantic lists the fields it misses.
    """
    if isinstance(error, KeyError):
        wanted = [name for name in map(str, error.args[:1]) if name.isupper()]
    else:
        listed = getattr(error, "errors", None)
        problems = listed() if callable(listed) else ()
        missing = [p for p in problems if isinstance(p, dict) and p.get("type") == "missing"]
        wanted = [str(p["loc"][0]).upper() for p in missing if p.get("loc")]
    if not wanted:
        return ""
    value = "'{url}'" if SAYS_ADDRESS.search(wanted[0]) else "VALUE"
    return (
        f"it wants settings that are not there: {', '.join(wanted)}; set them in the "
        f"environment, or each with --contract-env {wanted[0]}={value}"
    )
