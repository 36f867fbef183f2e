"""The systems that the app talks to."""
