"""Let requests meet in every order."""
