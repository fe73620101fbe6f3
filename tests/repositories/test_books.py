"""The database keeps the books: nothing out of balance, each act once, nothing on a closed day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import BookClose, PostingRow
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.rows import DAY, NOW, Actor, add_charge, add_entry, add_order


@pytest.fixture
async def order(session: AsyncSession, company: Actor) -> UUID:
    """An order of 390,000 VND that nothing was posted of."""
    entry = await add_entry(session, company)
    return await add_order(session, entry, await add_charge(session, entry))


def posting(order: UUID | None, **values: object) -> Mapping[str, Any]:
    return {
        "gate_code": "tan-thanh",
        "book_day": DAY,
        "posted_at": NOW,
        "debit": "receivable",
        "credit": "assessed",
        "amount_vnd": 390_000,
        "cause": "order-made",
        "order_id": order,
        **values,
    }


async def refusal_of(session: AsyncSession, uow: UnitOfWork, row: Mapping[str, Any]) -> str | None:
    """Return the constraint that refuses a posting, None where it is stored."""
    try:
        async with session.begin_nested():
            await uow.books.post([row])
    except IntegrityError as error:
        said = (error.orig, getattr(error.orig, "__cause__", None))
        names = (getattr(one, "constraint_name", None) for one in said)
        return next(str(name) for name in names if name)
    return None


async def close(session: AsyncSession, company: Actor, gate: str, day: date) -> None:
    row = {"gate_code": gate, "day": day, "totals": {}, "closed_at": NOW, "closed_by": company.id}
    await session.execute(insert(BookClose), [row])


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"credit": "receivable"}, "ck_postings_two_accounts"),
        ({"amount_vnd": 0}, "ck_postings_amount_positive"),
        ({"amount_vnd": -1}, "ck_postings_amount_positive"),
        ({"debit": "pocket"}, "ck_postings_debit"),
        ({"credit": "pocket"}, "ck_postings_credit"),
        ({"cause": "because"}, "ck_postings_cause"),
        ({"order_id": uuid4()}, "fk_postings_order_id_orders"),
        ({"refund_id": uuid4()}, "fk_postings_refund_id_refunds"),
        ({"shift_id": uuid4()}, "fk_postings_shift_id_shifts"),
        ({"remittance_id": uuid4()}, "fk_postings_remittance_id_remittances"),
    ],
)
async def test_the_database_refuses_what_is_no_posting(
    session: AsyncSession, uow: UnitOfWork, order: UUID, wrong: dict[str, Any], constraint: str
) -> None:
    assert constraint == await refusal_of(session, uow, posting(order, **wrong))


async def test_an_act_is_posted_once(session: AsyncSession, uow: UnitOfWork, order: UUID) -> None:
    assert await refusal_of(session, uow, posting(order)) is None
    assert "uq_postings_act" == await refusal_of(session, uow, posting(order, amount_vnd=1))


async def test_what_is_posted_on_a_closed_day_goes_to_the_next_open_one(
    session: AsyncSession, uow: UnitOfWork, company: Actor, order: UUID
) -> None:
    """Days before the last closed one are over, too; those of other gates are their own."""
    await close(session, company, "tan-thanh", DAY)
    rows = [
        posting(order, credit=credit, gate_code=gate, book_day=day)
        for gate, day, credit in (
            ("tan-thanh", DAY, "assessed"),
            ("tan-thanh", DAY - timedelta(days=9), "retained"),
            ("tan-thanh", DAY + timedelta(days=2), "budget"),
            ("huu-nghi", DAY, "unallocated"),
        )
    ]
    await uow.books.post(rows)
    found = await session.scalars(select(PostingRow.book_day).order_by(PostingRow.number))
    day = timedelta(days=1)
    assert [DAY + day, DAY + day, DAY + 2 * day, DAY] == list(found)
