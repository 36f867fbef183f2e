"""The terms of a confinement, as another process reads them in its environment."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy.engine import URL, make_url

from ..databases import registry
from ..databases.redirects import leading_to
from .confined import Confined
from .instrument import Instrument
from .interception import Interception
from .strays import Strays

VARIABLE = "CONTRACT_CONFINED"
SITE = Path(__file__).resolve().parent / "child_site"
PACKAGE = __package__.rpartition(".")[0]
HOME = Path(__file__).resolve().parents[PACKAGE.count(".") + 2]
"""The folder that the kit's package is imported from."""


@dataclass(frozen=True)
class Confinement:
    """The terms: the folder of strays, whether connections are led, whether nothing is refused."""

    folder: Path
    leads: bool = True
    is_open: bool = False

    def here(self, url: URL, alias: URL | None = None) -> Confined:
        """Give what keeps this process on the database at `url`.

        Whoever asks for its alias is led to `alias`, which is allowed as well.
        """
        lead = leading_to(url, alias) if self.leads else None
        return Confined(url, lead, Strays(self.folder), alias=alias, is_open=self.is_open)

    def variables(self, url: URL, alias: URL | None = None) -> dict[str, str]:
        """Give the environment that keeps a Python process on the database at `url`."""
        terms = {
            "url": url.render_as_string(hide_password=False),
            "alias": alias.render_as_string(hide_password=False) if alias is not None else "",
            "folder": str(self.folder),
            "leads": self.leads,
            "is_open": self.is_open,
            "databases": registry.outside(),
            "kit": _kit(),
        }
        others = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
        # First, or another `sitecustomize` would be found in its place.
        path = [str(SITE), *(place for place in others if place != str(SITE))]
        return {VARIABLE: json.dumps(terms), "PYTHONPATH": os.pathsep.join(path)}


class Children(Instrument):
    """Adds the confinement's variables to processes that are given an environment of their own.

    One that inherits the environment of this process, where they are, has them already.
    """

    def _begin(self, undo: ExitStack) -> None:
        self._terms = os.environ[VARIABLE]
        undo.enter_context(Interception({"subprocess": ("Popen.__init__",)}, self._wrap))

    def _wrap(self, begin: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(begin)
        def begun(*given: Any, **named: Any) -> Any:
            # The kit's own processes bring the confinement that they need, or none.
            if named.get("env") is not None and not _beginner().startswith(f"{PACKAGE}."):
                named["env"] = self._added_to(named["env"])
            return begin(*given, **named)

        return begun

    def _added_to(self, environ: Mapping[str, str]) -> dict[str, str]:
        path = [str(SITE), *filter(None, [environ.get("PYTHONPATH")])]
        return {**environ, VARIABLE: self._terms, "PYTHONPATH": os.pathsep.join(path)}


def _beginner() -> str:
    """Name the module that begins a process, by whichever function of `subprocess`."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the documented way to walk a stack
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        # Another instrument may be around the same function, and hands on what it is called with.
        if name != "subprocess" and not name.startswith(f"{__package__}."):
            return name
        frame = frame.f_back
    return ""


def _kit() -> dict[str, object]:
    """Give what a process needs to wait for a library that connects, and to import the kit then."""
    return {
        "package": PACKAGE,
        "path": str(HOME),
        "connecting": ["sqlalchemy", *registry.connecting_packages()],
        "folders": sys.path if registry.outside() else [],
    }


def confined_here() -> Confined | None:
    """Give what keeps this process where its environment says; None if it says nothing."""
    if VARIABLE not in os.environ:
        return None
    terms = json.loads(os.environ[VARIABLE])
    registry.import_outside(terms["databases"])
    confinement = Confinement(Path(terms["folder"]), terms["leads"], terms["is_open"])
    alias = make_url(terms["alias"]) if terms["alias"] else None
    return confinement.here(make_url(terms["url"]), alias)
