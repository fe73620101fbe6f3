"""Money that comes in while books are closed: no day is closed without all that is of it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.models import BookClose, PostingRow
from app.services.money.bookkeeping import found_differences
from app.services.money.paying import Paying
from tests.races.house import House, truck

DAY = "2026-06-10"
CLOSE = f"/v1/gates/tan-thanh/books/{DAY}/close"


async def orders_of(house: House, count: int) -> list[tuple[UUID, int]]:
    """Register empty-handed trucks that owe something, and return their orders."""
    found = []
    for number in range(count):
        line = {"goods_group": "ordinary", "gross_kg": 9000, "customs_value_vnd": 1_000_000}
        declared = {"consignments": [{"declaration_number": f"30{number:010d}", "lines": [line]}]}
        view = await house.register(truck(number, **declared))
        found += [(order.id, order.amount_vnd) for order in view.orders]
    return found


def paying(house: House, order: tuple[UUID, int]) -> Any:
    identity, amount = order
    body = {
        "amount": {"amount": amount, "currency": "VND"}, "source_reference": str(identity),
    }  # fmt: skip
    path = f"/v1/orders/{identity}/payments"
    return house.post(path, "bank", body, retry=str(identity))


async def test_a_day_is_closed_once_among_payments_and_has_all_that_is_of_it(
    house: House,
) -> None:
    orders = await orders_of(house, 12)
    house.clock.at += timedelta(days=1)
    closes = [house.post(CLOSE, who) for who in ("collector-1", "collector-2") * 2]
    pays = [paying(house, one) for one in orders]
    answers = await asyncio.gather(*pays[:6], *closes, *pays[6:])
    assert {201} == {answer.status_code for answer in (*answers[:6], *answers[10:])}
    assert [201, 409, 409, 409] == sorted(answer.status_code for answer in answers[6:10])
    (close,) = await house.rows(BookClose)
    day = await house.rows(PostingRow, PostingRow.book_day == close.day)
    assert close.totals["postings"] == len(day) == len(orders)
    async with house.acting("auditor") as (uow, _):
        assert {"sums": [], "orders": [], "days": []} == await found_differences(uow)


async def test_who_closes_a_day_waits_for_what_is_being_posted_on_it(house: House) -> None:
    """A payment that began before midnight is of that day, however late it is committed."""
    ((order, amount),) = await orders_of(house, 1)
    async with house.acting("bank") as (uow, act):
        await Paying(uow, act).pay(order, amount, "B-1")
        house.clock.at += timedelta(days=1)
        closing = asyncio.create_task(house.post(CLOSE, "collector-1"))
        await asyncio.sleep(0.3)
        assert not closing.done()
    closed = (await closing).json()
    assert 4 == closed["postings"]
    assert {DAY} == {one.book_day.isoformat() for one in await house.rows(PostingRow)}


async def test_who_posts_waits_for_the_close_and_is_of_the_next_day(house: House) -> None:
    """Its clock was read before midnight; the day is closed by the time it posts."""
    ((order, amount),) = await orders_of(house, 1)
    async with house.acting("collector-1") as (uow, act):
        before = act.now
        await uow.books.lock("tan-thanh")
        row = {"gate_code": "tan-thanh", "day": act.day, "totals": {}, "closed_at": before}
        uow.add(BookClose(**row, closed_by=act.principal.id))
        await uow.flush()
        payment = asyncio.create_task(paying(house, (order, amount)))
        await asyncio.sleep(0.3)
        assert not payment.done()
    assert 201 == (await payment).status_code
    days = [one.book_day.isoformat() for one in await house.rows(PostingRow)]
    assert [DAY, *["2026-06-11"] * 3] == days
