"""Confine a Python process that the service starts, as the service itself is confined.

Python imports a module of this name at its start; this folder is put on `PYTHONPATH` for that.
"""

import json
import os
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _confine() -> None:
    terms = os.environ.get("CONTRACT_CONFINED")
    if terms:
        kit = json.loads(terms)["kit"]
        packages, folders = kit["connecting"], kit["folders"]
        # For this import alone: the service's process is to find nothing that it would not find.
        sys.path.insert(0, kit["path"])
        try:
            late = import_module(f"{kit['package']}.instruments.late")
            late.confine_when_needed(packages, folders)
        finally:
            sys.path.remove(kit["path"])


def _give_way() -> None:
    """Execute the module of this name that Python would have found without this one."""
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != HERE]
    spec = PathFinder.find_spec(__name__, sys.path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


_confine()
_give_way()
