"""The acts of the suite: everything it does to a service."""
