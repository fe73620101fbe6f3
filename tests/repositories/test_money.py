"""What is owed is superseded and never overwritten."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.rows import (
    DAY,
    NOW,
    TARIFF,
    Actor,
    add_charge,
    add_entry,
    add_order,
)


async def test_a_charge_and_its_orders_are_stored_from_their_columns(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    charge = {
        "id": uuid4(),
        "entry_id": entry,
        "tariff_code": TARIFF,
        "priced_on": DAY,
        "total_vnd": 700_000,
        "known_at": NOW,
        "facts": {},
        "quote": {},
        "cause": "registered",
        "created_at": NOW,
    }
    order = {
        "entry_id": entry,
        "charge_id": charge["id"],
        "amount_vnd": 350_000,
        "state": "due",
        "created_at": NOW,
    }
    orders = [
        {**order, "id": uuid4(), "code": uuid4().hex, "kind": kind}
        for kind in ("infrastructure", "transfer")
    ]
    await uow.money.insert(charge, orders)
    current = await uow.money.charge(entry)
    assert current is not None
    assert charge["id"] == current.id
    found = await uow.money.orders(entry)
    assert {"infrastructure", "transfer"} == {one.kind for one in found}


async def test_a_charge_without_a_price_has_no_order(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    await add_charge(session, entry, total_vnd=0)
    assert [] == await uow.money.orders(entry)


async def test_superseding_closes_the_charge_and_what_is_due_but_nothing_that_is_paid(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    old = await add_charge(session, entry)
    due = await add_order(session, entry, old)
    paid = await add_order(session, entry, old, kind="transfer", state="paid", paid_at=NOW)

    await uow.money.supersede(old, NOW)
    assert await uow.money.charge(entry) is None
    new = await add_charge(session, entry, created_at=NOW + timedelta(minutes=1))
    current = await uow.money.charge(entry)
    assert current is not None
    assert new == current.id
    assert [old, new] == [charge.id for charge in await uow.money.charges(entry)]
    states = {order.id: order.state for order in await uow.money.orders(entry)}
    assert {due: "superseded", paid: "paid"} == states


async def test_an_entry_that_ends_cancels_what_is_due(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry, other = await add_entry(session, company), await add_entry(session, company)
    for owner in (entry, other):
        await add_order(session, owner, await add_charge(session, owner))
    await uow.money.cancel_due(entry)
    states = {order.entry_id: order.state for order in await uow.money.orders_of([entry, other])}
    assert {entry: "cancelled", other: "due"} == states


async def test_charges_and_orders_of_several_entries_are_asked_for_at_once(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entries = [await add_entry(session, company) for _ in range(3)]
    charges = [await add_charge(session, entry) for entry in entries]
    orders = [
        await add_order(session, entry, charge, created_at=NOW + timedelta(seconds=number))
        for number, (entry, charge) in enumerate(zip(entries, charges, strict=True))
    ]
    await uow.money.supersede(charges[0], NOW)
    wanted = entries[:2]
    assert [charges[1]] == [charge.id for charge in await uow.money.charges_of(wanted)]
    assert orders[:2] == [order.id for order in await uow.money.orders_of(wanted)]
    assert [] == await uow.money.orders_of([])


async def test_an_order_is_read_as_it_is_now_when_locked(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    identity = await add_order(session, entry, charge := await add_charge(session, entry))
    order = await uow.money.order(identity)
    assert order is not None
    await uow.money.supersede(charge, NOW)
    locked = await uow.money.order(identity, locked=True)
    assert locked is not None
    assert "superseded" == locked.state
    assert await uow.money.order(uuid4(), locked=True) is None
