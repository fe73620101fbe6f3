"""What is asked for and what comes in stands in the books, whatever way it went."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import PostingRow
from tests.api.conftest import Gate, lorry


class Ledger:
    """The postings of a test, as sums."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def rows(self) -> list[PostingRow]:
        async with self._sessions() as session:
            found = await session.scalars(select(PostingRow).order_by(PostingRow.number))
            return list(found)

    async def balances(self) -> dict[str, int]:
        """Return what stands in each account that has anything: debits less credits."""
        sums: Counter[str] = Counter()
        for row in await self.rows():
            sums[row.debit] += row.amount_vnd
            sums[row.credit] -= row.amount_vnd
        return {account: balance for account, balance in sums.items() if balance}


@pytest.fixture
def ledger(sessions: async_sessionmaker[AsyncSession]) -> Ledger:
    """The books of the test's database."""
    return Ledger(sessions)


async def pay(gate: Gate, order: dict[str, Any], reference: str) -> None:
    body = {"amount": order["amount"], "source_reference": reference}
    path = f"/v1/orders/{order['id']}/payments"
    assert 201 == (await gate.post(path, "bank", body, retry=reference)).status_code


async def test_registering_posts_what_is_owed(gate: Gate, ledger: Ledger) -> None:
    await gate.register(**lorry(1))
    assert {"receivable": 300_000, "assessed": -300_000} == await ledger.balances()
    (row,) = await ledger.rows()
    assert ("tan-thanh", "2026-03-11", "infrastructure", "ordinary", "4t-to-10t") == (
        row.gate_code, row.book_day.isoformat(), row.order_kind, row.goods_group,
        row.vehicle_class,
    )  # fmt: skip


async def test_paying_posts_the_money_and_its_split(gate: Gate, ledger: Ledger) -> None:
    entry = await gate.register(**lorry(1))
    await pay(gate, entry["orders"][0], "B-1")
    assert {"bank": 300_000, "retained": -30_000, "budget": -270_000} == await ledger.balances()


async def test_another_price_posts_the_old_order_back_and_the_new_one(
    gate: Gate, ledger: Ledger
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.amend(entry, vehicle={"payload_kg": 20000})
    assert {"receivable": 800_000, "assessed": -800_000} == await ledger.balances()
    assert ["order-made", "order-superseded", "order-made"] == [
        row.cause for row in await ledger.rows()
    ]


async def test_a_difference_is_owed_beside_what_was_paid(gate: Gate, ledger: Ledger) -> None:
    entry = await gate.register(**lorry(1))
    await pay(gate, entry["orders"][0], "B-1")
    await gate.amend(entry, vehicle={"payload_kg": 20000})
    assert {
        "bank": 300_000, "retained": -30_000, "budget": -270_000,
        "receivable": 500_000, "assessed": -500_000,
    } == await ledger.balances()  # fmt: skip


async def test_who_does_not_come_owes_nothing(gate: Gate, ledger: Ledger) -> None:
    entry = await gate.register(**lorry(1))
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert {} == await ledger.balances()
    assert ["order-made", "order-cancelled"] == [row.cause for row in await ledger.rows()]


async def test_a_payment_sent_twice_is_posted_once(gate: Gate, ledger: Ledger) -> None:
    entry = await gate.register(**lorry(1))
    for _ in range(2):
        await pay(gate, entry["orders"][0], "B-1")
    assert 300_000 == (await ledger.balances())["bank"]
