"""The pages of the documentation's site that are made of the code while it is built."""
