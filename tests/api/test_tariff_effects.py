"""The effect of a draft on a month that was, before anybody approves it."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.api.conftest import Gate, lorry
from tests.api.test_tariff_proposals import PROPOSALS, propose, wanted


@pytest.fixture
async def draft(gate: Gate) -> str:
    """Return where to ask of a draft that makes fruit of the fourth class dearer by 100,000."""
    await gate.register()
    await gate.register(**lorry(1))
    await gate.register(**lorry(2))
    proposed = await propose(gate, wanted(code="draft", starts_on="2026-05-01"))
    return f"{PROPOSALS}/{proposed.json()['id']}/effect"


def amounts(found: dict[str, Any]) -> tuple[int, ...]:
    return (found["entries"], *(found[one]["amount"] for one in ("total", "by_draft", "change")))


async def test_a_draft_is_held_against_the_entries_of_a_month(gate: Gate, draft: str) -> None:
    found = (await gate.get(f"{draft}?month=2026-03", "auditor")).json()
    assert ("draft", "2026-03-01", "2026-04-01", 1, 0, [], 0) == tuple(
        found[one] for one in
        ("tariff", "from_day", "to_day", "dearer", "cheaper", "refused", "without_facts")
    )  # fmt: skip
    groups = {
        (one["goods_group"], one["vehicle_class"], one["direction"]): one for one in found["groups"]
    }
    fruit = groups["fresh-produce-export", "10t-to-18t", "export"]
    assert (1, 350_000, 450_000, 100_000) == amounts(fruit)
    assert (3, 100_000) == (found["entries"], found["change"]["amount"])
    (rise,) = found["rises"]
    assert (450_000, []) == (rise["by_draft"]["amount"], found["falls"])


async def test_without_a_month_it_is_the_last_whole_one(gate: Gate, draft: str) -> None:
    assert "2026-02-01" == (await gate.get(draft, "board-2")).json()["from_day"]
    gate.go_to("2026-04-01T00:00:00+07:00")
    found = (await gate.get(draft, "collector-1")).json()
    assert ("2026-03-01", 3) == (found["from_day"], found["entries"])


async def test_it_is_a_table_too(gate: Gate, draft: str) -> None:
    answer = await gate.get(f"{draft}?month=2026-03&format=csv&separator=comma", "board-1")
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert "fresh-produce-export,10t-to-18t,export,1,1,0,350000,450000,100000" in lines
    assert lines[-1].startswith(",,,3,1,0,")


async def test_charges_of_earlier_releases_are_counted_apart(
    gate: Gate, draft: str, session: AsyncSession
) -> None:
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(text("UPDATE charges SET facts = NULL"))
    found = (await gate.get(f"{draft}?month=2026-03", "auditor")).json()
    assert (0, 3, []) == (found["entries"], found["without_facts"], found["groups"])


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "march", "1800-01"])
async def test_a_month_is_a_month(gate: Gate, draft: str, month: str) -> None:
    answer = await gate.get(f"{draft}?month={month}", "auditor")
    assert (422, "query:month") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_draft_that_is_not_there_has_no_effect(gate: Gate) -> None:
    nobody = "019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55"
    assert 404 == (await gate.get(f"{PROPOSALS}/{nobody}/effect", "auditor")).status_code
