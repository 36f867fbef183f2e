"""Names that say that what they name is a secret."""

from __future__ import annotations

import re

SAYS_SECRET = re.compile(r"PASSW|SECRET|TOKEN|KEY|CREDENTIAL", re.IGNORECASE)
"""Parts of the name of a variable whose value is secret."""


def says_secret(name: str) -> bool:
    """Return whether the value of a variable of this name is to be kept."""
    return bool(SAYS_SECRET.search(name))
