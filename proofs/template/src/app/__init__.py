"""A service made from a project template: async SQLAlchemy behind FastAPI."""
