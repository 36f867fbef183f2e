"""The application: `uvicorn app.main:app`."""

from fastapi import FastAPI

from app.api.router import api_router
from app.core.lifespan import lifespan


def create_app() -> FastAPI:
    """Make the application."""
    application = FastAPI(title="Project template", lifespan=lifespan)
    application.include_router(api_router, prefix="/api/v1")
    return application


app = create_app()
