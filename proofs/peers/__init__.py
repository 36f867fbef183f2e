"""What other tools need to look at the proof apps, for the comparison on the same apps."""

from __future__ import annotations

import importlib
from typing import Any


def made(locator: str) -> Any:
    """Make the app at `module:factory`."""
    module, _, name = locator.partition(":")
    return getattr(importlib.import_module(module), name)()
