"""Copies of the kit in other projects: what belongs to one, what was edited, how it is merged."""
