"""What stands beside an entry, to whoever holds its tracking link."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.receipts import kind_of
from app.api.schemas.types import Amount, Instant, Open, Out
from app.api.texts import CATALOGUE, Language
from app.domain.driver_messages import MessageKind, MessageState, Reason
from app.domain.receipts.receipt import ReceiptKind, shown_lookup, shown_number
from app.services.money.receipts import Receipt
from app.services.notifying.showing import DriverMessage


class LinkedReceiptOut(Out):
    """A receipt, in brief; whoever has its lookup code may read what its paper says."""

    kind: Annotated[ReceiptKind, Open]
    title: Annotated[str, Field(examples=["Payment confirmation"])]
    name: Annotated[str, Field(examples=["TT-2026-0000147"])]
    amount: Amount
    issued_at: Instant
    lookup: Annotated[str, Field(examples=["7K3QX-9MPM2-0V4TD-HB6RC"])]


class LinkedReceiptsOut(Out):
    """The receipts of an entry that count, oldest first."""

    items: list[LinkedReceiptOut]


class LinkedMessageOut(Out):
    """A text message to the driver of an entry; of its number and text nothing is told."""

    id: UUID
    kind: Annotated[MessageKind, Open]
    state: Annotated[MessageState, Open]
    reason: Annotated[Reason, Open] | None
    """Why it was not sent."""
    made_at: Instant
    ended_at: Instant | None
    """When it was sent, given up or dropped."""


class LinkedMessagesOut(Out):
    """What a driver was told by text message, oldest first, fifty at most."""

    items: list[LinkedMessageOut]


def linked_receipt_out(receipt: Receipt, language: Language) -> LinkedReceiptOut:
    """Return a receipt to whoever holds the link of its entry."""
    kind = kind_of(receipt)
    return LinkedReceiptOut(
        kind=kind,
        title=CATALOGUE.say(f"receipt.{kind}", language),
        name=shown_number(receipt.series, receipt.number),
        amount=Amount.vnd(receipt.amount_vnd),
        issued_at=receipt.issued_at,
        lookup=shown_lookup(receipt.lookup),
    )


def linked_message_out(message: DriverMessage) -> LinkedMessageOut:
    """Return a message to whoever holds the link of its entry."""
    return LinkedMessageOut(
        id=message.id,
        kind=MessageKind(message.kind),
        state=MessageState(message.state),
        reason=Reason(message.reason) if message.reason else None,
        made_at=message.made_at,
        ended_at=message.ended_at,
    )
