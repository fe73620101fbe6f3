"""Whatever comes in, in whatever order and by whatever way: every dong is in exactly one place."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import Order, Payment, PaymentReview, PostingRow
from tests.api.conftest import Gate, lorry
from tests.api.test_bank_statements import AT, send
from tests.api.test_payments import DUE, Bank, bank, settle
from tests.races.house import dice

__all__ = ["bank"]

ACTS = 40


class Till:
    """Does at random what companies, banks and those who collect may do."""

    def __init__(self, gate: Gate, bank: Bank, dice: Random) -> None:
        self.gate, self.bank, self.dice = gate, bank, dice
        self.entries: list[dict[str, Any]] = []
        self.codes: list[tuple[str, int]] = [("20260311-000000000", DUE)]
        self.shift = ""

    async def act(self) -> None:
        acts: Sequence[Callable[[], Awaitable[object]]] = (
            self.register, self.notify, self.notify, self.state, self.reprice, self.cancel,
            self.bundle, self.settle, self.settle, self.hand_over, self.pay,
        )  # fmt: skip
        await self.dice.choice(acts)()
        self.gate.wait(seconds=7)

    async def register(self) -> None:
        entry = await self.gate.register(**lorry(len(self.entries)))
        self.entries.append(entry)
        self.codes += [(one["code"], one["amount"]["amount"]) for one in entry["orders"]]

    def one(self) -> tuple[str, int]:
        code, amount = self.dice.choice(self.codes)
        return code, max(1, amount + self.dice.choice((0, 0, 0, -1, 1, 5000)))

    async def notify(self) -> None:
        code, amount = self.one()
        words = self.dice.choice((code, code.replace("-", ""), f"{code} {self.one()[0]}", "phi"))
        await self.bank.tell(words, amount)

    async def state(self) -> None:
        rows = [(uuid4().hex[:8], *self.one()) for _ in range(3)]
        await send(self.gate, *(f"FT-{name},{amount},{AT},{code}" for name, code, amount in rows))

    async def pay(self) -> None:
        code, amount = self.one()
        orders = [one for entry in self.entries for one in entry["orders"] if one["code"] == code]
        for order in orders:
            body = {
                "amount": {"amount": amount, "currency": "VND"},
                "source_reference": uuid4().hex,
            }
            path = f"/v1/orders/{order['id']}/payments"
            await self.gate.post(path, "bank", body, retry=uuid4().hex)

    async def reprice(self) -> None:
        if self.entries:
            entry = self.dice.choice(self.entries)
            kilograms = self.dice.choice((4000, 8000, 15000, 20000))
            await self.gate.amend(entry, vehicle={"payload_kg": kilograms})
            now = await self.gate.entry(entry)
            entry["orders"] = now["orders"]
            self.codes += [(one["code"], one["amount"]["amount"]) for one in now["orders"]]

    async def cancel(self) -> None:
        if self.entries and self.dice.random() < 0.3:
            entry = self.dice.choice(self.entries)
            await self.gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")

    async def bundle(self) -> None:
        orders = [one["id"] for entry in self.entries for one in entry["orders"]]
        some = self.dice.sample(orders, min(len(orders), 2))
        made = await self.gate.post(
            "/v1/payment-bundles", "company-1", {"orders": some or [uuid4().hex]}
        )
        if made.status_code == 201:
            self.codes.append((made.json()["code"], made.json()["amount"]["amount"]))

    async def settle(self) -> None:
        path = "/v1/payments?state=under-review"
        waiting = (await self.gate.get(path, "collector-1")).json()["items"]
        if waiting:
            path = f"/v1/payments/{self.dice.choice(waiting)['id']}"
            money = (await self.gate.get(path, "collector-1")).json()
            await settle(self.gate, money, self.dice.choice(money["suggestions"])["orders"])

    async def hand_over(self) -> None:
        if not self.shift:
            body = {"gate": "tan-thanh", "opening_float": {"amount": 0, "currency": "VND"}}
            self.shift = (await self.gate.post("/v1/shifts", "collector-1", body)).json()["id"]
        code, amount = self.one()
        body = {"code": code, "amount": {"amount": amount, "currency": "VND"}, "channel": "cash"}
        path = f"/v1/shifts/{self.shift}/payments"
        await self.gate.post(path, "collector-1", body, retry=uuid4().hex)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("seed", range(3))
async def test_every_dong_that_came_in_is_in_exactly_one_place(
    gate: Gate, bank: Bank, sessions: async_sessionmaker[AsyncSession], seed: int
) -> None:
    till = Till(gate, bank, dice(seed))
    for _ in range(3):
        await till.register()
    for _ in range(ACTS):
        await till.act()
    async with sessions() as session:
        payments = list(await session.scalars(select(Payment)))
        orders = list(await session.scalars(select(Order)))
        reviews = {one.payment_id: one for one in await session.scalars(select(PaymentReview))}
        postings = list(await session.scalars(select(PostingRow)))

    paid = Counter[Any]()
    for order in orders:
        assert (order.state == "paid") is (order.payment_id is not None)
        if order.payment_id is not None:
            paid[order.payment_id] += order.amount_vnd
    waiting = back = 0
    for money in payments:
        review = reviews.get(money.id)
        open_ = review is not None and review.settled_at is None
        refund = (review.refund_vnd or 0) if review else 0
        waiting, back = waiting + money.amount_vnd * open_, back + refund
        assert money.amount_vnd == paid[money.id] + refund + money.amount_vnd * open_

    balances = Counter[str]()
    for row in postings:
        balances[row.debit] += row.amount_vnd
        balances[row.credit] -= row.amount_vnd
    came = sum(one.amount_vnd for one in payments)
    assert len(payments) > 5
    assert waiting == -balances["unallocated"]
    assert came == balances["bank"] + balances["cash"]
    due = sum(one.amount_vnd for one in orders if one.state == "due")
    assert due == balances["receivable"]
    assert back == -sum(
        row.amount_vnd * ((row.debit == "refund_due") - (row.credit == "refund_due"))
        for row in postings
        if row.cause == "review-settled"
    )
