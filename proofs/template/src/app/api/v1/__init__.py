"""The first version of it."""
