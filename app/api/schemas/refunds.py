"""Refunds on the wire: how far each is; the payee in full to those who send the money."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.answers import masked_name, masked_number
from app.api.schemas.types import PERSONAL, Amount, Id, In, Instant, Label, Open, Out, Reference
from app.api.texts import CATALOGUE, Language
from app.core.ciphers import Cipher
from app.domain.receipts.refunds import RefundCause, RefundState
from app.services.money.refunds import Dossier, ShownRefund

Name = Annotated[str | None, Field(examples=["collector-1"])]


class PayeeIn(In):
    """Into whose account the money goes; kept encrypted, masked in lists."""

    name: Annotated[Label, PERSONAL, Field(examples=["CONG TY TNHH VI DU"])]
    account: Annotated[
        str, PERSONAL, Field(pattern=r"^[A-Za-z0-9]{4,34}$", examples=["0123456789"])
    ]
    bank: Annotated[str, Field(pattern="^[0-9A-Z]{4,12}$", examples=["970436"])]
    """The bank's number in the NAPAS network, or its SWIFT code."""


class RefundRequestIn(In):
    """Why money goes back, what shows it, and to whom."""

    reason: Annotated[Label, Field(examples=["Weighed again: 7.9 t instead of 20 t"])]
    documents: Annotated[
        list[Reference], Field(min_length=1, max_length=20, examples=[["CAN-2026-0417"]])
    ]
    """References of the papers in the dossier."""
    payee: PayeeIn

    def dossier(self) -> Dossier:
        """Return it as the rules take it."""
        return Dossier(
            reason=self.reason,
            documents=self.documents,
            payee_name=self.payee.name,
            payee_account=self.payee.account,
            payee_bank=self.payee.bank,
        )


class RefundOpeningIn(RefundRequestIn):
    """The same of an order whose vehicle never crossed: all goes back that is still kept of it."""

    order: Id


class RefundRefusalIn(In):
    """Why a refund is refused."""

    reason: Annotated[Label, Field(examples=["The account is not the payer's"])]


class RefundPaymentIn(In):
    """By which reference the money went back, which is always by transfer to the payee's account.

    A desk gives nothing back: a till would be counted short of it.
    """

    reference: Annotated[Reference, Field(examples=["FT26135000999"])]


class PayeeOut(Out):
    """Into whose account the money goes."""

    name: Annotated[str | None, PERSONAL]
    account: Annotated[str | None, PERSONAL]
    bank: str


class RefundOut(Out):
    """Money that goes back, and how far that is."""

    id: UUID
    code: Annotated[str, Field(examples=["R20260311-0C3FHMFY6"])]
    state: Annotated[RefundState, Open]
    message: str
    cause: Annotated[RefundCause, Open]
    cause_message: str
    amount: Amount
    gate: str
    """`centre` for money that was for no gate."""
    payment: UUID
    order: UUID | None
    """Null: the money paid no order."""
    order_code: str | None
    entry: UUID | None
    reference: str | None
    due_at: Instant
    reason: str | None
    documents: list[str]
    payee: PayeeOut | None
    asked_at: Instant | None
    asked_by: Name
    approved_at: Instant | None
    approved_by: Name
    refused_at: Instant | None
    refused_by: Name
    refusal: str | None
    paid_at: Instant | None
    paid_by: Name
    paid_reference: str | None
    cancelled_at: Instant | None


class RefundsOut(Page[RefundOut]):
    """One page of refunds."""


def refund_out(
    shown: ShownRefund, cipher: Cipher, language: Language, *, masked: bool
) -> RefundOut:
    """Return a refund; its payee `masked`, or in full."""
    one = shown.refund
    return RefundOut(
        id=one.id,
        code=one.code,
        state=RefundState(one.state),
        message=CATALOGUE.say(f"refund.state.{one.state}", language),
        cause=RefundCause(one.cause),
        cause_message=CATALOGUE.say(f"refund.cause.{one.cause}", language),
        amount=Amount.vnd(one.amount_vnd),
        gate=one.gate_code,
        payment=one.payment_id,
        order=one.order_id,
        order_code=shown.order_code,
        entry=one.entry_id,
        reference=shown.reference,
        due_at=one.due_at,
        reason=one.reason,
        documents=one.documents or [],
        payee=_payee(shown, cipher, masked=masked),
        asked_at=one.asked_at,
        asked_by=shown.asked_by,
        approved_at=one.approved_at,
        approved_by=shown.approved_by,
        refused_at=one.refused_at,
        refused_by=shown.refused_by,
        refusal=one.refusal,
        paid_at=one.paid_at,
        paid_by=shown.paid_by,
        paid_reference=one.paid_reference,
        cancelled_at=one.cancelled_at,
    )


def _payee(shown: ShownRefund, cipher: Cipher, *, masked: bool) -> PayeeOut | None:
    one = shown.refund
    if one.payee_name is None or one.payee_account is None or one.payee_bank is None:
        return None
    name, account = cipher.decrypt(one.payee_name), cipher.decrypt(one.payee_account)
    return PayeeOut(
        name=masked_name(name) if masked else name,
        account=masked_number(account) if masked else account,
        bank=one.payee_bank,
    )
