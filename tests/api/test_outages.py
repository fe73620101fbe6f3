"""Backfill after an outage: only two officers' word lets a wait count from before its record."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry

EIGHT, NINE, TEN = (f"2026-03-11T{hour:02}:00:00+07:00" for hour in (8, 9, 10))
WHY = {"reason": "mất điện"}


async def report(gate: Gate, who: str = "officer-1", **body: Any) -> Any:
    said = {"starts_at": EIGHT, "ends_at": TEN, **WHY, **body}
    return await gate.post("/v1/gates/tan-thanh/outages", who, said)


async def sign(gate: Gate, outage: dict[str, Any], who: str = "officer-2") -> Any:
    return await gate.post(f"/v1/outages/{outage['id']}/signature", who)


async def signed(gate: Gate, **body: Any) -> dict[str, Any]:
    outage: dict[str, Any] = (await report(gate, **body)).json()
    await sign(gate, outage)
    return outage


async def open_wait(gate: Gate, entry: dict[str, Any]) -> int:
    """Return how many open seconds an entry has waited."""
    seconds: int = (await gate.place(entry))["open_wait_seconds"]
    return seconds


async def early(gate: Gate, number: int = 1) -> dict[str, Any]:
    """Register a truck at half past seven, before anything happens."""
    gate.go_to("2026-03-11T07:30:00+07:00")
    return await gate.register(**lorry(number))


async def test_a_wait_told_late_counts_from_its_record(gate: Gate) -> None:
    entry = await early(gate)
    gate.go_to("2026-03-11T11:00:00+07:00")
    seen = await gate.move(entry, occurred_at=NINE, **WHY)
    assert (True, 0) == (seen["backfilled"], await open_wait(gate, entry))


async def test_a_wait_that_began_in_a_signed_outage_counts_from_its_beginning(gate: Gate) -> None:
    entry = await early(gate)
    gate.go_to("2026-03-11T11:00:00+07:00")
    await signed(gate)
    await gate.move(entry, occurred_at=NINE, **WHY)
    assert 2 * 3600 == await open_wait(gate, entry)


async def test_one_officer_s_word_is_not_enough(gate: Gate) -> None:
    entry = await early(gate)
    gate.go_to("2026-03-11T11:00:00+07:00")
    outage = (await report(gate)).json()
    refused = await sign(gate, outage, "officer-1")
    assert (403, "second-officer-needed") == (refused.status_code, refused.json()["code"])
    await gate.move(entry, occurred_at=NINE, **WHY)
    assert 0 == await open_wait(gate, entry)


@pytest.mark.parametrize(
    ("at", "waited"),
    [
        pytest.param("2026-03-11T07:59:59+07:00", 0, id="a second before"),
        pytest.param(EIGHT, 3 * 3600, id="as it began"),
        pytest.param("2026-03-11T09:59:59+07:00", 3601, id="its last second"),
        pytest.param(TEN, 0, id="when it was over"),
    ],
)
async def test_only_the_time_of_the_outage_counts(gate: Gate, at: str, waited: int) -> None:
    entry = await early(gate)
    gate.go_to("2026-03-11T11:00:00+07:00")
    await signed(gate)
    await gate.move(entry, occurred_at=at, **WHY)
    assert waited == await open_wait(gate, entry)


async def test_an_outage_of_another_gate_does_not_count(gate: Gate) -> None:
    entry = await early(gate)
    gate.go_to("2026-03-11T11:00:00+07:00")
    said = {"starts_at": EIGHT, "ends_at": TEN, **WHY}
    other = (await gate.post("/v1/gates/huu-nghi/outages", "officer-1", said)).json()
    await sign(gate, other)
    await gate.move(entry, occurred_at=NINE, **WHY)
    assert 0 == await open_wait(gate, entry)


async def test_nobody_waits_from_before_it_was_declared_as_it_is(gate: Gate) -> None:
    entry = await early(gate)
    gate.go_to("2026-03-11T09:30:00+07:00")
    amended = await gate.amend(entry, planned_arrival_at="2026-03-11T12:00:00+07:00")
    assert 200 == amended.status_code
    gate.go_to("2026-03-11T11:00:00+07:00")
    await signed(gate)
    await gate.move(entry, occurred_at=NINE, **WHY)
    assert 5400 == await open_wait(gate, entry)


async def test_those_told_late_are_called_in_the_order_they_came_and_the_events_replay(
    gate: Gate, session: AsyncSession
) -> None:
    trucks = [await early(gate, number) for number in range(4)]
    gate.go_to("2026-03-11T08:30:00+07:00")
    await gate.move(trucks[0])
    gate.go_to("2026-03-11T10:30:00+07:00")
    await gate.move(trucks[1])
    await signed(gate)
    await gate.move(trucks[2], occurred_at="2026-03-11T09:30:00+07:00", **WHY)
    await gate.move(trucks[3], occurred_at="2026-03-11T09:00:00+07:00", **WHY)
    gate.wait(minutes=1)
    called = [call["entry"] for call in await gate.call(4)]
    assert [trucks[number]["id"] for number in (0, 3, 2, 1)] == called
    assert [] == await differences(UnitOfWork(session), Queue("tan-thanh", Direction.EXPORT))


async def test_in_arrival_order_the_arrival_told_late_has_its_place(gate: Gate) -> None:
    gate.go_to("2026-03-11T07:30:00+07:00")
    one, two = [await gate.register(**lorry(number, direction="import")) for number in (1, 2)]
    gate.go_to("2026-03-11T11:00:00+07:00")
    await gate.arrive(one)
    await signed(gate)
    await gate.arrive(two, occurred_at=NINE, **WHY)
    assert [2, 1] == [(await gate.place(entry))["place"] for entry in (one, two)]


async def test_waiting_again_gains_nothing_by_an_outage(gate: Gate) -> None:
    entry = await early(gate)
    await gate.move(entry)
    gate.go_to("2026-03-11T11:00:00+07:00")
    before = await open_wait(gate, entry)
    await signed(gate)
    await gate.move(entry, occurred_at=NINE, **WHY)
    assert before == await open_wait(gate, entry)


@pytest.mark.parametrize(
    "times",
    [
        pytest.param({"ends_at": EIGHT}, id="no second long"),
        pytest.param({"starts_at": TEN, "ends_at": EIGHT}, id="backwards"),
        pytest.param({"ends_at": "2026-03-11T11:00:01+07:00"}, id="not over yet"),
    ],
)
async def test_an_outage_is_a_time_that_is_over(gate: Gate, times: dict[str, str]) -> None:
    gate.go_to("2026-03-11T11:00:00+07:00")
    answer = await report(gate, **times)
    assert (422, "outage-unfit") == (answer.status_code, answer.json()["code"])


async def test_outages_are_listed_newest_first_for_everybody(gate: Gate) -> None:
    gate.go_to("2026-03-11T11:00:00+07:00")
    first = await signed(gate)
    second = (await report(gate, starts_at=NINE)).json()
    path = "/v1/gates/tan-thanh/outages"
    page = (await gate.get(path, "company-1", params={"limit": 1})).json()
    rest = await gate.get(path, "company-1", params={"cursor": page["next_cursor"], "limit": 1})
    items = [*page["items"], *rest.json()["items"]]
    assert [second["id"], first["id"]] == [one["id"] for one in items]
    assert [None, True] == [one["signed_at"] and True for one in items]
    assert 404 == (await gate.get("/v1/gates/nowhere/outages", "company-1")).status_code
    assert (
        404
        == (
            await gate.post(
                "/v1/gates/nowhere/outages",
                "officer-1",
                {"starts_at": EIGHT, "ends_at": TEN, **WHY},
            )
        ).status_code
    )


async def test_signing_again_changes_nothing_and_nothing_is_signed_that_is_not_there(
    gate: Gate,
) -> None:
    gate.go_to("2026-03-11T11:00:00+07:00")
    outage = (await report(gate)).json()
    first = (await sign(gate, outage)).json()
    gate.wait(minutes=1)
    assert first == (await sign(gate, outage)).json()
    nobody = await sign(gate, {"id": "00000000-0000-7000-8000-000000000000"})
    assert (404, "outage-not-found") == (nobody.status_code, nobody.json()["code"])
