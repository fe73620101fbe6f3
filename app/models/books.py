"""The books: postings, and the book days that are closed; nothing here is ever changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.books.accounts import Account, Cause
from app.models.base import Base, Identified, one_of

REMITTED_OF = "(remittance_id::text || gate_code)"
"""A payment to the treasury is posted once of each gate; all else, where this is null, once."""


class PostingRow(Base):
    """An amount of VND that moved from `credit` to `debit` in the books of a gate.

    `book_day` is the legal day of the act, or the first day after it that is not closed: a trigger
    decides, under a shared lock of the gate's books. `gate_code` is `centre` for what came in for
    no gate. Kind, goods group and vehicle class are those of the order. There is no principal where
    the service itself posted what was there before it kept books.
    """

    __tablename__ = "postings"
    __table_args__ = (
        one_of("debit", Account),
        one_of("credit", Account),
        one_of("cause", Cause),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        Index(
            "uq_postings_act", "order_id", "payment_id", "refund_id", "shift_id", "remittance_id",
            "cause", "debit", "credit", text(REMITTED_OF),
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        Index(None, "gate_code", "book_day"),
        Index(
            "ix_postings_payment_id", "payment_id",
            postgresql_where=text("payment_id IS NOT NULL"),
        ),
    )  # fmt: skip

    number: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    gate_code: Mapped[str]
    book_day: Mapped[date]
    posted_at: Mapped[datetime]
    debit: Mapped[str]
    credit: Mapped[str]
    amount_vnd: Mapped[int]
    cause: Mapped[str]
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"))
    order_kind: Mapped[str | None]
    goods_group: Mapped[str | None]
    vehicle_class: Mapped[str | None]
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refunds.id"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))
    remittance_id: Mapped[UUID | None] = mapped_column(ForeignKey("remittances.id"))
    principal_id: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))


class Remittance(Identified, Base):
    """A payment of the budget's part to the state treasury: of all days before `end_day`."""

    __tablename__ = "remittances"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        UniqueConstraint("reference"),
        Index(None, "recorded_at", "id"),
        Index(None, "end_day"),
    )

    reference: Mapped[str]
    end_day: Mapped[date]
    amount_vnd: Mapped[int]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))


class BookCheck(Identified, Base):
    """How the books stood against the rows on a day: what was posted late, and what differed.

    `differing` is how many sums, orders and closed days are named in `differences`.
    """

    __tablename__ = "book_checks"
    __table_args__ = (Index(None, "checked_at"),)

    day: Mapped[date]
    checked_at: Mapped[datetime]
    posted: Mapped[int]
    differing: Mapped[int]
    differences: Mapped[dict[str, Any]]


class BookClose(Base):
    """A closed book day of a gate, and the totals as they were then; days are closed in order."""

    __tablename__ = "book_closes"

    gate_code: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    totals: Mapped[dict[str, Any]]
    closed_at: Mapped[datetime]
    closed_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
