"""The migrations of a service: where they are, and a program that runs them elsewhere."""
