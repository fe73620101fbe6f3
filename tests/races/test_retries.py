"""The same request many times at once: done once, answered alike."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import httpx

from app.models import Call, Charge, Entry, Order, Payment, StoredAnswer
from app.services.declarations.amendment import Amendment
from tests.races.house import CALLS, House, fruit, truck

TIMES = 20
ANY_VERSION = range(1, 1000)


async def test_one_key_20_times_at_once_registers_once_and_is_answered_with_the_same_bytes(
    house: House,
) -> None:
    async def register() -> httpx.Response:
        return await house.post("/v1/entries", "company-1", fruit(0), retry="once")

    answers = await _at_once(register)
    again = await register()

    first, replays = _assert_once([*answers, again])
    assert again in replays
    assert {first.content} == {replay.content for replay in replays}
    assert {first.headers["Location"]} == {replay.headers["Location"] for replay in replays}
    assert 1 == len(await house.rows(Entry))

    token = first.json()["tracking"]["token"]
    kept = (await house.rows(StoredAnswer))[0].body
    assert token.encode() not in kept
    assert token == again.json()["tracking"]["token"]

    other = await house.post("/v1/entries", "company-1", fruit(1), retry="once")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])
    theirs = await house.post("/v1/entries", "company-2", fruit(1), retry="once")
    assert 201 == theirs.status_code
    assert "Idempotency-Replayed" not in theirs.headers


async def test_one_key_20_times_at_once_calls_once(house: House) -> None:
    for number in range(10):
        await house.move_in((await house.register(truck(number))).entry.reference)

    async def call() -> httpx.Response:
        return await house.post(CALLS, "officer-1", {"count": 3}, retry="three-more")

    answers = [*await _at_once(call), await call()]

    _assert_once(answers)
    assert 3 == len(await house.rows(Call))
    other = await house.post(CALLS, "officer-1", {"count": 4}, retry="three-more")
    assert 422 == other.status_code
    assert 3 == len(await house.rows(Call))


async def test_a_refusal_is_not_stored_and_may_be_retried(house: House) -> None:
    await house.move_in((await house.register(truck(0))).entry.reference)
    house.clock.at += timedelta(hours=13)  # 22:00, the gate is closed

    async def call() -> httpx.Response:
        return await house.post(CALLS, "officer-1", {"count": 1}, retry="one-more")

    refused = await _at_once(call)
    assert {409} == {answer.status_code for answer in refused}
    assert {"gate-closed", "retry-in-progress"} >= {answer.json()["code"] for answer in refused}
    assert [] == await house.rows(StoredAnswer)

    house.clock.at += timedelta(hours=11)
    assert 201 == (await call()).status_code
    assert 1 == len(await house.rows(Call))


async def test_20_payers_with_one_source_reference_pay_once(house: House) -> None:
    order = (await house.register(fruit(0))).orders[0]
    number = iter(range(TIMES))

    async def pay() -> httpx.Response:
        return await _pay(house, order, "B-1", retry=f"pay-{next(number)}")

    answers = await _at_once(pay)

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["id"] for answer in answers})
    assert [order.amount_vnd] == [paid.amount_vnd for paid in await house.rows(Payment)]


async def test_20_payers_with_references_of_their_own_pay_an_order_once(house: House) -> None:
    order = (await house.register(fruit(0))).orders[0]
    number = iter(range(TIMES))

    async def pay() -> httpx.Response:
        own = next(number)
        return await _pay(house, order, f"B-{own}", retry=f"pay-{own}")

    answers = await _at_once(pay)

    assert {201: 1, 409: TIMES - 1} == Counter(answer.status_code for answer in answers)
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert {"order-not-due"} == refused
    assert 1 == len(await house.rows(Payment))


async def test_one_source_reference_pays_one_of_many_orders(house: House) -> None:
    orders = [(await house.register(fruit(number))).orders[0] for number in range(10)]

    answers = await asyncio.gather(
        *(_pay(house, order, "B-1", retry=str(order.id)) for order in orders)
    )

    codes = Counter(answer.status_code for answer in answers)
    assert 1 == codes[201]
    assert {"retry-in-progress", "retry-mismatch"} >= {
        answer.json()["code"] for answer in answers if answer.status_code != 201
    }
    assert 1 == len(await house.rows(Payment))


async def test_a_payment_that_crosses_a_new_price_is_neither_lost_nor_asked_twice(
    house: House,
) -> None:
    views = [await house.register(fruit(number)) for number in range(20)]

    async def heavier(view: Any) -> None:
        """One class up: the price is another."""
        async with house.acting("company-1") as (uow, act):
            patch = {"vehicle": {"payload_kg": 19_000}}
            await Amendment(uow, act).amend(view.entry.id, ANY_VERSION, patch, {})

    paying = [
        _pay(house, view.orders[0], f"B-{view.entry.id}", retry=str(view.entry.id))
        for view in views
    ]
    await asyncio.gather(*paying, *(heavier(view) for view in views))

    paid = {payment.order_id for payment in await house.rows(Payment)}
    totals = {
        charge.entry_id: charge.total_vnd
        for charge in await house.rows(Charge)
        if charge.superseded_at is None
    }
    assert len(set(totals.values())) == 1
    asked: Counter[Any] = Counter()
    for order in await house.rows(Order):
        assert (order.id in paid) == (order.state == "paid")
        asked[order.entry_id] += order.amount_vnd if order.state in {"paid", "due"} else 0
    assert totals == asked
    assert 0 < len(paid)


async def test_of_20_amendments_of_one_version_one_is_made(house: House) -> None:
    entry = (await house.register(truck(0))).entry
    planned = [f"2026-06-10T{10 + minute // 60:02d}:{minute % 60:02d}:00Z" for minute in range(20)]

    answers = await asyncio.gather(
        *(
            house.ask(
                "PATCH",
                f"/v1/entries/{entry.id}",
                "company-1",
                json={"planned_arrival_at": one},
                headers={"If-Match": '"1"'},
            )
            for one in planned
        )
    )

    assert {200: 1, 412: 19} == Counter(answer.status_code for answer in answers)
    made = next(answer.json() for answer in answers if answer.status_code == 200)
    row = (await house.rows(Entry))[0]
    assert (2, 2) == (made["version"], row.version)


async def _at_once(ask: Callable[[], Awaitable[httpx.Response]]) -> Sequence[httpx.Response]:
    return await asyncio.gather(*(ask() for _ in range(TIMES)))


def _assert_once(answers: Sequence[httpx.Response]) -> tuple[httpx.Response, list[httpx.Response]]:
    """One did it; others were told that it is under way, or got its answer. Return both kinds."""
    done = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code != 201]
    assert {"retry-in-progress"} >= {answer.json()["code"] for answer in waiting}
    assert {409} >= {answer.status_code for answer in waiting}
    replays = [answer for answer in done if answer.headers.get("Idempotency-Replayed") == "true"]
    (first,) = [answer for answer in done if answer not in replays]
    return first, replays


async def _pay(house: House, order: Order, source: str, *, retry: str) -> httpx.Response:
    body = {
        "amount": {"amount": order.amount_vnd, "currency": "VND"},
        "source_reference": source,
    }
    return await house.post(f"/v1/orders/{order.id}/payments", "bank", body, retry=retry)
