"""Money that came in is found by its reference, its order, and what became of it."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.money_in import PaymentState
from app.domain.questions import PaymentFilter
from app.models import PaymentReview
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.rows import (
    NOW,
    Actor,
    add,
    add_actor,
    add_charge,
    add_entry,
    add_order,
    add_payment,
)


async def test_what_an_organisation_reported_is_found_by_its_own_reference(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    bank = await add_actor(session, "bank")
    entry = await add_entry(session, company)
    order = await add_order(session, entry, await add_charge(session, entry))
    payment = await add_payment(session, bank, order, source_reference="FT-1")

    found = await uow.payments.by_source(bank.organisation_id, ["FT-1", "FT-2"])
    assert [payment] == [one.id for one in found]
    assert [] == await uow.payments.by_source(company.organisation_id, ["FT-1"])


async def test_an_order_has_the_money_that_names_it_and_the_money_that_it_names(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    """The release before says it in the payment only."""
    entry = await add_entry(session, company)
    charge = await add_charge(session, entry)
    other = await add_order(session, entry, charge, kind="transfer")
    old = await add_payment(session, company, other)
    money = await add_payment(session, company, None)
    order = await add_order(session, entry, charge, state="paid", payment_id=money)

    found = await uow.payments.orders_by_id([order, other])
    paid = {one.id: [its.id for its in await uow.payments.of_order(one)] for one in found}
    assert {order: [money], other: [old]} == paid
    for payment, of in ((money, order), (old, other)):
        received = await uow.payments.get(payment)
        assert received is not None
        assert [of] == [one.id for one in await uow.payments.paid_by(received.payment)]


async def test_payments_are_listed_by_what_became_of_them(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    payments = [
        await add_payment(session, company, None, received_at=NOW + timedelta(minutes=number))
        for number in range(5)
    ]
    settled = {"settled_at": NOW, "settled_by": company.id, "reason": "Said so"}
    for payment, settlement, refund in (
        (payments[1], None, None),
        (payments[2], "applied", 0),
        (payments[3], "refunded", 390_000),
        (payments[4], None, None),
    ):
        row = {"payment_id": payment, "kind": "unknown-code", "opened_at": NOW}
        more = {**settled, "settlement": settlement, "refund_vnd": refund} if settlement else {}
        await add(session, PaymentReview, {**row, **more})

    async def listed(state: PaymentState | None) -> list[int]:
        page = await uow.payments.page(PaymentFilter(state=state), None, 10)
        return [payments.index(one.payment.id) for one in page]

    assert [1, 4] == await listed(PaymentState.UNDER_REVIEW)
    assert [2, 0] == await listed(PaymentState.APPLIED)
    assert [3] == await listed(PaymentState.REFUNDED)
    assert [4, 3, 2, 1, 0] == await listed(None)
    first = await uow.payments.page(PaymentFilter(), None, 2)
    last = first[-1].payment
    rest = await uow.payments.page(PaymentFilter(), (last.received_at, last.id), 10)
    assert payments[2::-1] == [one.payment.id for one in rest]


async def test_money_that_is_not_there_is_none(uow: UnitOfWork) -> None:
    assert await uow.payments.get(uuid4()) is None
    assert await uow.payments.locked_review(uuid4()) is None
    assert [] == await uow.payments.orders_named(["20260311-0C3FHMFY6"])
