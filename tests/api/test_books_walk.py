"""Whatever is done at a gate, in whatever order, the books say what the rows say.

Each walk is another sequence of acts through the API: vehicles come, are weighed again and go,
banks tell of what is due, too much, too little, twice or for nobody, tills take cash, money
goes back, receipts are replaced by it, and days are closed meanwhile.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.gates import ZONE
from app.domain.open_clock import legal_day
from app.repositories.unit_of_work import UnitOfWork
from app.services.money.bookkeeping import found_differences
from tests.api.conftest import Gate, lorry
from tests.api.test_books import Ledger, close, ledger
from tests.api.test_payments import Bank, bank, review_list, settle
from tests.api.test_refunds import DOSSIER, refunds, take
from tests.api.test_shifts import close as close_till
from tests.api.test_shifts import open_till, vnd
from tests.api.test_shifts import take as take_cash

__all__ = ["bank", "ledger"]

ACTS = 60
SEEN = (
    "order-made", "order-superseded", "payment-applied", "payment-under-review", "review-settled",
    "refund-approved", "refund-paid", "shift-counted",
)  # fmt: skip
NOTHING: dict[str, list[Any]] = {"sums": [], "orders": [], "days": []}
PAYLOADS = (1_500, 3_000, 8_000, 15_000, 20_000)
STEPS = {"due": ("request", "collector-1"), "asked": ("approval", "collector-2")}


@dataclass
class Walk:
    """A walk at random: entries that are there, and how often each act was done."""

    gate: Gate
    bank: Bank
    random: Random
    entries: list[dict[str, Any]] = field(default_factory=list)
    tills: list[dict[str, Any]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    async def go_on(self) -> None:
        """Do one act of those that may be done."""
        acts: list[Callable[[], Awaitable[None]]] = [
            self.register, self.register, self.weigh, self.weigh, self.weigh, self.cancel,
            self.pay, self.pay, self.hand_over, self.hand_over, self.count, self.pay_wrong,
            self.pay_nobody, self.settle,
            self.give_back, self.give_back, self.give_back, self.wait,
        ]  # fmt: skip
        act = self.random.choice(acts) if self.entries else self.register
        await act()
        self.done[act.__name__] += 1

    async def register(self) -> None:
        number = len(self.entries) + 1
        payload = self.random.choice(PAYLOADS)
        vehicle = {"tractor_plate": f"15C-{number:05}", "payload_kg": payload}
        gate = self.random.choice(["tan-thanh", "huu-nghi"])
        self.entries.append(await self.gate.register(**lorry(number, vehicle=vehicle, gate=gate)))

    async def weigh(self) -> None:
        """Find another payload: another price, owed, or due back."""
        entry, payload = self.random.choice(self.entries), self.random.choice(PAYLOADS)
        answer = await self.gate.amend(entry, vehicle={"payload_kg": payload})
        assert answer.status_code in {200, 409}, answer.text

    async def cancel(self) -> None:
        entry = self.random.choice(self.entries)
        await self.gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")

    async def pay(self) -> None:
        """Pay an order of any state: what is not due is put under review."""
        order = await self._order()
        answer = await self.bank.tell(order["code"], order["amount"]["amount"])
        assert 201 == answer.status_code, answer.text

    async def hand_over(self) -> None:
        """Pay at a desk, whose till is opened where none is; what is not due is not taken."""
        opened = await open_till(self.gate)
        if opened.is_success:
            self.tills.append(opened.json())
        order = await self._order()
        amount, channel = order["amount"]["amount"], self.random.choice(["cash", "card"])
        await take_cash(self.gate, self.tills[-1], order["code"], amount, channel=channel)

    async def count(self) -> None:
        """Close the till that is open with more or less than it should hold, or just that."""
        if self.tills:
            path = f"/v1/shifts/{self.tills[-1]['id']}"
            should = (await self.gate.get(path, "board-1")).json()["expected"]["amount"]
            counted = should + self.random.choice([-1_000, 0, 500])
            await close_till(self.gate, self.tills[-1], counted=vnd(counted))

    async def pay_wrong(self) -> None:
        order, more = await self._order(), self.random.choice([-50_000, -1, 1, 250_000])
        await self.bank.tell(order["code"], order["amount"]["amount"] + more)

    async def pay_nobody(self) -> None:
        await self.bank.tell("tien rau", self.random.choice([1, 300_000, 800_000]))

    async def settle(self) -> None:
        """Let money under review pay an order that is due, where it is enough, or send it back."""
        waiting = await review_list(self.gate)
        if waiting:
            order = await self._order()
            answer = await settle(self.gate, waiting[0], [order])
            if not answer.is_success:
                answer = await settle(self.gate, waiting[0], [])
            assert answer.is_success, answer.text

    async def give_back(self) -> None:
        """Take a refund one step on."""
        for refund in await refunds(self.gate):
            if refund["state"] in STEPS:
                step, who = STEPS[refund["state"]]
                body = DOSSIER if step == "request" else None
                answer = await take(self.gate, refund, step, who, body)
                assert answer.is_success, answer.text
                return
            if refund["state"] == "approved":
                body = {"reference": f"UNC-{refund['id'][-8:]}"}
                answer = await take(self.gate, refund, "payment", "collector-1", body)
                assert answer.is_success, answer.text
                return

    async def wait(self) -> None:
        """Let some hours pass, and close what is over."""
        self.gate.wait(hours=self.random.choice([2, 9, 24]))
        yesterday = legal_day(self.gate.now - timedelta(days=1), ZONE)
        for books in ("tan-thanh", "huu-nghi", "centre"):
            await close(self.gate, yesterday.isoformat(), f"/v1/gates/{books}/books")

    async def _order(self) -> dict[str, Any]:
        entry = await self.gate.entry(self.random.choice(self.entries))
        order: dict[str, Any] = self.random.choice(entry["orders"])
        return order


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.usefixtures("unlimited")
async def test_after_any_acts_at_a_gate_the_books_say_what_the_rows_say(
    gate: Gate,
    bank: Bank,
    ledger: Ledger,
    sessions: async_sessionmaker[AsyncSession],
    seed: int,
) -> None:
    walk = Walk(gate, bank, Random(seed))  # noqa: S311 - no secret: a walk that can be gone again
    for _ in range(ACTS):
        await walk.go_on()
        async with sessions() as session:
            assert NOTHING == await found_differences(UnitOfWork(session)), walk.done
    causes = Counter(row.cause for row in await ledger.rows())
    assert {*SEEN} <= set(causes), causes
    revenue = await gate.get(
        "/v1/revenue", "board-1", params={"from_day": "2026-03-01", "to_day": "2026-07-01"}
    )
    stands = await ledger.balances()
    total = -stands.get("retained", 0) - stands.get("budget", 0)
    assert total == revenue.json()["total"]["total"]["amount"]
