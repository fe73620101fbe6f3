"""The feed of events: asked again and again, or waited for; and the history of one entry."""

from time import monotonic
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.api.deps import Caller, OfProcess, Release, Uow, may
from app.api.paging import MOST, AskedPage, Numbers
from app.api.problems import problem_responses
from app.api.schemas.events import (
    EntryEventsOut,
    EventsOut,
    Kind,
    entry_event_out,
    events_out,
)
from app.api.schemas.types import LARGEST, Sought
from app.api.state import Process
from app.api.strict_json import StrictRoute
from app.api.watching import LONGEST_WAIT
from app.domain.authorisation import Action
from app.domain.errors import EntryNotFoundError, FeedForgottenError, FeedPositionUnknownError
from app.domain.principal import Principal
from app.domain.questions import FeedQuestion
from app.domain.vocabulary import Role
from app.services.publishing.feed import Feed, FeedPage, history

router = APIRouter(prefix="/v1", tags=["events"], route_class=StrictRoute)

READERS = (
    Role.COMPANY, Role.APP, Role.OFFICER, Role.BOARD, Role.AGENCY, Role.YARD, Role.AUDITOR,
)  # fmt: skip
MOST_KINDS = 50


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_question(
    kinds: Annotated[
        list[Kind] | None, Query(max_length=MOST_KINDS, description="Only these kinds.")
    ] = None,
    gate: Sought | None = None,
) -> FeedQuestion:
    """Return what the feed is narrowed to."""
    return FeedQuestion(kinds=frozenset(kinds) if kinds else None, gate=gate)


After = Annotated[
    int | None,
    Query(
        ge=0,
        le=LARGEST,
        description="`after` of the answer before; left out, the oldest that is kept come first.",
        examples=[0],
    ),
]
Wait = Annotated[
    int,
    Query(
        ge=0,
        le=LONGEST_WAIT,
        description="Seconds to wait where there is nothing; the first news ends it.",
        examples=[0],
    ),
]


Latest = Annotated[
    bool,
    Query(
        description="Begin where the feed ends, if `after` is left out: only news is wanted.",
        examples=[True],
    ),
]


NewestFirst = Annotated[bool, Query(description="Begin with what happened last.", examples=[True])]


@router.get(
    "/events",
    dependencies=[may(*READERS, Role.COLLECTOR)],
    responses=problem_responses(FeedForgottenError, FeedPositionUnknownError),
)
async def list_events(
    where: Annotated[FeedQuestion, Depends(get_question)],
    uow: Uow,
    caller: Caller,
    process: OfProcess,
    release: Release,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = 100,
    wait: Wait = 0,
    *,
    latest: Latest = False,
) -> EventsOut:
    """List what happened, in the order in which it was stored; never one too few.

    A company reads of its own entries and what concerns everybody, an authority reads everything;
    who collects reads of money alone, and what concerns everybody.
    Ask from the last answer's `after`, or by `latest` from now on: what is committed late comes
    late, with a higher position.
    Positions are kept for 30 days; 410 says where to begin anew. Each event comes at least once.
    """
    feed = Feed(uow, caller.principal)
    is_news = latest and after is None
    page = await (feed.end(where) if is_news else feed.page(where, after, limit))
    if wait and not page.events and not page.more:
        await release()
        page = await _waited(process, caller.principal, where, page, limit, wait)
    return events_out(page)


async def _waited(
    process: Process,
    principal: Principal,
    where: FeedQuestion,
    page: FeedPage,
    limit: int,
    seconds: int,
) -> FeedPage:
    """Return the first page that has something, or the last one asked for in time."""
    reader = Feed.reader_of(principal)
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0 and not page.events:
        if not await process.watch.wait(reader, page.after, left):
            break
        async with process.reading() as uow:
            page = await Feed(uow, principal).page(where, page.after, limit)
    return page


@router.get(
    "/entries/{entry}/events",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_entry_events(
    entry: UUID,
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
    *,
    newest_first: NewestFirst = False,
) -> EntryEventsOut:
    """List what happened to an entry and by whose act, however long ago; oldest first or newest.

    Who did it is told by agency or role, never by name.
    """
    name = f"events of {entry}" + (", newest first" if newest_first else "")
    listing = Numbers(process.cursors, name, paging)
    found = await history(
        uow, caller, entry, listing.after, listing.wanted, newest_first=newest_first
    )
    page, cursor = listing.cut(found, lambda one: one.event.number)
    reader = caller.principal.organisation_id
    return EntryEventsOut(items=[entry_event_out(one, reader) for one in page], next_cursor=cursor)
