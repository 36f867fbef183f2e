"""The version of the proofs is that of the kit that they prove, and of no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

KIT = "pytest-crud-contract"


class KitVersion(MetadataHookInterface):
    """Reads the version where the kit has it, and requires that very kit."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in the fields that `pyproject.toml` calls dynamic."""
        module = Path(self.root).parents[1] / "contract_tests" / "__init__.py"
        found = re.search(r'^__version__ = "(.+)"$', module.read_text("utf-8"), re.MULTILINE)
        if found is None:
            raise ValueError(f"{module} has no __version__")
        metadata["version"] = found[1]
        metadata["dependencies"] = [f"{KIT}[proofs]=={found[1]}"]
