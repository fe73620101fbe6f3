"""The books are checked each night; what was never posted is posted first, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import Settings
from app.main import make_tools
from app.models import BookCheck, PostingRow
from app.workers.books import BookKeeper
from app.workers.today import Todays
from tests.repositories.rows import (
    DAY,
    NOW,
    Actor,
    add_actor,
    add_charge,
    add_entry,
    add_order,
    add_payment,
)

QUOTE = {"total_vnd": 390_000, "goods_group": "ordinary", "vehicle_class": "4t-to-10t"}
Sessions = async_sessionmaker[AsyncSession]


class Clock:
    """The machine's time, as a test sets it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 22, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(clock: Clock) -> BookKeeper:
    return BookKeeper(make_tools(Settings()), Todays(is_production=False, machine_now=clock))


async def of_the_release_before(sessions: Sessions) -> None:
    """Store what a release without books leaves: due, paid, superseded and cancelled orders."""
    async with sessions.begin() as session:
        company, bank = await add_actor(session), await add_actor(session, "bank")
        for state in ("due", "paid", "superseded", "cancelled"):
            await _with_order(session, company, bank, state)


async def _with_order(session: AsyncSession, company: Actor, bank: Actor, state: str) -> None:
    ended = {"state": "cancelled", "ended_at": NOW} if state == "cancelled" else {}
    entry = await add_entry(session, company, **ended)
    superseded = NOW + timedelta(days=1) if state == "superseded" else None
    charge = await add_charge(session, entry, quote=QUOTE, superseded_at=superseded)
    order = await add_order(session, entry, charge, state=state)
    if state == "paid":
        await add_payment(session, bank, order)


async def rows(sessions: Sessions, table: Any) -> list[Any]:
    async with sessions() as session:
        return list(await session.scalars(select(table)))


async def test_what_was_there_before_is_posted_on_its_days_and_nothing_differs(
    sessions: Sessions, keeper: BookKeeper
) -> None:
    await of_the_release_before(sessions)
    assert 8 == await keeper.keep(sessions)  # four orders, two ends, one payment, one check
    (check,) = await rows(sessions, BookCheck)
    assert (7, 0, {"sums": [], "orders": [], "days": []}) == (
        check.posted, check.differing, check.differences,
    )  # fmt: skip
    found = [(one.cause, (one.book_day - DAY).days) for one in await rows(sessions, PostingRow)]
    assert sorted(
        [
            *[("order-made", 0)] * 4,
            *[("payment-applied", 0)] * 3,
            ("order-superseded", 1),
            ("order-cancelled", 0),
        ]
    ) == sorted(found)


async def test_books_are_checked_once_a_legal_day_and_posted_once(
    sessions: Sessions, keeper: BookKeeper, clock: Clock
) -> None:
    await of_the_release_before(sessions)
    await keeper.keep(sessions)
    assert 0 == await keeper.keep(sessions)
    clock.now += timedelta(days=1)
    assert 1 == await keeper.keep(sessions)
    checks = await rows(sessions, BookCheck)
    assert [(7, 0), (0, 0)] == [(one.posted, one.differing) for one in checks]


async def test_an_order_that_was_changed_by_hand_is_named(
    sessions: Sessions, keeper: BookKeeper, clock: Clock
) -> None:
    await of_the_release_before(sessions)
    await keeper.keep(sessions)
    async with sessions.begin() as session:
        changed = await session.scalar(
            text("UPDATE orders SET state = 'superseded' WHERE state = 'paid' RETURNING id")
        )
    clock.now += timedelta(days=1)
    await keeper.keep(sessions)
    *_, check = await rows(sessions, BookCheck)
    assert [str(changed)] == check.differences["orders"]
    assert {"receivable", "assessed", "applied", "shared"} == {
        one["check"] for one in check.differences["sums"]
    }
    assert 5 == check.differing
