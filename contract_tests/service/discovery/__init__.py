"""Find out what a service offers."""

from .probing import detect

__all__ = ["detect"]
