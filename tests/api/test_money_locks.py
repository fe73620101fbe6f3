"""Money waits for entries, then for the series of receipts: what that does to dates and questions.

Whoever waited for an entry acts after what others did to it, whatever their own clock says. Whoever
numbers a receipt holds up all others of the gate, and asks nothing more.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Entry, Refund
from tests.api.conftest import Gate, Statements, lorry
from tests.api.test_bank_statements import AT, send
from tests.api.test_payments import DUE, Bank, bank, settle
from tests.api.test_shifts import open_till, take

__all__ = ["bank"]

Money = dict[str, Any]
Doing = Callable[[Gate, Money, Money], Awaitable[Any]]
SLOW = timedelta(minutes=10)


async def by_statement(gate: Gate, order: Money, _: Money) -> Any:
    return await send(gate, f"FT-1,300000,{AT},{order['code']}")


async def by_review(gate: Gate, order: Money, review: Money) -> Any:
    return await settle(gate, review, [order])


async def by_cash(gate: Gate, order: Money, _: Money) -> Any:
    return await take(gate, (await open_till(gate)).json(), order["code"])


async def by_name(gate: Gate, order: Money, _: Money) -> Any:
    path = f"/v1/orders/{order['id']}/payer"
    return await gate.ask("PUT", path, "company-1", json={"name": "Nguyễn Văn An"})


async def changed(gate: Gate, since: datetime) -> list[str]:
    found = await gate.get("/v1/entries", "company-1", params={"changed_after": since.isoformat()})
    return [one["id"] for one in found.json()["items"]]


@pytest.mark.parametrize("doing", [by_statement, by_review, by_cash, by_name])
async def test_what_waited_is_dated_no_earlier_than_what_it_waited_for(
    gate: Gate, bank: Bank, session: AsyncSession, doing: Doing
) -> None:
    """Somebody who asks for changes since what they saw last would never be told of it else."""
    entry = await gate.register(**lorry(1))
    (order,) = entry["orders"]
    review = (await bank.tell(order["code"], DUE + 7)).json()
    gate.now += SLOW
    assert 200 == (await gate.amend(entry, client_reference="DN-1")).status_code
    seen = gate.now
    gate.now -= SLOW
    answer = await doing(gate, order, review)
    assert answer.is_success, answer.text
    assert [entry["id"]] == await changed(gate, seen - timedelta(seconds=1))
    stored = await session.get_one(Entry, UUID(entry["id"]))
    assert seen == stored.changed_at


async def test_a_review_and_what_goes_back_of_it_are_dated_alike(
    gate: Gate, bank: Bank, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    money = (await bank.tell(entry["orders"][0]["code"], DUE + 7)).json()
    gate.now += SLOW
    await gate.amend(entry, client_reference="DN-1")
    seen = gate.now
    gate.now -= SLOW
    settled = await settle(gate, money, entry["orders"])
    told = datetime.fromisoformat(settled.json()["review"]["settled_at"]).astimezone(UTC)
    refund = (await session.scalars(select(Refund))).one()
    assert seen == told == refund.due_at


@pytest.mark.parametrize("doing", [by_statement, by_review, by_cash])
async def test_nothing_is_asked_once_a_receipt_has_its_number(
    gate: Gate, bank: Bank, statements: Callable[[], AbstractContextManager[Statements]],
    doing: Doing,
) -> None:  # fmt: skip
    (order,) = (await gate.register(**lorry(1)))["orders"]
    review = (await bank.tell(order["code"], DUE + 7)).json()
    with statements() as sent:
        answer = await doing(gate, order, review)
    assert answer.is_success, answer.text
    numbered = max(at for at, one in enumerate(sent) if "UPDATE receipt_series" in one)
    assert [] == [one for one in sent[numbered:] if one.startswith("SELECT")]
