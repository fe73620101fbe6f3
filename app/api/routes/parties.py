"""Parties of entries: let in by the declarant, ended from either side."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.api.deps import Caller, OfProcess, Retry, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.parties import PartiesOut, PartyIn, PartyOut, party_out
from app.api.schemas.types import Id
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.delegations import Ending, Side
from app.domain.errors import (
    DelegationEndedError,
    DelegationExistsError,
    DelegationNotFoundError,
    DelegationUnfitError,
    EntryNotFoundError,
    PartiesFullError,
)
from app.domain.questions import DelegationFilter
from app.domain.vocabulary import Party, Role, Scope
from app.services.access.delegating import Between, Delegating

router = APIRouter(prefix="/v1", tags=["parties"], route_class=StrictRoute)

COMPANIES = (Role.COMPANY, Role.APP)
READERS = (*COMPANIES, Role.OFFICER, Role.AGENCY, Role.YARD, Role.BOARD, Role.AUDITOR)
ENDING = problem_responses(DelegationNotFoundError, DelegationEndedError, *RETRIED)


@router.post(
    "/entries/{entry}/parties",
    status_code=201,
    response_model=PartyOut,
    dependencies=[may(*COMPANIES, Role.OFFICER, on=Action.DELEGATE)],
    responses=problem_responses(
        EntryNotFoundError, DelegationUnfitError, DelegationExistsError, PartiesFullError, *RETRIED
    ),
)
async def add_party(entry: UUID, body: PartyIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Let another company be carrier, owner or payer of an entry that yours has declared.

    It finds the entry in its lists and feed at once and may do what its part of the way needs.
    Nobody else but you takes it out again, or an officer; it may refuse by itself.
    """
    return await retry.answer(party_out(await Delegating(uow, caller).grant(entry, body.asked())))


@router.get(
    "/entries/{entry}/parties",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_parties(
    entry: UUID, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> PartiesOut:
    """List who was let into an entry, newest first, ended ones too; a party sees its own part."""
    listing = Listing(process.cursors, "parties", paging, {"entry": entry})
    found = await Delegating(uow, caller).of_entry(entry, listing.after, listing.wanted)
    return _page(listing, found)


@router.post(
    "/delegations",
    status_code=201,
    response_model=PartyOut,
    dependencies=[may(*COMPANIES, scope=Scope.MANAGE)],
    responses=problem_responses(DelegationUnfitError, DelegationExistsError, *RETRIED),
)
async def delegate_entries(body: PartyIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Let another company be a party of all entries of yours, those to come too.

    This is for whom you have hired for good, such as a forwarder; it ends when you say so.
    """
    return await retry.answer(party_out(await Delegating(uow, caller).grant_all(body.asked())))


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    side: Side = Side.GIVEN,
    party: Party | None = None,
    entry: Id | None = None,
    *,
    standing: bool | None = None,
    ended: bool | None = None,
) -> DelegationFilter:
    """Return what a list of delegations is narrowed to."""
    return DelegationFilter(side=side, party=party, entry=entry, standing=standing, ended=ended)


@router.get("/delegations", dependencies=[may(*COMPANIES)])
async def list_delegations(
    where: Annotated[DelegationFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
) -> PartiesOut:
    """List whom your company lets in, or with `side=received` who lets it in, newest first."""
    listing = Listing(process.cursors, "delegations", paging, asdict(where))
    return _page(listing, await Delegating(uow, caller).page(where, listing.after, listing.wanted))


@router.post(
    "/delegations/{delegation}/revocation",
    response_model=PartyOut,
    dependencies=[may(*COMPANIES, Role.OFFICER, on=Action.DELEGATE)],
    responses=ENDING,
)
async def revoke_delegation(delegation: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Take back what your company granted: the other's next request finds nothing."""
    ended = await Delegating(uow, caller).end(delegation, Ending.REVOKED)
    return await retry.answer(party_out(ended), status=200)


@router.post(
    "/delegations/{delegation}/refusal",
    response_model=PartyOut,
    dependencies=[may(*COMPANIES, on=Action.REFUSE)],
    responses=ENDING,
)
async def refuse_delegation(delegation: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Refuse to be the party that your company was let be, now or later."""
    ended = await Delegating(uow, caller).end(delegation, Ending.REFUSED)
    return await retry.answer(party_out(ended), status=200)


def _page(listing: Listing, found: Sequence[Between]) -> PartiesOut:
    page, cursor = listing.cut(found, lambda one: (one.delegation.granted_at, one.delegation.id))
    return PartiesOut(items=[party_out(one) for one in page], next_cursor=cursor)
