"""All routes."""

from fastapi import APIRouter

from app.api.v1.examples import database_example

api_router = APIRouter()
api_router.include_router(
    database_example.router, prefix="/examples/database-example", tags=["examples"]
)
