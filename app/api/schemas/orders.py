"""Orders on the wire: what one payer owes, who that is, the payments that came in, bundles."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.answers import order_out
from app.api.schemas.entries import OrderOut
from app.api.schemas.types import (
    Amount,
    AmountIn,
    Choice,
    Id,
    In,
    Instant,
    Label,
    Open,
    Out,
    RawIdentifier,
    Reference,
    Remark,
)
from app.domain.money_in import MOST_ORDERS, OwedState
from app.domain.payers import Payer, PayerCountry
from app.domain.vocabulary import Direction, State
from app.services.declarations.views import Order, Payment
from app.services.money.asking import Asked
from app.services.money.bundles import Bundle
from app.services.money.finding import FoundOrder

PAYLOAD = (
    "00020101021238550010A000000727012500069999990111SANDBOX00010208QRIBFTTA53037045406350000"
    "5802VN6222081820260311-0C3FHMFY66304FEB5"
)


class PaymentIn(In):
    """Money that came in; the same source reference pays once."""

    amount: AmountIn
    source_reference: Reference


class PaymentOut(Out):
    """Money that came in for an order."""

    id: UUID
    order: UUID
    order_code: str
    order_state: Annotated[str, Field(examples=["paid"])]
    amount: Amount
    source_reference: str
    received_at: Instant


class PayerNamedIn(In):
    """Who pays an order, as its receipt will name it."""

    name: Annotated[Label, Field(examples=["Công ty TNHH Ví Dụ"])]
    country: Choice[PayerCountry] = PayerCountry.VIETNAM
    """Whose code `tax_code` is: of Vietnam, or of China."""
    tax_code: Annotated[RawIdentifier | None, Field(examples=["9900123459"])] = None
    """A Vietnamese tax code or personal number, or a Chinese unified social credit code."""
    address: Remark | None = None


class PayerOut(Out):
    """Who pays an order."""

    name: Annotated[str | None, Field(examples=["Sandbox company 1"])]
    country: Annotated[PayerCountry, Open]
    tax_code: Annotated[str | None, Field(examples=["9900123466"])]
    address: str | None


class OrderDetailOut(Out):
    """An order with its payments."""

    id: UUID
    code: str
    entry: UUID
    kind: str
    amount: Amount
    state: Annotated[str, Field(examples=["due"])]
    created_at: Instant
    paid_at: Instant | None
    payer: PayerOut
    payments: list[PaymentOut]


class FoundOrderOut(OrderOut):
    """An order as it is found at a window, with the vehicle that it is for."""

    entry: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    plate: Annotated[str | None, Field(examples=["12C00017"])]
    call_number: Annotated[str | None, Field(examples=["TT-0012"])]
    gate: str
    direction: Annotated[Direction, Open]
    entry_state: Annotated[State, Open]


class FoundOrdersOut(Page[FoundOrderOut]):
    """One page of orders, newest first."""


class BundleIn(In):
    """Orders of one payer, to be paid by one code."""

    orders: Annotated[list[Id], Field(min_length=1, max_length=MOST_ORDERS)]


class BundleBriefOut(Out):
    """A bundle, as lists show it."""

    id: UUID
    code: Annotated[str, Field(examples=["20260311-5XK2Q7M1R"])]
    """To be written into the text of the transfer."""
    state: Annotated[OwedState, Open]
    """`due`, `paid`; `broken` once one of its orders was paid, replaced or cancelled."""
    amount: Amount
    payer: PayerOut
    created_at: Instant


class BundleOut(BundleBriefOut):
    """A bundle with its orders as they stand."""

    orders: list[OrderOut]


class BundlesOut(Page[BundleBriefOut]):
    """One page of bundles, newest first."""


class TransferOut(Out):
    """The transfer that pays an order or a bundle, and what its QR code says."""

    payload: Annotated[str, Field(examples=[PAYLOAD])]
    """VietQR: any bank's app in Vietnam reads it and fills in the transfer."""
    bank: Annotated[str, Field(examples=["999999"])]
    """The bank's BIN."""
    account: Annotated[str, Field(examples=["SANDBOX0001"])]
    account_name: str
    amount: Amount
    """Exactly this pays; anything else waits for a review."""
    purpose: Annotated[str, Field(examples=["20260311-0C3FHMFY6"])]
    """The code, as it must stand in the text of the transfer."""


def transfer_out(asked: Asked) -> TransferOut:
    """Return a transfer that a payer is asked for."""
    return TransferOut(
        payload=asked.payload,
        bank=asked.account.bank,
        account=asked.account.number,
        account_name=asked.account.name,
        amount=Amount.vnd(asked.amount_vnd),
        purpose=asked.code,
    )


def payment_out(order: Order, payment: Payment) -> PaymentOut:
    """Return money that came in for an order."""
    return PaymentOut(
        id=payment.id,
        order=order.id,
        order_code=order.code,
        order_state=order.state,
        amount=Amount.vnd(payment.amount_vnd),
        source_reference=payment.source_reference,
        received_at=payment.received_at,
    )


def order_detail_out(order: Order, payer: Payer, payments: Sequence[Payment]) -> OrderDetailOut:
    """Return an order with its payments."""
    return OrderDetailOut(
        id=order.id,
        code=order.code,
        entry=order.entry_id,
        kind=order.kind,
        amount=Amount.vnd(order.amount_vnd),
        state=order.state,
        created_at=order.created_at,
        paid_at=order.paid_at,
        payer=payer_out(payer),
        payments=[payment_out(order, payment) for payment in payments],
    )


def found_order_out(found: FoundOrder) -> FoundOrderOut:
    """Return an order with the vehicle that it is for."""
    order, entry = found
    return FoundOrderOut(
        **dict(order_out(order)),
        entry=entry.id,
        reference=entry.reference,
        plate=entry.tractor_plate,
        call_number=entry.call_number,
        gate=entry.gate_code,
        direction=Direction(entry.direction),
        entry_state=State(entry.state),
    )


def payer_out(payer: Payer) -> PayerOut:
    """Return who pays."""
    return PayerOut(
        name=payer.name, country=payer.country, tax_code=payer.tax_code, address=payer.address
    )


def bundle_brief_out(bundle: Bundle) -> BundleBriefOut:
    """Return a bundle as lists show it."""
    return BundleBriefOut(**_brief(bundle))


def bundle_out(bundle: Bundle) -> BundleOut:
    """Return a bundle with its orders."""
    return BundleOut(**_brief(bundle), orders=[order_out(one) for one in bundle.orders])


def _brief(bundle: Bundle) -> dict[str, object]:
    row = bundle.row
    return {
        "id": row.id,
        "code": row.code,
        "state": bundle.state,
        "amount": Amount.vnd(row.amount_vnd),
        "payer": PayerOut(**row.payer),
        "created_at": row.created_at,
    }
