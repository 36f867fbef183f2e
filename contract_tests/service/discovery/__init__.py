"""Find out what a service offers."""

from .probing import detect, summary

__all__ = ["detect", "summary"]
