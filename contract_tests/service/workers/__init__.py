"""The service in an interpreter of its own."""
