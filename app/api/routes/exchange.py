"""Partners' systems: the messages they send, the sources they send from, and what waits."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import Problem, problem, problem_responses, request_id_of
from app.api.schemas.exchange import (
    GoodsDeclarationsOut,
    MessageOut,
    MessagesIn,
    MessagesOut,
    QuarantineOut,
    ResolutionIn,
    SourceIn,
    SourceOut,
    SourcePatch,
    SourcesOut,
    source_out,
    taken_out,
    waiting_out,
)
from app.api.schemas.types import Instant, Sought
from app.api.strict_json import StrictRoute
from app.api.texts import Language
from app.domain.authorisation import Action
from app.domain.errors import (
    CheckNotYoursError,
    DomainError,
    EntryNotFoundError,
    MessageNotFoundError,
    MessageNotYoursError,
    MessageResolvedError,
    SourceExistsError,
    SourceNotFoundError,
    SourceNotYoursError,
    SourceRetiredError,
    SourceUnfitError,
    UnknownCodeError,
)
from app.domain.exchange import QuarantineReason
from app.domain.questions import QuarantineFilter
from app.domain.vocabulary import Role
from app.domain.wco import EDITION
from app.services.exchange.intake import Intake
from app.services.exchange.outbound import Outbound
from app.services.exchange.quarantine import Quarantine
from app.services.exchange.sources import Sources

router = APIRouter(prefix="/v1/exchange", tags=["exchange"], route_class=StrictRoute)
entries = APIRouter(prefix="/v1/entries", tags=["exchange"], route_class=StrictRoute)

SENDERS = (Role.AGENCY, Role.YARD, Role.OFFICER)
MANAGERS = (Role.OFFICER, Role.ADMIN)
READERS = (Role.COMPANY, Role.APP, *SENDERS, Role.BOARD, Role.AUDITOR)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    source: Sought | None = None,
    gate: Sought | None = None,
    yard: Sought | None = None,
    quarantined_for: QuarantineReason | None = None,
    received_before: Instant | None = None,
) -> QuarantineFilter:
    """Return what the work list is narrowed to."""
    return QuarantineFilter(
        source=source,
        gate=gate,
        yard=yard,
        reason=quarantined_for,
        received_before=received_before,
    )


@router.post(
    "/{source}/messages",
    response_model=MessagesOut,
    dependencies=[may(*SENDERS)],
    responses=problem_responses(
        SourceNotFoundError, SourceRetiredError, SourceNotYoursError, *RETRIED
    ),
)
async def send_messages(
    request: Request,
    source: Sought,
    body: MessagesIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Send up to twenty messages of a source of one's own organisation; each is answered by itself.

    A message is done once per `source_reference`: sent again it is `already-known`, with another
    body it is rejected. What cannot be matched to an entry waits in quarantine. A request that
    cannot be read at all is refused whole, with all its faults.
    """
    outcomes = await Intake(uow, caller).receive(source, [one.document() for one in body.messages])
    request_id = request_id_of(request.scope)
    messages = [
        taken_out(one, source, _problem(index, one.refusal, language, request_id), language)
        for index, one in enumerate(outcomes)
    ]
    rejected = sum(one.refusal is not None for one in outcomes)
    return await retry.answer(MessagesOut(messages=messages, rejected=rejected), status=200)


@router.get("/quarantine", dependencies=[may(*SENDERS, Role.BOARD, Role.AUDITOR)])
async def list_quarantine(
    where: Annotated[QuarantineFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> QuarantineOut:
    """List the messages that wait for somebody to say whom they are about, the oldest first.

    Agencies and yards see those of their own sources, officers, the board and auditors all.
    """
    listing = Listing(process.cursors, "quarantine", paging, asdict(where))
    found = await Quarantine(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.message.received_at, one.message.id))
    return QuarantineOut(items=[waiting_out(one, language) for one in page], next_cursor=cursor)


@router.post(
    "/quarantine/{message}/resolution",
    response_model=MessageOut,
    dependencies=[may(*SENDERS)],
    responses=problem_responses(
        MessageNotFoundError, MessageNotYoursError, MessageResolvedError, EntryNotFoundError,
        CheckNotYoursError, UnknownCodeError, *RETRIED,
    ),
)  # fmt: skip
async def resolve_message(
    message: UUID, body: ResolutionIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Name the entry that a waiting message is about, or discard it; once, with the reason.

    The message is then recorded of that entry as its sender's word. Those of the sender's
    organisation may, and whoever may record the same themselves.
    """
    resolved = await Quarantine(uow, caller).resolve(message, body.entry, body.reason)
    return await retry.answer(waiting_out(resolved, language), status=200)


@entries.get(
    "/{entry}/wco",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def get_goods_declarations(entry: UUID, uow: Uow, caller: Caller) -> GoodsDeclarationsOut:
    """Return what an entry declares in the names of the WCO Data Model, to be passed on.

    One declaration for each consignment. It is a view of what was declared to this service, and no
    customs declaration.
    """
    found = await Outbound(uow, caller).declarations(entry)
    return GoodsDeclarationsOut(edition=EDITION, declarations=list(found))


@router.get("/sources", dependencies=[may(*SENDERS, Role.ADMIN, Role.BOARD, Role.AUDITOR)])
async def list_sources(
    paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> SourcesOut:
    """List the sources of messages, the oldest first; agencies and yards see their own."""
    listing = Listing(process.cursors, "sources", paging)
    found = await Sources(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.source.registered_at, one.source.id))
    return SourcesOut(items=[source_out(one) for one in page], next_cursor=cursor)


@router.post(
    "/sources",
    status_code=201,
    response_model=SourceOut,
    dependencies=[may(*MANAGERS)],
    responses=problem_responses(SourceUnfitError, SourceExistsError, UnknownCodeError, *RETRIED),
)
async def register_source(body: SourceIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Register a partner's system: its adapter, where it stands, how far it is trusted."""
    return await retry.answer(source_out(await Sources(uow, caller).register(body.source())))


@router.patch(
    "/sources/{source}",
    dependencies=[may(*MANAGERS)],
    responses=problem_responses(SourceNotFoundError, SourceUnfitError),
)
async def change_source(source: Sought, body: SourcePatch, uow: Uow, caller: Caller) -> SourceOut:
    """Change how far a source is trusted, or retire it: it sends no more, what it sent stays."""
    changes = body.changes()
    retired = changes.pop("retired", None)
    return source_out(await Sources(uow, caller).change(source, changes, retired=retired))


def _problem(
    index: int, refusal: DomainError | None, language: Language, request_id: str
) -> Problem | None:
    """Return why a message was rejected, its pointers into the whole request."""
    if refusal is None:
        return None
    said: dict[str, Any] = problem(refusal.within(f"/messages/{index}"), language, request_id)
    return Problem(**said)
