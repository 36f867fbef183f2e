"""A service whose schema is kept by migrations: what the broken and the innocent ones share."""
