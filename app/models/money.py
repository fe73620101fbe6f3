"""What is owed and what was paid; nothing here is ever overwritten, only superseded."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified, one_of

ORDER_KINDS = ("infrastructure", "transfer")


class Charge(Identified, Base):
    """A quote bound to an entry: edition, facts and lines frozen as they were priced.

    `known_at` is the newest knowledge of the editions by which it was priced. It and the facts are
    absent in charges of releases that did not freeze them.
    """

    __tablename__ = "charges"
    __table_args__ = (
        CheckConstraint("total_vnd >= 0", name="total_not_negative"),
        Index(
            "uq_charges_current", "entry_id",
            unique=True, postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "entry_id"),
    )  # fmt: skip

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    tariff_code: Mapped[str] = mapped_column(ForeignKey("tariff_editions.code"))
    priced_on: Mapped[date]
    known_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any] | None]
    total_vnd: Mapped[int]
    quote: Mapped[dict[str, Any]]
    cause: Mapped[str]
    created_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class Order(Identified, Base):
    """What one payer owes of one kind; amounts are whole VND."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("kind", ORDER_KINDS),
        one_of("state", ("due", "paid", "superseded", "cancelled")),
        CheckConstraint("amount_vnd >= 0", name="amount_not_negative"),
        Index(None, "entry_id"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"))
    kind: Mapped[str]
    amount_vnd: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]


class Payment(Identified, Base):
    """Money that came in for an order."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        UniqueConstraint("organisation_id", "source_reference"),
        Index(None, "order_id"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    amount_vnd: Mapped[int]
    source_reference: Mapped[str]
    paid_at: Mapped[datetime]
    received_at: Mapped[datetime]
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
