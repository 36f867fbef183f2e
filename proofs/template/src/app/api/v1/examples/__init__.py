"""The examples to copy from."""
