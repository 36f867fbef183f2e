"""The roles that a test is asked for, one after the other."""

from __future__ import annotations

import pytest

from ..scenarios.faults.fault_cases import WRITES
from ..scenarios.faults.sweeps import ROLES

each_role = pytest.mark.parametrize("role", ROLES)
each_write = pytest.mark.parametrize("role", WRITES)
