"""Organisations: made, verified, listed by the board; each sees itself."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.api.deps import Caller, OfProcess, Retry, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.organisations import (
    OrganisationIn,
    OrganisationOut,
    OrganisationsOut,
    VerificationIn,
    organisation_out,
)
from app.api.schemas.types import Label, Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    OrganisationExistsError,
    OrganisationNotFoundError,
    OrganisationUnfitError,
    ReasonRequiredError,
    VerificationNotNeededError,
)
from app.domain.organisations import OrganisationKind
from app.domain.questions import OrganisationFilter
from app.domain.vocabulary import Role
from app.services.access.organisations import Organisations

router = APIRouter(prefix="/v1/organisations", tags=["organisations"], route_class=StrictRoute)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    kind: Annotated[
        OrganisationKind | None, Query(description="What it is.", examples=["company"])
    ] = None,
    tax_code: Sought | None = None,
    name: Label | None = None,
    *,
    verified: bool | None = None,
) -> OrganisationFilter:
    """Return what a list of organisations is narrowed to."""
    return OrganisationFilter(kind=kind, verified=verified, tax_code=tax_code, name=name)


@router.post(
    "",
    status_code=201,
    response_model=OrganisationOut,
    dependencies=[may(Role.BOARD, Role.ADMIN)],
    responses=problem_responses(OrganisationUnfitError, OrganisationExistsError, *RETRIED),
)
async def make_organisation(
    body: OrganisationIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Make an organisation; a company acts on entries once the board has verified it."""
    made = await Organisations(uow, caller).make(
        body.name, body.kind, agency=body.agency, tax_code=body.tax_code
    )
    return await retry.answer(organisation_out(made), location=f"/v1/organisations/{made.id}")


@router.get("", dependencies=[may(Role.BOARD, Role.ADMIN, Role.AUDITOR)])
async def list_organisations(
    where: Annotated[OrganisationFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
) -> OrganisationsOut:
    """List organisations, newest first; `verified=false` are the companies that wait."""
    listing = Listing(process.cursors, "organisations", paging, asdict(where))
    found = await Organisations(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.created_at, one.id))
    return OrganisationsOut(items=[organisation_out(one) for one in page], next_cursor=cursor)


@router.get(
    "/{organisation}",
    dependencies=[may(*Role, on=Action.HOUSE)],
    responses=problem_responses(OrganisationNotFoundError),
)
async def get_organisation(organisation: UUID, uow: Uow, caller: Caller) -> OrganisationOut:
    """Return an organisation: your own, or any for the board and the auditor."""
    return organisation_out(await Organisations(uow, caller).get(organisation))


@router.post(
    "/{organisation}/verification",
    response_model=OrganisationOut,
    dependencies=[may(Role.BOARD, on=Action.MANAGE)],
    responses=problem_responses(
        OrganisationNotFoundError, VerificationNotNeededError, ReasonRequiredError, *RETRIED
    ),
)
async def verify_organisation(
    organisation: UUID, body: VerificationIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Confirm a company, or take that back with a reason; it holds from the next request on.

    A company that is not confirmed reads its own entries and manages its clients and keys; all that
    acts is refused with `organisation-unverified`. What it has registered stays as it is.
    """
    found = await Organisations(uow, caller).verify(
        organisation, verified=body.verified, reason=body.reason
    )
    return await retry.answer(organisation_out(found), status=200)
