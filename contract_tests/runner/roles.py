"""The roles that a test is asked for, one after the other."""

from __future__ import annotations

import pytest

from ..service.resource import CHOSEN, DISTURBED, DISTURBED_WRITES, SENDING

each_role = pytest.mark.parametrize("role", DISTURBED)
each_write = pytest.mark.parametrize("role", DISTURBED_WRITES)
each_sending = pytest.mark.parametrize("role", [*SENDING, CHOSEN])
