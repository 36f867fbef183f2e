"""How the tables came to be what `models.py` says: one revision a file, in `versions/`."""
