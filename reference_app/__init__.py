"""A small FastAPI service on async SQLAlchemy that keeps the whole contract: copy it."""

from .app import create_app
from .settings import AppSettings

__all__ = ["AppSettings", "create_app"]
