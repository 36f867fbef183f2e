"""The roles that a test is asked for, one after the other."""

from __future__ import annotations

import pytest

from ..service.resource import ROLES, WRITES

each_role = pytest.mark.parametrize("role", ROLES)
each_write = pytest.mark.parametrize("role", WRITES)
