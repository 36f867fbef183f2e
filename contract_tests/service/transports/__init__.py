"""Transports to a service: in this process, or in a child of its own."""
