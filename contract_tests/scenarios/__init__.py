"""What the suite does to a service."""
