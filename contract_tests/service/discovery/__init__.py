"""Find out what a service offers."""

from .probing import found, probe

__all__ = ["found", "probe"]
