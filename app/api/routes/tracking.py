"""What a driver sees by the tracking link: no key, nothing personal."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.api.deps import OfProcess, Spoken, Visitor, by_link
from app.api.front import shelve
from app.api.problems import problem_responses
from app.api.readings import UNCHANGED
from app.api.schemas.entries import StandingOut
from app.api.strict_json import StrictRoute
from app.api.tracking import tracked_bytes
from app.domain.errors import TrackingNotFoundError

router = APIRouter(prefix="/v1/tracking", tags=["tracking"], route_class=StrictRoute)
Token = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_=-]+$")]


@router.get(
    "/{token}",
    response_model=StandingOut,
    dependencies=[by_link()],
    responses={**UNCHANGED, **problem_responses(TrackingNotFoundError)},
)
async def track_entry(
    token: Token, request: Request, visitor: Visitor, language: Spoken, process: OfProcess
) -> Response:
    """Return where an entry stands: place, expected wait, what is missing, what is due, and why."""
    body = await tracked_bytes(process, visitor, token, language)
    return shelve(process.shelf, request, body, public=False, vary="Accept-Language")
