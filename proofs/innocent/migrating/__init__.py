"""Migrations that look wrong and are not, each in a folder with its settings."""
