"""What drivers were told by text message; in a sandbox with the text."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.api.deps import Caller, OfProcess, Uow, may
from app.api.paging import AskedPage, Numbers
from app.api.problems import problem_responses
from app.api.routes.events import READERS
from app.api.schemas.driver_messages import (
    DriverMessagesOut,
    SandboxMessagesOut,
    driver_message_out,
    sandbox_message_out,
)
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import EntryNotFoundError
from app.domain.vocabulary import Role
from app.services.notifying.showing import DriverMessages

router = APIRouter(prefix="/v1/entries", tags=["entries"], route_class=StrictRoute)
sandbox = APIRouter(prefix="/v1/sandbox", tags=["sandbox"], route_class=StrictRoute)


@router.get(
    "/{entry}/messages",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_driver_messages(
    entry: UUID, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> DriverMessagesOut:
    """List what the driver of an entry was told by text message, in the order of its events.

    Of a call, its reminder and its end; and, twelve hours before the planned arrival, that
    papers are missing or run out. One that was not sent says why. Number and text are kept nowhere.
    """
    listing = Numbers(process.cursors, f"messages of {entry}", paging)
    shown = DriverMessages(uow, caller)
    found = await shown.page(entry, Action.READ, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: one.message.event_number)
    return DriverMessagesOut(items=[driver_message_out(one) for one in page], next_cursor=cursor)


@sandbox.get(
    "/messages",
    dependencies=[may(Role.COMPANY, Role.APP, Role.OFFICER)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_sandbox_messages(
    entry: Annotated[UUID, Query(description="Whose driver was told.")],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
) -> SandboxMessagesOut:
    """List the same with the texts, to whoever may have the tracking link that they bring.

    Without a gateway (`GATE_NOTIFY_URL`) nothing leaves a sandbox: they are `would_be_sent`.
    """
    listing = Numbers(process.cursors, f"texts of {entry}", paging)
    shown = DriverMessages(uow, caller)
    found = await shown.page(entry, Action.TRACK, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: one.message.event_number)
    texts = [sandbox_message_out(one, process.settings.base_url) for one in page]
    return SandboxMessagesOut(items=texts, next_cursor=cursor)
