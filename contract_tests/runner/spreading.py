"""A run that pytest-xdist has spread: a controller, and workers that report to it."""

from __future__ import annotations

from typing import Any

import pytest


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process runs tests for another one."""
    # Its own question, `xdist.is_xdist_worker`, asks the same, but xdist need not be installed.
    return hasattr(config, "workerinput")


def is_controller(config: pytest.Config) -> bool:
    """Return whether other processes run the tests for this one."""
    # The name that xdist registers its scheduling under: it has no question for a configuration.
    return config.pluginmanager.has_plugin("dsession")


def send_home(config: pytest.Config, **facts: Any) -> None:
    """Give facts to the controller at the end of a worker's session."""
    config.workeroutput.update(facts)  # type: ignore[attr-defined]


def sent_home(node: Any) -> dict[str, Any]:
    """Return the facts that a worker has given; one that died has given none."""
    facts: dict[str, Any] = getattr(node, "workeroutput", {})
    return facts
