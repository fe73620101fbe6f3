"""All charges are derived again each day; one that was changed by hand is found and named."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.charges import FeeFacts, GoodsValue, Payload, facts_document, quote, quote_document
from app.domain.vocabulary import Direction, Journey
from app.models import PriceCheck
from app.repositories.unit_of_work import UnitOfWork
from app.services.money.price_checking import PriceChecking
from app.workers.prices import PriceChecker
from app.workers.today import Todays
from tests.domain.reference import EDITION, TARIFFS
from tests.repositories.rows import add_actor, add_charge, add_entry
from tests.workers.test_books import Clock, clock

__all__ = ["clock"]

Sessions = async_sessionmaker[AsyncSession]
FACTS = FeeFacts(
    "road", Direction.IMPORT, Journey.OWN_VEHICLE, (GoodsValue("ordinary"),), Payload(8_000)
)


@pytest.fixture
def checker(clock: Clock) -> PriceChecker:
    return PriceChecker(Todays(is_production=False, machine_now=clock))


async def charge(sessions: Sessions, count: int = 1, **changes: Any) -> list[UUID]:
    """Store charges as they are frozen, or with `changes`."""
    made = quote_document(quote(EDITION, FACTS))
    frozen = {
        "facts": facts_document(FACTS), "known_at": TARIFFS.known_at, "quote": made,
        "total_vnd": made["total_vnd"], **changes,
    }  # fmt: skip
    async with sessions.begin() as session:
        company = await add_actor(session)
        entries = [await add_entry(session, company) for _ in range(count)]
        return [await add_charge(session, entry, **frozen) for entry in entries]


async def checks(sessions: Sessions) -> list[PriceCheck]:
    async with sessions() as session:
        return list(await session.scalars(select(PriceCheck).order_by(PriceCheck.day)))


async def test_every_charge_is_derived_again_once_a_legal_day(
    sessions: Sessions, checker: PriceChecker, clock: Clock
) -> None:
    await charge(sessions, 3)
    await charge(sessions, facts=None, known_at=None)
    assert 4 == await checker.check(sessions)
    assert 0 == await checker.check(sessions)
    clock.now += timedelta(days=1)
    assert 4 == await checker.check(sessions)
    assert [(4, 1, 0, [], True)] * 2 == [
        (one.checked, one.without_facts, one.differing, one.differences, bool(one.finished_at))
        for one in await checks(sessions)
    ]


async def test_a_charge_that_was_changed_by_hand_is_found_and_named(
    sessions: Sessions, checker: PriceChecker, clock: Clock
) -> None:
    await charge(sessions, 2)
    (changed,) = await charge(sessions)
    await checker.check(sessions)
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(
            text(
                "UPDATE charges SET total_vnd = 39, quote = jsonb_set(jsonb_set(quote,"
                " '{total_vnd}', '39'), '{lines,0,amount_vnd}', '39') WHERE id = :id"
            ),
            {"id": changed},
        )
    clock.now += timedelta(days=1)
    await checker.check(sessions)
    *_, check = await checks(sessions)
    assert (3, 1) == (check.checked, check.differing)
    (named,) = check.differences
    assert (str(changed), ["price"]) == (named["charge"], named["rules"])


async def test_a_check_goes_on_where_it_was_killed_and_holds_no_more_than_a_window(
    sessions: Sessions, clock: Clock
) -> None:
    await charge(sessions, 5)
    todays = Todays(is_production=False, machine_now=clock)

    async def turn() -> int | None:
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            return await PriceChecking(uow, await todays.today(uow)).turn(2)

    assert [2, 2, 1, None] == [await turn() for _ in range(4)]
    (check,) = await checks(sessions)
    assert (5, 0) == (check.checked, check.differing)


async def test_a_charge_made_by_knowledge_that_was_not_read_yet_waits_for_the_next_turn(
    sessions: Sessions, checker: PriceChecker
) -> None:
    await charge(sessions, 2)
    last = UUID(int=2**128 - 1)
    await charge(sessions, id=last, known_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert 2 == await checker.check(sessions)
    (check,) = await checks(sessions)
    assert (2, 0, None) == (check.checked, check.differing, check.finished_at)
