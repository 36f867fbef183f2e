"""The warnings by which pytest tells of errors that nobody can catch."""

DROPPED = ("PytestUnraisableExceptionWarning", "PytestUnhandledThreadExceptionWarning")
"""Errors in finalizers, and in threads: those that a service drops by itself."""
