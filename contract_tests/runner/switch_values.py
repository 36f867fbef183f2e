"""Read what is switched off or given another level: a rule, an operation or all, and the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..rules.switch import METHODS, Switch
from ..rules.violation import UsageError
from ..service.resource import ROLES
from .option_values import read_level, read_rules, suggestion

FORM = re.compile(r"(?P<rule>[^\s=:]+)(?:\s+(?P<operation>[^=]*?))?\s*(?:=\s*(?P<level>\w*))?\s*")
REQUEST = re.compile(rf"(?:{'|'.join(METHODS)}) /\S*")


def read_off(values: Sequence[str], where: str) -> tuple[Switch, ...]:
    """Return what is switched off."""
    return tuple(_switch(value, where, "ID [OPERATION]: REASON") for value in values)


def read_levels(values: Sequence[str], where: str) -> tuple[Switch, ...]:
    """Return what has another level."""
    return tuple(_switch(value, where, "ID [OPERATION]=LEVEL: REASON") for value in values)


def _switch(value: str, where: str, form: str) -> Switch:
    """Return the switch that was written in a form: with a level, or without one."""
    named, found, reason = value.partition(": ")
    parts = FORM.fullmatch(named.strip().removesuffix(":"))
    if parts is None or (parts["level"] is not None) != ("=" in form):
        raise UsageError(f"{where}: {value!r} is not {form}")
    if not found or not reason.strip():
        raise UsageError(f"{where}: {value!r} has no reason: write {form}")
    rule = read_rules([parts["rule"]], where)[0]
    operation = " ".join((parts["operation"] or "").split())
    if operation and operation not in ROLES and not REQUEST.fullmatch(operation):
        near = suggestion(operation, [*ROLES])
        raise UsageError(f"{where}: {operation!r} is no operation{near}, or such as POST /orders")
    level = str(read_level(parts["level"], where)) if parts["level"] is not None else ""
    return Switch(rule, operation, reason.strip(), level)
