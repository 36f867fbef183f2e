"""Find out what a service offers."""

from .pins import require_fields
from .probing import found, probe

__all__ = ["found", "probe", "require_fields"]
