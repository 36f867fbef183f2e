"""SQLite: a file, or the memory of a connection."""
