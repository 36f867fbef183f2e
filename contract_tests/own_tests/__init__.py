"""The kit in a team's own tests: what one of them did, and what each of them leaves behind."""
