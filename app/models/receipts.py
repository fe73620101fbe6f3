"""Receipts: numbered without gaps, voided and replaced, never edited."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.receipts.numbering import DispatchState, Told
from app.domain.receipts.receipt import CorrectionState, VoidCause
from app.models.base import Base, Identified, one_of

VOIDED = ("voided_at", "void_cause", "void_reason", "voided_by", "void_approved_by")
NUMBERED = ("provider_series", "provider_number", "authority_code", "numbered_at")

PENDING = "state = 'pending'"
OPEN = "state <> 'done'"


def whole(*columns: str) -> str:
    """Return the condition that all columns are filled, or none of them."""
    return f"num_nulls({', '.join(columns)}) IN (0, {len(columns)})"


class ReceiptSeries(Base):
    """The receipts of a gate and year; whoever numbers one holds this row until it commits."""

    __tablename__ = "receipt_series"
    __table_args__ = (CheckConstraint("last_number >= 0", name="numbers_count_up"),)

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    last_number: Mapped[int]


class Receipt(Identified, Base):
    """The numbered proof that money came in for an order; amounts are whole VND.

    Who paid and which vehicles are kept as they were when it was issued. The edition of its charge
    says what the fee, its collector and its line in the budget are called, and never changes. It is
    voided once, and numbered once by a provider of electronic receipts.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        one_of("void_cause", VoidCause),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint(whole(*VOIDED), name="voided_whole"),
        CheckConstraint("void_approved_by <> voided_by", name="voided_by_two"),
        CheckConstraint(whole(*NUMBERED), name="numbered_whole"),
        UniqueConstraint("series", "number"),
        UniqueConstraint("replaces_id"),
        Index(
            "uq_receipts_standing", "order_id",
            unique=True, postgresql_where=text("voided_at IS NULL"),
        ),
        Index(None, "order_id"),
        Index(None, "entry_id"),
        Index(None, "issued_at", "id"),
        Index(None, "declarant_id", "issued_at", "id"),
        Index(None, "payer_tax_code", "issued_at", "id"),
    )  # fmt: skip

    series: Mapped[str] = mapped_column(ForeignKey("receipt_series.code"))
    number: Mapped[int]
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    declarant_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"))
    amount_vnd: Mapped[int]
    lines: Mapped[list[Any]]
    elsewhere_vnd: Mapped[int]
    payer_name: Mapped[str | None]
    payer_tax_code: Mapped[str | None]
    collector_tax_code: Mapped[str | None]
    lookup: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("receipts.id"))
    voided_at: Mapped[datetime | None]
    void_cause: Mapped[str | None]
    void_reason: Mapped[str | None]
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    void_approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    provider_series: Mapped[str | None]
    provider_number: Mapped[str | None]
    authority_code: Mapped[str | None]
    numbered_at: Mapped[datetime | None]


class ReceiptDispatch(Base):
    """What a provider of electronic receipts is to be told: a work list, in order.

    `due_at` and `leased_until` are the machine's time; without `due_at` it is due at once. Of one
    order, what was first is told first.
    """

    __tablename__ = "receipt_dispatches"
    __table_args__ = (
        one_of("told", Told),
        one_of("state", DispatchState),
        CheckConstraint("attempts >= 0", name="attempts_counted"),
        UniqueConstraint("receipt_id", "told"),
        Index("ix_receipt_dispatches_open", "order_id", "number", postgresql_where=text(OPEN)),
        Index(
            "ix_receipt_dispatches_due",
            text("due_at NULLS FIRST"),
            "number",
            postgresql_where=text(PENDING),
        ),
    )  # fmt: skip

    number: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipts.id"))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    told: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None]


class ReceiptCorrection(Identified, Base):
    """Who paid, as a receipt should have said: asked for by one, approved or refused by another."""

    __tablename__ = "receipt_corrections"
    __table_args__ = (
        one_of("state", CorrectionState),
        CheckConstraint(
            "state = 'overtaken' OR settled_by <> asked_by", name="settled_by_another"
        ),
        CheckConstraint(
            "num_nulls(settled_at, settled_by) IN (0, 2)"
            " AND (state = 'asked') = (settled_at IS NULL)",
            name="settled_whole",
        ),
        Index(
            "uq_receipt_corrections_open", "receipt_id",
            unique=True, postgresql_where=text("state = 'asked'"),
        ),
        Index(None, "receipt_id"),
    )  # fmt: skip

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipts.id"))
    reason: Mapped[str]
    payer_name: Mapped[str]
    payer_tax_code: Mapped[str | None]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
