"""Orders, who pays them, and the money that comes in for one of them by its id."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, RetryRequired, Uow, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.qr_desk import PICTURES, How, OfCollection, transfer_answer
from app.api.readings import UNCHANGED
from app.api.schemas.orders import (
    OrderDetailOut,
    PayerNamedIn,
    PaymentIn,
    PaymentOut,
    TransferOut,
    order_detail_out,
    payment_out,
)
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    AmountMismatchError,
    NoCollectionAccountError,
    OrderNotDueError,
    OrderNotFoundError,
    PayerUnfitError,
)
from app.domain.payers import admitted
from app.domain.vocabulary import Role
from app.services.money.payers import Payers
from app.services.money.paying import Paying

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=StrictRoute)

READERS = (
    Role.COMPANY, Role.APP, Role.OFFICER, Role.BANK, Role.COLLECTOR, Role.BOARD, Role.AUDITOR,
)  # fmt: skip


@router.get(
    "/{order}",
    dependencies=[may(*READERS, on=Action.ORDERS)],
    responses=problem_responses(OrderNotFoundError),
)
async def get_order(order: UUID, uow: Uow, caller: Caller) -> OrderDetailOut:
    """Return an order with who pays it and its payments."""
    found, payments = await Paying(uow, caller).order(order)
    return order_detail_out(found, await Payers(uow, caller).of(found), payments)


@router.get(
    "/{order}/qr",
    response_model=TransferOut,
    dependencies=[may(*READERS, on=Action.ORDERS)],
    responses={
        **PICTURES,
        **UNCHANGED,
        **problem_responses(OrderNotFoundError, OrderNotDueError, NoCollectionAccountError),
    },
)
async def get_order_qr(
    order: UUID, request: Request, asking: OfCollection, written: How
) -> Response:
    """Return how an order is paid by a transfer: JSON, or its VietQR code as PNG or SVG.

    The code fills in account, amount and text in any bank's app, so that the money pays by itself.
    """
    return await transfer_answer(request, await asking.order(order), written)


@router.put(
    "/{order}/payer",
    dependencies=[may(Role.COMPANY, Role.APP, Role.COLLECTOR, on=Action.PAYER)],
    responses=problem_responses(OrderNotFoundError, OrderNotDueError, PayerUnfitError),
)
async def name_payer(order: UUID, body: PayerNamedIn, uow: Uow, caller: Caller) -> OrderDetailOut:
    """Name who pays an order that is due: its receipt is made out to that name.

    Without it that is the payer whom the entry declares, or its declarant. A company of that tax
    code sees the order. The last one who names somebody wins; once it is paid nobody is named any
    more. An order that takes the place of this one keeps the payer.
    """
    payer = admitted(body.name, body.country, body.tax_code, body.address)
    named = await Payers(uow, caller).name(order, payer)
    return order_detail_out(named, payer, [])


@router.post(
    "/{order}/payments",
    status_code=201,
    response_model=PaymentOut,
    dependencies=[may(Role.BANK, on=Action.PAY)],
    responses=problem_responses(
        OrderNotFoundError, OrderNotDueError, AmountMismatchError,
        *RETRIED,
    ),
)  # fmt: skip
async def record_payment(
    order: UUID, body: PaymentIn, uow: Uow, caller: Caller, retry: RetryRequired
) -> Response:
    """Record the payment of exactly what is due; the same source reference pays once."""
    paid, payment = await Paying(uow, caller).pay(order, body.amount.amount, body.source_reference)
    return await retry.answer(payment_out(paid, payment))
