"""Refunds: money that goes back, asked for by one, approved by another, paid by reference."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.receipts.refunds import RefundCause, RefundState
from app.models.base import Base, Identified, one_of

DOSSIER = (
    "reason",
    "documents",
    "payee_name",
    "payee_account",
    "payee_bank",
    "asked_at",
    "asked_by",
)
OPEN = "state IN ('due', 'asked', 'refused')"


class Refund(Identified, Base):
    """So much of a payment that goes back, in whole VND, and how far that is.

    One of an order says which charge made it due; one without is of money that paid nothing. Who
    is paid, and into which account, is encrypted: it may be a person's. A trigger lets no more go
    back of a payment, and of an order, than came in.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("cause", RefundCause),
        one_of("state", RefundState),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint("num_nulls(order_id, entry_id, charge_id) IN (0, 3)", name="order_whole"),
        CheckConstraint(f"num_nulls({', '.join(DOSSIER)}) IN (0, 7)", name="dossier_whole"),
        CheckConstraint(
            "state IN ('due', 'cancelled') OR asked_at IS NOT NULL", name="asked_first"
        ),
        CheckConstraint("approved_by <> asked_by", name="approved_by_another"),
        CheckConstraint("refused_by <> asked_by", name="refused_by_another"),
        CheckConstraint(
            "num_nulls(approved_at, approved_by) IN (0, 2)"
            " AND (state IN ('approved', 'paid')) = (approved_at IS NOT NULL)",
            name="approved_whole",
        ),
        CheckConstraint(
            "num_nulls(refused_at, refused_by, refusal) IN (0, 3)"
            " AND (state <> 'refused' OR refused_at IS NOT NULL)",
            name="refused_whole",
        ),
        CheckConstraint(
            "num_nulls(paid_at, paid_by, paid_reference) IN (0, 3)"
            " AND (state = 'paid') = (paid_at IS NOT NULL)",
            name="paid_whole",
        ),
        CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_whole"
        ),
        Index("uq_refunds_open", "order_id", unique=True, postgresql_where=text(OPEN)),
        Index("uq_refunds_paid_reference", "paid_reference", unique=True),
        Index(None, "order_id"),
        Index(None, "payment_id"),
        Index(None, "due_at", "id"),
        Index(
            "ix_refunds_going",
            "due_at",
            "id",
            postgresql_where=text("state IN ('due', 'asked', 'refused', 'approved')"),
        ),
    )

    code: Mapped[str] = mapped_column(unique=True)
    gate_code: Mapped[str]
    cause: Mapped[str]
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    charge_id: Mapped[UUID | None] = mapped_column(ForeignKey("charges.id"))
    amount_vnd: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str | None]
    documents: Mapped[list[Any] | None]
    payee_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    payee_account: Mapped[bytes | None] = mapped_column(LargeBinary)
    payee_bank: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    refused_at: Mapped[datetime | None]
    refused_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    refusal: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    paid_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    paid_reference: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
