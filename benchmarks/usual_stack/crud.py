"""Queries and writes, one function each; those that write commit and refresh."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from benchmarks.usual_stack.models import (
    OPEN_STATES,
    Base,
    Charge,
    Consignment,
    Entry,
    Gate,
    IdempotencyKey,
    TariffCell,
    TariffEdition,
    User,
)


async def user_by_key(db: AsyncSession, key_hash: bytes) -> User | None:
    """Return the user of an API key."""
    return await db.scalar(select(User).where(User.key_hash == key_hash))


async def idempotency_key(db: AsyncSession, user_id: UUID, key: str) -> IdempotencyKey | None:
    """Return what a key was used for."""
    statement = select(IdempotencyKey).where(
        IdempotencyKey.user_id == user_id, IdempotencyKey.key == key
    )
    return await db.scalar(statement)


async def gate_by_code(db: AsyncSession, code: str) -> Gate | None:
    """Return a gate."""
    return await db.scalar(select(Gate).where(Gate.code == code))


async def open_entries(db: AsyncSession, plate: str, direction: str) -> Sequence[Entry]:
    """Return the entries on a plate that have not ended."""
    statement = select(Entry).where(
        Entry.tractor_plate == plate,
        Entry.direction == direction,
        Entry.state.in_(OPEN_STATES),
    )
    return (await db.scalars(statement)).all()


async def edition_on(db: AsyncSession, on: date) -> TariffEdition | None:
    """Return the fee table in force on a day."""
    statement = select(TariffEdition).where(
        TariffEdition.valid_from <= on,
        or_(TariffEdition.valid_to.is_(None), TariffEdition.valid_to > on),
    )
    return await db.scalar(statement)


async def cell(
    db: AsyncSession, edition_id: UUID, goods_group: str, vehicle_class: str
) -> TariffCell | None:
    """Return the fee of a goods group and a vehicle class."""
    statement = select(TariffCell).where(
        TariffCell.edition_id == edition_id,
        TariffCell.goods_group == goods_group,
        TariffCell.vehicle_class == vehicle_class,
    )
    return await db.scalar(statement)


async def create(db: AsyncSession, *rows: Base) -> None:
    """Store rows, and read back what the database made of them."""
    db.add_all(rows)
    await db.commit()
    for row in rows:
        await db.refresh(row)


async def entry(db: AsyncSession, entry_id: UUID) -> Entry:
    """Return an entry with everything that its answer shows."""
    statement = (
        select(Entry)
        .where(Entry.id == entry_id)
        .options(
            selectinload(Entry.consignments).selectinload(Consignment.lines),
            selectinload(Entry.findings),
            selectinload(Entry.charge).selectinload(Charge.lines),
            selectinload(Entry.orders),
        )
        # The session has the entry as it was before its charge and orders were stored.
        .execution_options(populate_existing=True)
    )
    return (await db.scalars(statement)).one()
