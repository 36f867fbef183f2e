"""Observe and disturb, never judge."""
