"""Tables as an ORM-first project has them: every part of a document a row, joined by relations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

OPEN_STATES = ("registered", "queued", "called", "arrived", "in_gate", "released")


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it once
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[str]: JSONB,
        bytes: LargeBinary,
    }


class HasId:
    """A row with an id made by the application."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class Organisation(HasId, Base):
    """A company."""

    __tablename__ = "organisations"

    name: Mapped[str] = mapped_column(unique=True)


class User(HasId, Base):
    """Who calls the API."""

    __tablename__ = "users"

    name: Mapped[str]
    role: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation: Mapped[Organisation] = relationship(lazy="selectin")


class Gate(HasId, Base):
    """A border gate."""

    __tablename__ = "gates"

    code: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[str]


class TariffEdition(HasId, Base):
    """A fee table and the days on which it is in force."""

    __tablename__ = "tariff_editions"

    code: Mapped[str] = mapped_column(unique=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class TariffCell(HasId, Base):
    """The fee of a goods group and a vehicle class."""

    __tablename__ = "tariff_cells"

    edition_id: Mapped[UUID] = mapped_column(ForeignKey("tariff_editions.id"), index=True)
    goods_group: Mapped[str]
    vehicle_class: Mapped[str]
    amount_vnd: Mapped[int]


class GoodsLine(HasId, Base):
    """One kind of goods of a consignment."""

    __tablename__ = "goods_lines"

    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("consignments.id"), index=True)
    goods_group: Mapped[str]
    product: Mapped[str | None]
    hs_code: Mapped[str | None]
    name: Mapped[str | None]
    gross_kg: Mapped[int | None]
    customs_value_vnd: Mapped[int | None]


class Consignment(HasId, Base):
    """The goods under one customs declaration."""

    __tablename__ = "consignments"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), index=True)
    declaration_number: Mapped[str | None]
    regime: Mapped[str | None]
    lines: Mapped[list[GoodsLine]] = relationship(lazy="selectin")


class Finding(HasId, Base):
    """Something wrong with an entry."""

    __tablename__ = "findings"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), index=True)
    rule: Mapped[str]
    severity: Mapped[str]
    pointer: Mapped[str]
    value: Mapped[str | None]
    message: Mapped[str]


class ChargeLine(HasId, Base):
    """One vehicle's price."""

    __tablename__ = "charge_lines"

    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"), index=True)
    vehicle: Mapped[str]
    order_kind: Mapped[str]
    vehicle_class: Mapped[str]
    goods_group: Mapped[str]
    cell: Mapped[dict[str, Any]]
    multiplier_basis_points: Mapped[dict[str, Any]]
    share_basis_points: Mapped[dict[str, Any]]
    amount_vnd: Mapped[int]
    basis: Mapped[str]

    @property
    def amount(self) -> dict[str, Any]:
        """The price as money."""
        return {"amount": self.amount_vnd, "currency": "VND"}


class Charge(HasId, Base):
    """The price of an entry."""

    __tablename__ = "charges"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), index=True)
    tariff: Mapped[str]
    official: Mapped[bool]
    priced_on: Mapped[date]
    known_at: Mapped[datetime | None]
    quote: Mapped[UUID | None]
    cause: Mapped[str]
    goods_group: Mapped[str]
    goods_group_basis: Mapped[dict[str, Any] | None]
    vehicle_class: Mapped[str]
    vehicle_class_basis: Mapped[dict[str, Any]]
    basis: Mapped[str]
    total_vnd: Mapped[int]
    reductions: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    lines: Mapped[list[ChargeLine]] = relationship(lazy="selectin")

    @property
    def total(self) -> dict[str, Any]:
        """The price as money."""
        return {"amount": self.total_vnd, "currency": "VND"}


class Order(HasId, Base):
    """What one payer owes."""

    __tablename__ = "orders"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), index=True)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    amount_vnd: Mapped[int]
    refunded_vnd: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]
    paid_at: Mapped[datetime | None]

    @property
    def refunded(self) -> dict[str, Any]:
        """What of it was given back, as money."""
        return {"amount": self.refunded_vnd, "currency": "VND"}

    @property
    def amount(self) -> dict[str, Any]:
        """What is owed, as money."""
        return {"amount": self.amount_vnd, "currency": "VND"}


class Entry(HasId, Base):
    """One vehicle's movement through a gate."""

    __tablename__ = "entries"

    reference: Mapped[str] = mapped_column(unique=True)
    gate: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str]
    journey: Mapped[str]
    route: Mapped[str | None]
    state: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    client_reference: Mapped[str | None]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    registered_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]
    planned_arrival_at: Mapped[datetime | None]
    tractor_plate: Mapped[str] = mapped_column(index=True)
    contested: Mapped[bool]
    held: Mapped[bool]
    ready: Mapped[bool]
    in_position: Mapped[bool]
    lane: Mapped[str]
    confirmed_ground: Mapped[dict[str, Any] | None]
    inspected: Mapped[dict[str, Any] | None]
    declared: Mapped[dict[str, Any]]
    verdict: Mapped[dict[str, Any]]
    driver_name: Mapped[bytes | None]
    driver_document: Mapped[bytes | None]
    driver_phone: Mapped[bytes | None]
    call_number: Mapped[str | None]
    presence_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    yard: Mapped[str | None]
    consignments: Mapped[list[Consignment]] = relationship(lazy="selectin")
    findings: Mapped[list[Finding]] = relationship(lazy="selectin")
    charge: Mapped[Charge | None] = relationship(lazy="selectin")
    orders: Mapped[list[Order]] = relationship(lazy="selectin")


class Event(HasId, Base):
    """Something that happened to an entry."""

    __tablename__ = "events"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    occurred_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class IdempotencyKey(HasId, Base):
    """An answer kept for a retry."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(index=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
