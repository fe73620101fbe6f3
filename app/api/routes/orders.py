"""Orders, who pays them, and the money that comes in for one of them by its id."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.deps import Caller, OfProcess, RetryRequired, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.qr_desk import PICTURES, How, OfCollection, transfer_answer
from app.api.readings import UNCHANGED
from app.api.schemas.orders import (
    FoundOrdersOut,
    OrderDetailOut,
    PayerNamedIn,
    PaymentIn,
    PaymentOut,
    TransferOut,
    found_order_out,
    order_detail_out,
    payment_out,
)
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.core.ids import read_reference
from app.domain.authorisation import Action
from app.domain.call_numbers import read_call
from app.domain.errors import (
    AmountMismatchError,
    NoCollectionAccountError,
    OrderNotDueError,
    OrderNotFoundError,
    PayerUnfitError,
)
from app.domain.identifiers import plate_key
from app.domain.money_in import codes_in
from app.domain.payers import admitted
from app.domain.questions import OrderFilter
from app.domain.vocabulary import Role
from app.services.money.finding import found_orders
from app.services.money.payers import Payers
from app.services.money.paying import Paying

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=StrictRoute)

READERS = (
    Role.COMPANY, Role.APP, Role.OFFICER, Role.BANK, Role.COLLECTOR, Role.BOARD, Role.AUDITOR,
)  # fmt: skip


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    caller: Caller,
    named: Annotated[
        Sought,
        Query(
            min_length=1,
            description="The code of an order, the plate of a vehicle or five signs of it, the"
            " reference of an entry, or the number by which a gate called it: up to four digits"
            " alone are one of `gate`.",
            examples=["12C-000.17"],
        ),
    ],
    gate: Sought | None = None,
    *,
    due: bool | None = None,
) -> OrderFilter:
    """Return whose orders are looked for."""
    prefixes = {code: one.call_prefix for code, one in caller.reference.gates.items()}
    return OrderFilter(
        codes=codes_in(named),
        reference=read_reference(named),
        plate=plate_key(named),
        call=read_call(named, prefixes, gate),
        due=due,
    )


@router.get("", dependencies=[may(Role.COLLECTOR, Role.BOARD, Role.AUDITOR)])
async def find_orders(
    where: Annotated[OrderFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    process: OfProcess,
) -> FoundOrdersOut:
    """List the orders of what somebody at a window names, newest first.

    Whatever may be meant is found: a number is taken for one that was called only while its entry
    has not ended. `due=true` leaves what waits to be paid.
    """
    listing = Listing(process.cursors, "orders", paging, asdict(where))
    found = await found_orders(uow, where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.order.created_at, one.order.id))
    return FoundOrdersOut(items=[found_order_out(one) for one in page], next_cursor=cursor)


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
