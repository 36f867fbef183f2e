"""Keep the secrets of a run out of everything it prints."""
