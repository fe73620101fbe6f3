"""Board, auditors and who collects read whether every charge is what the law of its day gives."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.repositories.unit_of_work import UnitOfWork
from app.services.money.price_checking import PriceChecking
from app.workers.today import Todays
from tests.api.conftest import Gate, lorry
from tests.api.test_tariff_proposals import announce, wanted

CHECKS = "/v1/price-checks"


async def check(gate: Gate, session: AsyncSession) -> None:
    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    uow = UnitOfWork(session)
    while await PriceChecking(uow, await todays.today(uow)).turn() is not None:
        pass


async def test_charges_before_and_after_an_announcement_are_derived_again(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.register()
    await announce(gate, wanted())
    later = {"planned_arrival_at": "2026-03-13T10:00:00+07:00"}
    await gate.register(**{**lorry(2), **later})
    await check(gate, session)
    (found,) = (await gate.get(CHECKS, "auditor")).json()["items"]
    assert (2, 0, 0, []) == (
        found["checked"], found["without_facts"], found["differing"], found["charges"],
    )  # fmt: skip
    assert found["finished_at"]


async def test_a_charge_that_was_changed_is_named_with_a_sentence(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register()
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(text("UPDATE charges SET total_vnd = 1, priced_on = '2025-05-07'"))
    await session.execute(text("SET LOCAL session_replication_role = origin"))
    await check(gate, session)
    gate.go_to("2026-03-12T09:00:00+07:00")
    await check(gate, session)
    first = (await gate.get(f"{CHECKS}?limit=1", "board-1")).json()
    rest = await gate.get(f"{CHECKS}?cursor={first['next_cursor']}", "collector-1")
    (last,) = rest.json()["items"]
    assert ("2026-03-12", "2026-03-11") == (first["items"][0]["day"], last["day"])
    (wrong,) = last["charges"]
    assert (entry["charge"]["id"], entry["id"]) == (wrong["charge"], wrong["entry"])
    assert ["edition", "total"] == [one["rule"] for one in wrong["differences"]]
    assert all(one["message"] for one in wrong["differences"])
