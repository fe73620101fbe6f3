"""What opens the commitments of the public log: for parties, and for auditors on record."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.api.deps import Caller, OfProcess, Uow, may
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.openings import (
    DisclosureIn,
    DisclosuresOut,
    OpeningsOut,
    disclosure_out,
    openings_out,
)
from app.api.schemas.types import Id
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import EntryNotFoundError
from app.domain.vocabulary import Role
from app.services.log.opening import Opening

router = APIRouter(prefix="/v1", tags=["log"], route_class=StrictRoute)

PARTIES = (Role.COMPANY, Role.APP)


@router.get(
    "/entries/{entry}/openings",
    dependencies=[may(*PARTIES, on=Action.OPEN)],
    responses=problem_responses(EntryNotFoundError),
)
async def get_openings(entry: UUID, uow: Uow, caller: Caller) -> OpeningsOut:
    """Return salt and value of what the public log commits to of one's own entry.

    With them a party shows which leaves are its own, to whom it wants. Who has not the salt cannot
    guess the value.
    """
    return openings_out(*await Opening(uow, caller).of_party(entry))


@router.post(
    "/entries/{entry}/openings",
    dependencies=[may(Role.AUDITOR, on=Action.OPEN)],
    responses=problem_responses(EntryNotFoundError),
)
async def open_commitments(
    entry: UUID, body: DisclosureIn, uow: Uow, caller: Caller
) -> OpeningsOut:
    """Open all commitments of an entry, as an auditor: vehicle, company, and officers.

    Who asked, when, for what and why is recorded before the answer leaves; the company sees it.
    """
    opened = await Opening(uow, caller).disclose(entry, body.purpose, body.reason)
    return openings_out(*opened)


@router.get("/openings", dependencies=[may(*PARTIES, Role.BOARD, Role.AUDITOR)])
async def list_openings(
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
    entry: Annotated[Id | None, Query()] = None,
) -> DisclosuresOut:
    """List which auditors opened the commitments of which entries, newest first, and why.

    A company sees those of its own entries.
    """
    listing = Listing(process.cursors, "openings", paging, {"entry": entry})
    found = await Opening(uow, caller).page(entry, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.disclosure.opened_at, one.disclosure.id))
    return DisclosuresOut(items=[disclosure_out(one) for one in page], next_cursor=cursor)
