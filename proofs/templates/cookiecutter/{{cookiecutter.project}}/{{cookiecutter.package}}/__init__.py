"""A service with one collection."""
