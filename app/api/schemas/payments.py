"""Money that came in on the wire: a bank's notification, what became of it, how it was settled."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.paging import Page
from app.api.problems import Problem
from app.api.schemas.types import (
    PERSONAL,
    SAFE_RAW,
    Amount,
    Id,
    In,
    Instant,
    Label,
    Open,
    Out,
    PaidIn,
    Reference,
)
from app.api.texts import CATALOGUE, Language
from app.domain.money_in import (
    MOST_ORDERS,
    Channel,
    PaymentState,
    ReviewKind,
    Settlement,
    Suggestion,
)
from app.services.money.reviewing import Came, Received
from app.services.money.secrets import BankSecret
from app.services.money.statements import RowSaid

LONGEST_OVERLAP = 168
PURPOSE = "NOP PHI CUA KHAU 202603110C3FHMFY6 12C00017"

Purpose = Annotated[str, StringConstraints(max_length=1000, pattern=SAFE_RAW), PERSONAL]
"""The text of a transfer as a bank has it; codes in it are found however they are written."""


class NotificationIn(In):
    """A bank's word that money came in; once per reference of the bank's own."""

    source_reference: Reference
    amount: PaidIn
    purpose: Annotated[Purpose, Field(examples=[PURPOSE])]
    paid_at: Instant
    """When the bank booked it."""


class PaymentSettlementIn(In):
    """What money under review is to pay, and why; what is left goes back."""

    orders: Annotated[list[Id], Field(max_length=MOST_ORDERS)]
    """Each is paid exactly what it asks for; where none is named all of the money goes back."""
    reason: Label


class BankSecretIn(In):
    """How long the secret of before is taken beside the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)] = 24


class BankSecretOut(Out):
    """A bank's new secret, which is shown this once."""

    organisation: UUID
    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]
    """Signs every notification by HMAC-SHA256, as Standard Webhooks says."""
    made_at: Instant
    old_secret_until: Instant | None
    """Until when the secret of before is taken, too."""


class BankOut(Out):
    """A bank that tells of money."""

    id: UUID
    name: Annotated[str, Field(examples=["Sandbox bank"])]


class BanksOut(Page[BankOut]):
    """One page of banks."""


class PaidOrderOut(Out):
    """An order that money paid, or may pay."""

    id: UUID
    code: Annotated[str, Field(examples=["20260311-0C3FHMFY6"])]
    amount: Amount


class PaymentReviewOut(Out):
    """Why money pays nothing by itself, and what was decided about it."""

    kind: Annotated[ReviewKind, Open]
    message: str
    order: UUID | None
    """The one order that its text names."""
    bundle: UUID | None
    """The one bundle that its text names."""
    opened_at: Instant
    settlement: Annotated[Settlement, Open] | None
    settled_at: Instant | None
    settled_by: Annotated[str | None, Field(examples=["collector-1"])]
    reason: str | None
    refund: Amount | None
    """What of it goes back."""


class SuggestionOut(Out):
    """What may be done with money under review: send these orders to its settlement."""

    orders: list[PaidOrderOut]
    refund: Amount
    message: str


class PaymentBriefOut(Out):
    """Money that came in, as lists show it."""

    id: UUID
    state: Annotated[PaymentState, Open]
    channel: Annotated[Channel, Open]
    amount: Amount
    source_reference: str
    taken_by: Annotated[str, Field(examples=["Sandbox bank"])]
    """Whose reference it is."""
    paid_at: Instant
    received_at: Instant
    review: PaymentReviewOut | None
    """Null: it has paid what its text names."""


class PaymentDetailOut(PaymentBriefOut):
    """Money that came in, what it paid, and what may be done with what paid nothing."""

    purpose: Annotated[str | None, PERSONAL]
    orders: list[PaidOrderOut]
    """What it has paid."""
    suggestions: list[SuggestionOut]
    """While it is under review: what may be done, by what is due now."""


class PaymentsOut(Page[PaymentBriefOut]):
    """One page of money that came in."""


def payment_brief_out(received: Received, language: Language) -> PaymentBriefOut:
    """Return money that came in as lists show it."""
    return PaymentBriefOut(**_brief(received, language))


def payment_detail_out(came: Came, language: Language) -> PaymentDetailOut:
    """Return money that came in with what became of it."""
    return PaymentDetailOut(
        **_brief(came.received, language),
        purpose=came.purpose,
        orders=[
            PaidOrderOut(id=one.id, code=one.code, amount=Amount.vnd(one.amount_vnd))
            for one in came.paid
        ],
        suggestions=[_suggestion_out(one, language) for one in came.suggestions],
    )


def bank_secret_out(row: BankSecret, secret: str) -> BankSecretOut:
    """Return a bank's new secret."""
    return BankSecretOut(
        organisation=row.organisation_id,
        secret=secret,
        made_at=row.made_at,
        old_secret_until=row.old_secret_until,
    )


def _brief(received: Received, language: Language) -> dict[str, object]:
    payment = received.payment
    return {
        "id": payment.id,
        "state": received.state,
        "channel": payment.channel,
        "amount": Amount.vnd(payment.amount_vnd),
        "source_reference": payment.source_reference,
        "taken_by": received.taken_by,
        "paid_at": payment.paid_at,
        "received_at": payment.received_at,
        "review": _review_out(received, language),
    }


def _review_out(received: Received, language: Language) -> PaymentReviewOut | None:
    one = received.review
    if one is None:
        return None
    return PaymentReviewOut(
        kind=ReviewKind(one.kind),
        message=CATALOGUE.say(f"payment.review.{one.kind}", language),
        order=one.order_id,
        bundle=one.bundle_id,
        opened_at=one.opened_at,
        settlement=Settlement(one.settlement) if one.settlement else None,
        settled_at=one.settled_at,
        settled_by=received.settled_by,
        reason=one.reason,
        refund=None if one.refund_vnd is None else Amount.vnd(one.refund_vnd),
    )


def _suggestion_out(one: Suggestion, language: Language) -> SuggestionOut:
    way = ("split" if one.refund_vnd else "pay") if one.pays else "refund"
    return SuggestionOut(
        orders=[
            PaidOrderOut(id=owed.id, code=owed.code, amount=Amount.vnd(owed.amount_vnd))
            for owed in one.pays
        ],
        refund=Amount.vnd(one.refund_vnd),
        message=CATALOGUE.say(f"payment.settle.{way}", language),
    )


class StatementRowOut(Out):
    """What became of a row of a statement."""

    line: int
    """Where it stands, the heading being the first."""
    source_reference: str
    said: Annotated[RowSaid, Open]
    payment: UUID | None
    state: Annotated[PaymentState, Open] | None
    """What became of the money."""
    problem: Problem | None
    """Why the row is refused."""


class StatementOut(Out):
    """What became of a statement, row by row."""

    rows: list[StatementRowOut]
    taken: int
    known: int
    """Told before, by a notification or an earlier file."""
    refused: int
