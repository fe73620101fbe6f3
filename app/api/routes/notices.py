"""Notices: closures, pauses, limits, seasons and advice, posted for everybody to read."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, Visitor, anyone, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.readings import AT_ONCE, UNCHANGED, read
from app.api.schemas.notices import NoticeIn, NoticeLiftIn, NoticeOut, NoticesOut, notice_out
from app.api.schemas.types import Instant, Sought
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    NoticeEndedError,
    NoticeNotFoundError,
    NoticeUnfitError,
    UnknownCodeError,
)
from app.domain.notices import NoticeKind
from app.domain.questions import NoticeFilter
from app.domain.vocabulary import Direction, Role
from app.services.queues.noticing import Noticing, notice_of, notices_page

router = APIRouter(prefix="/v1/notices", tags=["notices"], route_class=StrictRoute)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    gate: Sought | None = None,
    direction: Direction | None = None,
    kind: Annotated[
        NoticeKind | None, Query(description="A kind of notice.", examples=["pause"])
    ] = None,
    in_force_at: Instant | None = None,
) -> NoticeFilter:
    """Return what the list of notices is narrowed to."""
    return NoticeFilter(gate=gate, direction=direction, kind=kind, in_force_at=in_force_at)


@router.post(
    "",
    status_code=201,
    response_model=NoticeOut,
    dependencies=[may(Role.OFFICER, Role.BOARD)],
    responses=problem_responses(UnknownCodeError, NoticeUnfitError, *RETRIED),
)
async def post_notice(
    body: NoticeIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Post a notice about a gate, one direction of it, one route, or the vehicles with some goods.

    A closure or a pause of everything stops the open clock: nobody ages and nobody is called. Of
    one route or goods group, or where a limit of vehicles an hour or a day is used up, it keeps
    those vehicles from being called. A season or an advice tells, no more. No notice begins in the
    past.
    """
    notice = await Noticing(uow, caller).post(body.wanted())
    answer = notice_out(notice, notice.posted_at, language)
    return await retry.answer(answer, location=f"/v1/notices/{notice.id}")


@router.get("", response_model=NoticesOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_notices(
    where: Annotated[NoticeFilter, Depends(get_filter)],
    paging: AskedPage,
    request: Request,
    visitor: Visitor,
    language: Spoken,
    process: OfProcess,
) -> Response:
    """List notices, the last posted first; a notice of both directions is one of either."""
    listing = Listing(process.cursors, "notices", paging, asdict(where))
    async with process.reading() as uow:
        found = await notices_page(uow, where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.posted_at, one.id))
    items = [notice_out(one, visitor.now, language) for one in page]
    return read(request, NoticesOut(items=items, next_cursor=cursor), AT_ONCE)


@router.get(
    "/{notice}",
    response_model=NoticeOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(NoticeNotFoundError)},
)
async def get_notice(
    notice: UUID, request: Request, visitor: Visitor, language: Spoken, process: OfProcess
) -> Response:
    """Return a notice: what it says and does, from when to when, who posted and lifted it."""
    async with process.reading() as uow:
        found = await notice_of(uow, notice)
    return read(request, notice_out(found, visitor.now, language), AT_ONCE)


@router.post(
    "/{notice}/lift",
    response_model=NoticeOut,
    dependencies=[may(Role.OFFICER, Role.BOARD)],
    responses=problem_responses(NoticeNotFoundError, NoticeEndedError, *RETRIED),
)
async def lift_notice(
    notice: UUID, body: NoticeLiftIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """End a notice now, with a reason; one that has not begun never begins."""
    lifted = await Noticing(uow, caller).lift(notice, body.reason)
    now = lifted.lifted_at or caller.now
    return await retry.answer(notice_out(lifted, now, language), status=200)
