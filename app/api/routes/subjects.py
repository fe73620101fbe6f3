"""What a person may ask: all that is kept of them, and that it be forgotten."""

from fastapi import APIRouter

from app.api.deps import Caller, OfProcess, Uow, may
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.rate_limits import Work
from app.api.schemas.personal import PersonIn
from app.api.schemas.subjects import (
    ErasuresOut,
    SubjectExportOut,
    erasures_out,
    kept_entry_out,
)
from app.api.strict_json import StrictRoute
from app.domain.errors import NoValueError, SubjectAmbiguousError
from app.domain.vocabulary import Role, Scope
from app.services.privacy.subjects import MOST, Subjects

router = APIRouter(prefix="/v1/subjects", tags=["subjects"], route_class=StrictRoute)


@router.post(
    "/exports",
    dependencies=[may(Role.BOARD, scope=Scope.PERSONAL, work=Work.HEAVY)],
    responses=problem_responses(SubjectAmbiguousError, NoValueError),
)
async def export_subject(
    body: PersonIn, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> SubjectExportOut:
    """Return all that is kept of a person, entry by entry, with purposes, days and who read it.

    For the person, once the board has seen who asks. It is recorded as a reading, and never stored.
    A phone that stands with several document numbers names nobody: ask by the document number.
    """
    field, number = body.number
    sought = caller.tools.cipher.hash_to_find(f"{field} {number}").hex()
    listing = Listing(process.cursors, "subject", paging, {"sought": sought})
    found = await Subjects(uow, caller).export(field, number, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.entry.registered_at, one.entry.id))
    return SubjectExportOut(items=[kept_entry_out(one) for one in page], next_cursor=cursor)


@router.post(
    "/erasures",
    dependencies=[may(Role.BOARD, scope=Scope.PERSONAL, work=Work.HEAVY)],
    responses=problem_responses(SubjectAmbiguousError, NoValueError),
)
async def erase_subject(body: PersonIn, uow: Uow, caller: Caller) -> ErasuresOut:
    """Erase what nothing keeps of a person, and tell of every entry what was kept, and why.

    Nothing is erased while a vehicle is on its way, nor what a purpose keeps that withstands such a
    request; the request stays, and the workers erase it on its day. Asking again does no harm.
    """
    asked = await Subjects(uow, caller).forget(*body.number)
    return erasures_out(asked, complete=len(asked) < MOST)
