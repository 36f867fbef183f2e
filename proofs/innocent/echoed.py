"""Countries that are refused in the words of who sent them."""

from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException
from starlette.routing import BaseRoute

from proofs.innocent import innocent
from proofs.innocent.natural_key import CountryIn, CountryOut, Session, create_country, lifespan
from proofs.innocent.natural_key import router as countries

telling = APIRouter()


@telling.post("/countries", response_model=CountryOut, status_code=201)
async def create(country: CountryIn, session: Session) -> Any:
    try:
        return await create_country(country, session)
    except HTTPException as refusal:
        raise HTTPException(409, f"{refusal.detail}: {country.name}") from None


def is_kept(route: BaseRoute) -> bool:
    return getattr(route, "endpoint", None) is not create_country


@innocent(
    looks="A refusal contains an address with a password: the one that the client has sent.",
    arguments=("--contract-body", "name=https://me:open-sesame@example.com/{n}"),
    near=("ERR-04",),
)
def conflict() -> FastAPI:
    """A conflict that repeats what was sent."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(telling)
    made.include_router(APIRouter(routes=list(filter(is_kept, countries.routes))))
    return made
