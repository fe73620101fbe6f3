"""What is asked for and what comes in stands in the books, whatever way it went."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import PostingRow
from tests.api.conftest import Gate, lorry
from tests.api.test_statements import Recorder


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


async def test_an_order_of_a_diverted_vehicle_stays_in_the_books_of_one_gate(
    gate: Gate, ledger: Ledger
) -> None:
    """Asked for before it turned around, it comes in there; what is asked for then does not."""
    entries = [await gate.register(**lorry(number)) for number in (1, 2, 3)]
    body = {"gate": "huu-nghi", "reason": "the road is blocked"}
    for entry in entries:
        diverted = await gate.post(f"/v1/entries/{entry['id']}/diversion", "company-1", body)
        assert 200 == diverted.status_code, diverted.text
    paid, repriced, cancelled = entries
    await pay(gate, paid["orders"][0], "B-1")
    await gate.amend(repriced, vehicle={"payload_kg": 20000})
    await gate.post(f"/v1/entries/{cancelled['id']}/cancellation", "company-1")
    made = {one["id"]: "tan-thanh" for entry in entries for one in entry["orders"]}
    rows = await ledger.rows()
    assert {*made} < {str(row.order_id) for row in rows}
    assert [made.get(str(row.order_id), "huu-nghi") for row in rows] == [
        row.gate_code for row in rows
    ]
    owed = Counter[str]()
    for row in rows:
        owed[row.gate_code] += row.amount_vnd * (row.debit == "receivable")
        owed[row.gate_code] -= row.amount_vnd * (row.credit == "receivable")
    assert {"tan-thanh": 0, "huu-nghi": 800_000} == owed


async def test_a_payment_sent_twice_is_posted_once(gate: Gate, ledger: Ledger) -> None:
    entry = await gate.register(**lorry(1))
    for _ in range(2):
        await pay(gate, entry["orders"][0], "B-1")
    assert 300_000 == (await ledger.balances())["bank"]


BOOKS = "/v1/gates/tan-thanh/books"


async def close(gate: Gate, day: str, books: str = BOOKS, who: str = "collector-1") -> Any:
    return await gate.post(f"{books}/{day}/close", who)


async def test_a_day_is_read_while_it_is_open(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await pay(gate, entry["orders"][0], "B-1")
    day = (await gate.get(f"{BOOKS}/2026-03-11", "auditor")).json()
    assert ("open", 4, None) == (day["state"], day["postings"], day["closed_by"])
    turnovers = {
        one["account"]: (one["debit"]["amount"], one["credit"]["amount"]) for one in day["accounts"]
    }
    assert {
        "receivable": (300_000, 300_000), "assessed": (300_000, 300_000), "bank": (300_000, 0),
        "retained": (0, 30_000), "budget": (0, 270_000),
    } == turnovers  # fmt: skip


async def test_days_are_read_as_of_one_instant(gate: Gate, statements: Recorder) -> None:
    """Between two statements a day could be closed, and be shown with a part of its postings."""
    await gate.register(**lorry(1))
    with statements() as sent:
        await gate.get(BOOKS, "auditor")
    assert 1 == sum("FROM postings" in one or "FROM book_closes" in one for one in sent)


async def test_a_closed_day_stays_as_it_is_and_what_follows_goes_to_the_next(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(hours=24)
    closed = await close(gate, "2026-03-11")
    assert 201 == closed.status_code, closed.text
    assert ("closed", 1, "collector-1") == (
        closed.json()["state"], closed.json()["postings"], closed.json()["closed_by"],
    )  # fmt: skip
    await pay(gate, entry["orders"][0], "B-1")
    assert closed.json() == (await gate.get(f"{BOOKS}/2026-03-11", "board-1")).json()
    days = (await gate.get(BOOKS, "board-1")).json()["days"]
    assert [("2026-03-12", "open", 3), ("2026-03-11", "closed", 1)] == [
        (one["day"], one["state"], one["postings"]) for one in days
    ]


async def test_what_is_late_is_posted_to_the_first_open_day(gate: Gate, ledger: Ledger) -> None:
    """The clock of who posts is behind that of who has closed the day, and after its midnight."""
    await gate.register(**lorry(1))
    gate.wait(hours=24)
    await close(gate, "2026-03-11")
    gate.now -= timedelta(hours=24)
    await gate.register(**lorry(2))
    assert ["2026-03-11", "2026-03-12"] == [row.book_day.isoformat() for row in await ledger.rows()]


async def test_a_day_that_is_not_over_is_not_closed(gate: Gate) -> None:
    answer = await close(gate, "2026-03-11")
    assert (409, "book-day-not-over") == (answer.status_code, answer.json()["code"])


async def test_a_day_is_closed_once_and_in_order(gate: Gate) -> None:
    await gate.register(**lorry(1))
    gate.wait(hours=24)
    await gate.register(**lorry(2))
    gate.wait(hours=24)
    late = await close(gate, "2026-03-12")
    assert (409, "earlier-book-day-open", "2026-03-11") == (
        late.status_code, late.json()["code"], late.json()["day"],
    )  # fmt: skip
    assert 201 == (await close(gate, "2026-03-11")).status_code
    again = await close(gate, "2026-03-11")
    assert (409, "book-day-closed") == (again.status_code, again.json()["code"])
    assert 201 == (await close(gate, "2026-03-12")).status_code


async def test_a_day_without_postings_is_closed_with_a_later_one(gate: Gate) -> None:
    gate.wait(hours=24)
    assert 201 == (await close(gate, "2026-03-11")).status_code
    before = (await gate.get(f"{BOOKS}/2026-03-10", "board-1")).json()
    assert ("closed", 0, None) == (before["state"], before["postings"], before["closed_at"])
    answer = await close(gate, "2026-03-10")
    assert (409, "book-day-closed") == (answer.status_code, answer.json()["code"])


async def test_the_centre_has_books_of_its_own_and_no_other_name_has(gate: Gate) -> None:
    gate.wait(hours=24)
    path = "/v1/gates/{}/books"
    assert 201 == (await close(gate, "2026-03-11", path.format("centre"))).status_code
    assert 404 == (await close(gate, "2026-03-11", path.format("atlantis"))).status_code
    assert 404 == (await gate.get(path.format("atlantis"), "board-1")).status_code


@pytest.mark.parametrize(
    ("who", "status"),
    [("collector-1", 200), ("board-1", 200), ("auditor", 200), ("company-1", 403), ("bank", 403)],
)
async def test_who_reads_books(gate: Gate, who: str, status: int) -> None:
    assert status == (await gate.get(BOOKS, who)).status_code


async def test_only_a_collector_closes(gate: Gate) -> None:
    gate.wait(hours=24)
    assert 403 == (await close(gate, "2026-03-11", who="board-1")).status_code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"from_day": "2026-03-11", "to_day": "2026-03-11"}, "empty-validity"),
        ({"from_day": "2024-01-01", "to_day": "2026-03-11"}, "period-too-long"),
    ],
)
async def test_a_period_of_books_has_days_and_not_too_many(
    gate: Gate, asked: dict[str, str], code: str
) -> None:
    answer = await gate.get(BOOKS, "board-1", params=asked)
    assert (422, code) == (answer.status_code, answer.json()["code"])
