"""Passes: of an entry, by its tracking link; checked; and the list of those that hold no more."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.caching import JSON, conditional
from app.api.deps import Caller, OfProcess, Spoken, Uow, Visitor, anyone, by_link, get_visitor, may
from app.api.pass_desk import JOSE, ListWritten, pass_answer, pass_by_link, signed_list
from app.api.pictures import MEDIA, PNG, SVG, Written, preferred
from app.api.problems import problem_responses
from app.api.readings import MOMENT, UNCHANGED
from app.api.routes.entries import EVERYBODY
from app.api.routes.tracking import Token
from app.api.schemas.passes import (
    PassCheckIn,
    PassCheckOut,
    PassOut,
    RevocationsOut,
    check_out,
    pass_out,
    revocations_out,
)
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    EntryNotFoundError,
    NoPassError,
    TrackingNotFoundError,
    UnknownCodeError,
)
from app.domain.passes import Shown
from app.domain.vocabulary import Role, Scope
from app.services.crossing.passes import Passes

router = APIRouter(prefix="/v1", tags=["passes"], route_class=StrictRoute)

PICTURES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The pass: JSON, or its QR code as a picture.",
        "content": {
            PNG: {"schema": {"type": "string", "format": "binary"}},
            SVG: {"schema": {"type": "string"}},
        },
    }
}
LIST: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The list: JSON, or the same signed.",
        "content": {JOSE: {"schema": {"type": "string"}}},
    }
}


async def get_written(
    request: Request,
    written: Annotated[Written | None, Query(alias="format", examples=["svg"])] = None,
) -> Written:
    """Return how the caller wants a pass."""
    if written is not None:
        return written
    liked = preferred(request.headers.get("accept", ""), list(MEDIA.values()))
    return next(one for one, media in MEDIA.items() if media == liked)


How = Annotated[Written, Depends(get_written)]


@router.get(
    "/entries/{entry}/pass",
    response_model=PassOut,
    dependencies=[may(*EVERYBODY, on=Action.SHOW)],
    responses={**PICTURES, **UNCHANGED, **problem_responses(EntryNotFoundError, NoPassError)},
)
async def get_pass(
    entry: UUID,
    request: Request,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    written: How,
) -> Response:
    """Return the signed pass of an entry: JSON, or its QR code as PNG or SVG.

    Before the call it names the vehicle in yards; once called it opens the gate within the window;
    where nobody is called, until the end of the next legal day. It is the same pass until what it
    says changes. An entry in the gate, or that has ended, has none.
    """
    signed = await Passes(uow, caller, caller.tools.signers).of_entry(entry, caller)
    return await pass_answer(request, pass_out(signed, language), written)


@router.get(
    "/tracking/{token}/pass",
    response_model=PassOut,
    dependencies=[by_link()],
    responses={**PICTURES, **UNCHANGED, **problem_responses(TrackingNotFoundError, NoPassError)},
)
async def get_pass_by_link(
    token: Token,
    request: Request,
    visitor: Visitor,
    process: OfProcess,
    language: Spoken,
    written: How,
) -> Response:
    """Return the signed pass of the entry that a tracking link opens, as its holder's does."""
    signed = await pass_by_link(process, visitor, token)
    return await pass_answer(request, pass_out(signed, language), written)


@router.get(
    "/passes/revocations",
    response_model=RevocationsOut,
    dependencies=[anyone(), Depends(get_visitor)],
    responses={**LIST, **UNCHANGED},
)
async def list_pass_revocations(
    request: Request,
    process: OfProcess,
    written: Annotated[ListWritten | None, Query(alias="format", examples=["jws"])] = None,
) -> Response:
    """List the passes that hold no more though they have not expired, for checks offline.

    Each by its id, with the reason; nobody can tell from an id whose it is. `format=jws` gives the
    same signed by a key of the passes, for lists that are carried by hand.
    """
    revoked = await process.revocations()
    likes = preferred(request.headers.get("accept", ""), [JSON, JOSE])
    if written is ListWritten.JWS or (written is None and likes == JOSE):
        body, media = signed_list(process, revoked), JOSE
    else:
        body, media = revocations_out(revoked).model_dump_json().encode(), JSON
    return conditional(request, body, MOMENT, media_type=media, vary="Accept")


@router.post(
    "/passes/checks",
    dependencies=[may(Role.OFFICER, Role.AGENCY, Role.YARD, scope=Scope.READ)],
    responses=problem_responses(UnknownCodeError),
)
async def check_pass(body: PassCheckIn, uow: Uow, caller: Caller, language: Spoken) -> PassCheckOut:
    """Check a pass where it is shown, by its signature and by the entry as it is now.

    A pass that is refused is an answer, not a failure: `refused` has every reason at once. It
    records nothing; an arrival or an admission does.
    """
    gate = caller.reference.gate(body.gate).code
    shown = Shown(body.plate, gate, caller.now, body.use, body.direction)
    checked = await Passes(uow, caller, caller.tools.signers).check(body.jws, shown)
    return check_out(checked, shown, language)
