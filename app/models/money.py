"""What is owed and what was paid; nothing here is ever overwritten, only superseded."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.money_in import Channel, ReviewKind, Settlement
from app.models.base import Base, Identified, one_of

ORDER_KINDS = ("infrastructure", "transfer")
OPEN_REVIEW = "settled_at IS NULL"


class QuoteRow(Identified, Base):
    """A price that was promised to a company until `expires_at`; nothing of it is ever changed.

    Which entry was registered with it says that entry's charge.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint("total_vnd >= 0", name="total_not_negative"),
        CheckConstraint("expires_at > created_at", name="holds_for_a_while"),
        Index(None, "organisation_id", "created_at", "id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    tariff_code: Mapped[str] = mapped_column(ForeignKey("tariff_editions.code"))
    priced_on: Mapped[date]
    known_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]]
    total_vnd: Mapped[int]
    quote: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Charge(Identified, Base):
    """A quote bound to an entry: edition, facts and lines frozen as they were priced.

    `known_at` is the newest knowledge of the editions by which it was priced. It and the facts are
    absent in charges of releases that did not freeze them. `quote_id` is the kept quote that the
    entry was registered with; it is the price of one entry.
    """

    __tablename__ = "charges"
    __table_args__ = (
        CheckConstraint("total_vnd >= 0", name="total_not_negative"),
        Index(
            "uq_charges_current", "entry_id",
            unique=True, postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "entry_id"),
        Index(
            "uq_charges_quote_id", "quote_id",
            unique=True, postgresql_where=text("quote_id IS NOT NULL"),
        ),
    )  # fmt: skip

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    quote_id: Mapped[UUID | None] = mapped_column(ForeignKey("quotes.id"))
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
    """What one payer owes of one kind; amounts are whole VND.

    `payment_id` is the money that paid it; the release before named the order in the payment.
    `payer` is who was named for it in the place of whom its entry declares; `refunded_vnd` is what
    of it was given back, by refunds that are approved. `gate_code` is in whose books it is, that of
    its entry where the release before made it.
    """

    __tablename__ = "orders"
    __table_args__ = (
        one_of("kind", ORDER_KINDS),
        one_of("state", ("due", "paid", "superseded", "cancelled")),
        CheckConstraint("amount_vnd >= 0", name="amount_not_negative"),
        CheckConstraint("refunded_vnd BETWEEN 0 AND amount_vnd", name="refunded_within"),
        Index(None, "entry_id"),
        Index(None, "payment_id", postgresql_where=text("payment_id IS NOT NULL")),
        Index(
            None,
            "payer_tax_code",
            "created_at",
            "id",
            postgresql_where=text("payer_tax_code IS NOT NULL"),
        ),
    )

    code: Mapped[str] = mapped_column(unique=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"))
    kind: Mapped[str]
    amount_vnd: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    payment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("payments.id", use_alter=True)  # each of the two tables names the other
    )
    payer: Mapped[dict[str, Any] | None]
    payer_tax_code: Mapped[str | None]
    gate_code: Mapped[str | None]
    refunded_vnd: Mapped[int] = mapped_column(server_default=text("0"))


class PaymentBundle(Identified, Base):
    """Orders of one payer under one code; nothing of it is ever edited, its orders tell its state.

    `payer` is who it was when it was made.
    """

    __tablename__ = "payment_bundles"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        Index(None, "organisation_id", "created_at", "id"),
        Index(None, "created_at", "id"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    amount_vnd: Mapped[int]
    payer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))


class BundledOrder(Base):
    """That an order is paid with others; it may be in several bundles, of which one is paid."""

    __tablename__ = "bundled_orders"
    __table_args__ = (Index(None, "order_id"),)

    bundle_id: Mapped[UUID] = mapped_column(ForeignKey("payment_bundles.id"), primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)


class Payment(Identified, Base):
    """Money that came in, once per reference of whoever took it; never edited.

    `order_id` or `bundle_id` is what it paid as it came. What else became of it says its review.
    Its `purpose` is what the payer wrote, encrypted: it may name people. `message_id` is that of
    the bank's first notification of it.
    """

    __tablename__ = "payments"
    __table_args__ = (
        one_of("channel", Channel),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        UniqueConstraint("organisation_id", "source_reference"),
        UniqueConstraint("organisation_id", "message_id"),
        Index(None, "order_id"),
        CheckConstraint(
            "(channel IN ('cash', 'card')) = (shift_id IS NOT NULL)", name="shift_of_tills"
        ),
        Index(None, "bundle_id"),
        Index(None, "shift_id", postgresql_where=text("shift_id IS NOT NULL")),
        Index(None, "received_at", "id"),
        Index(
            "ix_payments_with_purpose", "received_at", "id",
            postgresql_where=text("purpose IS NOT NULL"),
        ),
    )  # fmt: skip

    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"))
    bundle_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_bundles.id"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))
    amount_vnd: Mapped[int]
    channel: Mapped[str] = mapped_column(server_default=text("'bank'"))
    purpose: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_reference: Mapped[str]
    message_id: Mapped[str | None]
    paid_at: Mapped[datetime]
    received_at: Mapped[datetime]
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))


class PaymentReview(Identified, Base):
    """Money that pays nothing by itself: why, and what was decided about it; a work list.

    `order_id` or `bundle_id` is the one that its text names. `refund_vnd` is what goes back.
    """

    __tablename__ = "payment_reviews"
    __table_args__ = (
        one_of("kind", ReviewKind),
        one_of("settlement", Settlement),
        CheckConstraint(
            "num_nulls(settlement, settled_at, settled_by, reason, refund_vnd) IN (0, 5)",
            name="settled_whole",
        ),
        CheckConstraint("refund_vnd >= 0", name="refund_not_negative"),
        CheckConstraint("(settlement = 'applied') = (refund_vnd = 0)", name="refund_of_settlement"),
        UniqueConstraint("payment_id"),
        Index("ix_payment_reviews_open", "opened_at", "id", postgresql_where=text(OPEN_REVIEW)),
        Index(None, "order_id"),
        Index(None, "bundle_id"),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    kind: Mapped[str]
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"))
    bundle_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_bundles.id"))
    opened_at: Mapped[datetime]
    settlement: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    reason: Mapped[str | None]
    refund_vnd: Mapped[int | None]


class BankSecret(Identified, Base):
    """With what a bank signs its notifications, encrypted; the one before holds for a while."""

    __tablename__ = "bank_secrets"
    __table_args__ = (
        CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret_with_end"
        ),
        UniqueConstraint("organisation_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
