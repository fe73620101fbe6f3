"""Drivers' data in full, for a purpose; drivers by a number; and the record of who read them."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.api.deps import Caller, OfProcess, Spoken, Uow, may
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.rate_limits import Work
from app.api.schemas.answers import brief_out
from app.api.schemas.entries import EntriesOut
from app.api.schemas.personal import (
    EntrySearchIn,
    FullDriverOut,
    PersonalReadsOut,
    full_driver_out,
    personal_read_out,
)
from app.api.schemas.types import Id, Instant, Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import EntryNotFoundError, PurposeForbiddenError
from app.domain.personal import Purpose, ReadWay
from app.domain.questions import ReadFilter
from app.domain.vocabulary import Agency, Role, Scope
from app.services.privacy.reading import PersonalReading

router = APIRouter(prefix="/v1", tags=["personal-data"], route_class=StrictRoute)

DECLARANTS = (Role.COMPANY, Role.APP)
CONTROLLERS = (Role.OFFICER, Agency.BORDER_GUARD, Agency.CUSTOMS, Role.BOARD)


@router.get(
    "/entries/{entry}/driver",
    dependencies=[may(*DECLARANTS, *CONTROLLERS, scope=Scope.PERSONAL, on=Action.PERSONAL)],
    responses=problem_responses(EntryNotFoundError, PurposeForbiddenError),
)
async def get_driver(
    entry: UUID,
    purpose: Annotated[Purpose, Query(description="What the data are read for.")],
    uow: Uow,
    caller: Caller,
) -> FullDriverOut:
    """Return the driver of an entry in full, as far as a purpose needs it.

    Each reading is recorded with who, when and what for, before the answer leaves. A purpose
    belongs to roles and gives them some of the data; a company reads of its own entries.
    """
    return full_driver_out(await PersonalReading(uow, caller).read(entry, purpose), purpose)


@router.post(
    "/entries/searches",
    dependencies=[may(*DECLARANTS, *CONTROLLERS, scope=Scope.PERSONAL, work=Work.HEAVY)],
    responses=problem_responses(PurposeForbiddenError),
)
async def search_entries(
    body: EntrySearchIn,
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> EntriesOut:
    """Find a driver's entries by document number or phone, newest first; the driver stays masked.

    The number is sent in the body, so that no address and no log has it. The search is recorded
    as a reading of each entry that it shows. A company finds its own.
    """
    field, number = body.number
    sought = caller.tools.cipher.hash_to_find(f"{field} {number}").hex()
    filters = {"sought": sought, "purpose": body.purpose}
    listing = Listing(process.cursors, "entries-of-driver", paging, filters)
    found = await PersonalReading(uow, caller).find(
        field, number, body.purpose, listing.after, listing.wanted
    )
    page, cursor = listing.cut(found, lambda one: (one.entry.registered_at, one.entry.id))
    return EntriesOut(items=[brief_out(view, language) for view in page], next_cursor=cursor)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    entry: Id | None = None,
    purpose: Purpose | None = None,
    way: ReadWay | None = None,
    reader: Sought | None = None,
    read_from: Instant | None = None,
    read_before: Instant | None = None,
) -> ReadFilter:
    """Return what a list of readings is narrowed to."""
    return ReadFilter(
        entry=entry,
        purpose=purpose,
        way=way,
        reader=reader,
        read_from=read_from,
        read_before=read_before,
    )


@router.get("/personal-reads", dependencies=[may(*DECLARANTS, Role.BOARD, Role.AUDITOR)])
async def list_personal_reads(
    where: Annotated[ReadFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
) -> PersonalReadsOut:
    """List who read drivers' data in full, when and for what, newest first; never what was read.

    A company sees the readings of its own entries, by whomever.
    """
    listing = Listing(process.cursors, "personal-reads", paging, asdict(where))
    found = await PersonalReading(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.read.read_at, one.read.id))
    return PersonalReadsOut(items=[personal_read_out(one) for one in page], next_cursor=cursor)
