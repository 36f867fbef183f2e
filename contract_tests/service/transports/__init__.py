"""Transports to a service: in this process, or over HTTP."""
