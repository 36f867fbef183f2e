"""The tests that travel with the app: copy them, too."""
