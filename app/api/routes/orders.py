"""Orders and the money that comes in for them."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, RetryRequired, Uow, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.schemas.queues import OrderDetailOut, PaymentIn, PaymentOut
from app.api.schemas.types import Amount
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    AmountMismatchError,
    OrderNotDueError,
    OrderNotFoundError,
)
from app.domain.vocabulary import Role
from app.services.declarations.views import Order, Payment
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
    """Return an order with its payments."""
    found, payments = await Paying(uow, caller).order(order)
    return _order_out(found, payments)


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
    return await retry.answer(_payment_out(paid, payment))


def _payment_out(order: Order, payment: Payment) -> PaymentOut:
    return PaymentOut(
        id=payment.id,
        order=order.id,
        order_code=order.code,
        order_state=order.state,
        amount=Amount.vnd(payment.amount_vnd),
        source_reference=payment.source_reference,
        received_at=payment.received_at,
    )


def _order_out(order: Order, payments: Sequence[Payment]) -> OrderDetailOut:
    return OrderDetailOut(
        id=order.id,
        code=order.code,
        entry=order.entry_id,
        kind=order.kind,
        amount=Amount.vnd(order.amount_vnd),
        state=order.state,
        created_at=order.created_at,
        paid_at=order.paid_at,
        payments=[_payment_out(order, payment) for payment in payments],
    )
