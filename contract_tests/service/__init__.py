"""The service under contract: how it is reached, asked, and started again."""
