"""The packages that a piece of code loads, seen in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LEAN = ("-p", "no:faker", "-p", "no:hypothesispytest")
"""Options of a run in an interpreter of its own: these two load libraries for more than a second,
one at the beginning and one at the end, whether or not a test asks for them."""


def packages_loaded_by(code: str, after: str = "pass") -> set[str]:
    """Return the packages that are new after `code`, except for the standard library's."""
    show = "print(*set(sys.modules) - before)"
    program = f"import sys\n{after}\nbefore = set(sys.modules)\n{code}\n{show}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names
