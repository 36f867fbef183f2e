"""Migrations that are wrong on purpose, each in a folder with the settings that name it."""
