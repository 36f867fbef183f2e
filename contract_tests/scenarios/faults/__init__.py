"""Disturb each request at every place."""
