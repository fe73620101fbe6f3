"""Revenue is what was posted, however it is split and written; and the Board's own report."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.fleet.workbook import read_workbook
from app.domain.books.revenue import Dimension
from app.models import PostingRow
from tests.api.conftest import Gate, lorry
from tests.api.test_books import Ledger, ledger, pay
from tests.repositories.rows import add_actor, add_payment

__all__ = ["ledger"]

REVENUE = "/v1/revenue"
ALL = [one.value for one in Dimension]
MILLION = 1_000_000
PUBLISHED = {
    # Million VND of 2025 up to July: domain.md 1.10; ours are only the two splits of each kind.
    ("infrastructure", "transit-other"): 248_600,
    ("infrastructure", "ordinary"): 200_900,
    ("transfer", "transit-other"): 48_050,
    ("transfer", "ordinary"): 38_910,
}
GROWTH = {"infrastructure": 13_130, "transfer": 13_290}


async def story(gate: Gate) -> None:
    """Two days, two gates, a price that went up after it was paid, and one that nobody paid."""
    first = await gate.register(**lorry(1))
    await pay(gate, first["orders"][0], "B-1")
    await gate.amend(first, vehicle={"payload_kg": 20000})
    other = await gate.register(**lorry(2, gate="huu-nghi", direction="import"))
    await pay(gate, other["orders"][0], "B-2")
    gate.wait(hours=24)
    await pay(gate, (await gate.entry(first))["orders"][1], "B-3")
    await gate.register(**lorry(3))


async def asked(at: Gate, /, **params: Any) -> dict[str, Any]:
    days = {"from_day": "2026-03-01", "to_day": "2026-04-01"}
    answer = await at.get(REVENUE, "board-1", params={**days, **params})
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_revenue_is_what_came_in_by_gate_and_kind(gate: Gate) -> None:
    await story(gate)
    found = await asked(gate)
    assert [("huu-nghi", "infrastructure", 390_000), ("tan-thanh", "infrastructure", 800_000)] == [
        (one["gate"], one["kind"], one["revenue"]["total"]["amount"]) for one in found["lines"]
    ]
    amounts = {name: value["amount"] for name, value in found["total"].items() if name != "orders"}
    assert {"total": 1_190_000, "retained": 119_000, "budget": 1_071_000, "refunded": 0} == amounts
    assert 3 == found["total"]["orders"]


@pytest.mark.parametrize("by", [[one] for one in ALL] + [["day", "gate"], ALL], ids="-".join)
async def test_however_it_is_split_revenue_is_the_sum_of_the_postings(
    gate: Gate, ledger: Ledger, by: list[str]
) -> None:
    await story(gate)
    found, stands = await asked(gate, by=by), await ledger.balances()
    assert sorted(by) == sorted(found["by"])
    for part in ("retained", "budget"):
        lines = sum(one["revenue"][part]["amount"] for one in found["lines"])
        assert -stands[part] == lines == found["total"][part]["amount"]
    keys = [tuple(one[name] for name in ALL) for one in found["lines"]]
    assert len(keys) == len(set(keys))
    assert all((one[name] is None) is (name not in by) for one in found["lines"] for name in ALL)


async def test_the_class_is_that_of_the_charge_that_was_paid(gate: Gate) -> None:
    await story(gate)
    found = await asked(gate, by=["day", "vehicle_class"], gate="tan-thanh")
    assert [
        ("2026-03-11", "4t-to-10t", 300_000), ("2026-03-12", "18t-and-over", 500_000),
    ] == [
        (one["day"], one["vehicle_class"], one["revenue"]["total"]["amount"])
        for one in found["lines"]
    ]  # fmt: skip


async def test_revenue_comes_as_csv_and_as_a_workbook(gate: Gate) -> None:
    await story(gate)
    rows: list[list[str | int]] = [
        ["day", "gate", "orders", "total_vnd", "retained_vnd", "budget_vnd", "refunded_vnd"],
        ["2026-03-11", "huu-nghi", 1, 390_000, 39_000, 351_000, 0],
        ["2026-03-11", "tan-thanh", 1, 300_000, 30_000, 270_000, 0],
        ["2026-03-12", "tan-thanh", 1, 500_000, 50_000, 450_000, 0],
    ]
    params = {"from_day": "2026-02-20", "to_day": "2026-04-01", "by": ["gate", "day"]}
    table = await gate.get(REVENUE, "collector-1", params={**params, "format": "csv"})
    read = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [list(map(str, row)) for row in rows] == read
    book = await gate.get(REVENUE, "collector-1", params={**params, "format": "xlsx"})
    assert 'attachment; filename="revenue-2026-02-20.xlsx"' == book.headers["Content-Disposition"]
    assert rows == await read_workbook(book.content)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"from_day": "2026-03-11", "to_day": "2026-03-11"}, "empty-validity"),
        ({"from_day": "2024-01-01", "to_day": "2026-03-11"}, "period-too-long"),
        ({"by": "colour"}, "invalid-request"),
        ({"format": "pdf"}, "invalid-request"),
        ({"from_day": "yesterday"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(
    gate: Gate, params: dict[str, str], code: str
) -> None:
    answer = await gate.get(REVENUE, "board-1", params=params)
    assert (422, code) == (answer.status_code, answer.json()["code"])


async def test_of_nothing_there_is_no_line(gate: Gate) -> None:
    found = await asked(gate, by=ALL)
    assert ([], 0) == (found["lines"], found["total"]["total"]["amount"])


@pytest.fixture
async def published(sessions: async_sessionmaker[AsyncSession]) -> None:
    """The revenue that was published of 2025, and the year before as its growth says."""
    async with sessions.begin() as session:
        rows = [
            row
            for (kind, group), millions in PUBLISHED.items()
            for year, amount in (
                (2025, millions * MILLION),
                (2024, millions * MILLION * 10_000 // GROWTH[kind]),
            )
            for row in in_seven_months(year, kind, group, amount)
        ]
        bank = await add_actor(session, "bank")
        for row in rows:
            await add_payment(session, bank, None, id=row["payment_id"])
        await session.execute(insert(PostingRow), rows)


def in_seven_months(year: int, kind: str, group: str, amount: int) -> list[dict[str, Any]]:
    """Return postings of an amount, split ten to ninety, spread over January to July."""
    parts = [amount // 7] * 6 + [amount - 6 * (amount // 7)]
    return [
        {
            "gate_code": "huu-nghi",
            "book_day": date(year, month, 15),
            "posted_at": datetime(year, month, 15, tzinfo=UTC),
            "debit": "assessed",
            "credit": account,
            "amount_vnd": part // 10 if account == "retained" else part - part // 10,
            "cause": "payment-applied",
            "order_kind": kind,
            "goods_group": group,
            "vehicle_class": "18t-and-over",
            "payment_id": uuid4(),
        }
        for month, part in enumerate(parts, start=1)
        for account in ("retained", "budget")
    ]


@pytest.mark.usefixtures("published")
async def test_the_published_report_of_2025_has_this_shape(gate: Gate) -> None:
    """Entry and exit 449.5 bn (+31.3 %), transshipment 86.96 bn (+32.9 %), transit 55.3 %."""
    days = {"from_day": "2025-01-01", "to_day": "2025-08-01"}
    found = (await gate.get(f"{REVENUE}/summary", "board-1", params=days)).json()
    assert {**days, "former_from_day": "2024-01-01", "former_to_day": "2024-08-01"} == {
        name: found[name] for name in ("from_day", "to_day", "former_from_day", "former_to_day")
    }
    assert 536_460 * MILLION == found["total"]["revenue"]["total"]["amount"]
    assert [
        ("infrastructure", 449_500 * MILLION, 13_130), ("transfer", 86_960 * MILLION, 13_290),
    ] == [
        (one["name"], one["revenue"]["total"]["amount"], one["of_former_basis_points"])
        for one in found["kinds"]
    ]  # fmt: skip
    assert [("transit", 5_530), ("ordinary", 4_470)] == [
        (one["name"], one["share_basis_points"]) for one in found["goods"]
    ]


@pytest.mark.usefixtures("published")
async def test_a_year_is_read_month_by_month_and_comes_to_the_same(gate: Gate) -> None:
    days = {"from_day": "2025-01-01", "to_day": "2026-01-01"}
    whole, by_month = [await asked(gate, **days, by=[by]) for by in ("kind", "month")]
    assert whole["total"]["total"] == by_month["total"]["total"]
    months = [f"2025-0{month}" for month in range(1, 8)]
    assert months == [one["month"] for one in by_month["lines"]]
