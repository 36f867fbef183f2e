"""Bodies from a schema: valid, at its limits, broken, hostile."""
