"""Settings of a connection that make a service meet an unusual database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SettingName = Literal["unordered", "read-only", "full", "short-lock-wait"]


@dataclass(frozen=True, slots=True)
class SessionSetting:
    """The statement for a connection that is lent, and the one for when it comes back.

    `asked` is a question put before the first; its answer's cells fill the braces of the second.
    """

    lent: str
    returned: str
    asked: str = ""


SessionSettingsOf = Mapping[SettingName, SessionSetting]
