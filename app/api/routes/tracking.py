"""What a driver sees by the tracking link: no key, nothing personal."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.api.deps import OfProcess, Spoken, Visitor, by_link
from app.api.front import shelve
from app.api.problems import problem_responses
from app.api.qr_desk import PICTURES, How, account_of, transfer_answer
from app.api.readings import UNCHANGED
from app.api.schemas.entries import StandingOut
from app.api.schemas.linked import (
    LinkedMessagesOut,
    LinkedReceiptsOut,
    linked_message_out,
    linked_receipt_out,
)
from app.api.schemas.orders import TransferOut
from app.api.strict_json import StrictRoute
from app.api.tracking import tracked_bytes
from app.domain.errors import (
    NoCollectionAccountError,
    OrderNotDueError,
    OrderNotFoundError,
    TrackingNotFoundError,
)
from app.services.money.linked import asked_by_link, receipts_by_link
from app.services.notifying.showing import told_by_link

router = APIRouter(prefix="/v1/tracking", tags=["tracking"], route_class=StrictRoute)
Token = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_=-]+$")]
OrderCode = Annotated[str, Path(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]


@router.get(
    "/{token}",
    response_model=StandingOut,
    dependencies=[by_link()],
    responses={**UNCHANGED, **problem_responses(TrackingNotFoundError)},
)
async def track_entry(
    token: Token, request: Request, visitor: Visitor, language: Spoken, process: OfProcess
) -> Response:
    """Return where an entry stands: place, expected wait, what is missing, what is due, and why."""
    body = await tracked_bytes(process, visitor, token, language)
    return shelve(process.shelf, request, body, public=False, vary="Accept-Language")


@router.get(
    "/{token}/orders/{order_code}/qr",
    response_model=TransferOut,
    dependencies=[by_link()],
    responses={
        **PICTURES,
        **UNCHANGED,
        **problem_responses(
            TrackingNotFoundError, OrderNotFoundError, OrderNotDueError, NoCollectionAccountError
        ),
    },
)
async def get_order_qr_by_link(
    token: Token,
    order_code: OrderCode,
    request: Request,
    _visitor: Visitor,
    process: OfProcess,
    written: How,
) -> Response:
    """Return how an order of the entry is paid by a transfer: JSON, or its VietQR code.

    Anybody may pay by it: a driver at the gate, or who is sent the picture.
    """
    account = account_of(process.settings)
    async with process.reading() as uow:
        asked = await asked_by_link(uow, token, order_code, account)
    return await transfer_answer(request, asked, written)


@router.get(
    "/{token}/receipts",
    dependencies=[by_link()],
    responses=problem_responses(TrackingNotFoundError),
)
async def list_receipts_by_link(
    token: Token, _visitor: Visitor, language: Spoken, process: OfProcess
) -> LinkedReceiptsOut:
    """List the receipts of the entry that count; by a lookup code anybody reads the paper."""
    async with process.reading() as uow:
        found = await receipts_by_link(uow, token)
        return LinkedReceiptsOut(items=[linked_receipt_out(one, language) for one in found])


@router.get(
    "/{token}/messages",
    dependencies=[by_link()],
    responses=problem_responses(TrackingNotFoundError),
)
async def list_messages_by_link(
    token: Token, _visitor: Visitor, process: OfProcess
) -> LinkedMessagesOut:
    """List what the driver was told by text message, and what was not sent for which reason."""
    async with process.reading() as uow:
        found = await told_by_link(uow, token)
        return LinkedMessagesOut(items=[linked_message_out(one) for one in found])
