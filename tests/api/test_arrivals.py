"""Arrivals: what decides the price, who keeps a place, the queues that run in their order."""

from typing import Any

import pytest

from tests.api.conftest import Gate, arrival, consignment, goods, lorry, rules


async def test_an_uncalled_truck_at_the_gate_keeps_its_place_and_is_noted(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    gate.wait(minutes=10)
    seen = await gate.arrive(entry)
    assert ("queued", ["arrived-uncalled"]) == (seen["state"], rules(seen))
    standing = await gate.place(entry)
    assert (1, 600) == (standing["place"], standing["points"])


async def test_a_called_truck_arrives_and_waits_no_more(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.call()
    seen = await gate.arrive(entry)
    assert ("arrived", []) == (seen["state"], rules(seen))
    standing = await gate.place(entry)
    assert (None, None) == (standing["place"], standing["call_window_ends_at"])


async def test_a_second_camera_changes_nothing(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.call()
    await gate.arrive(entry)
    at = (await gate.entry(entry))["arrived_at"]
    gate.wait(minutes=3)
    seen = await gate.arrive(entry)
    assert ("arrived", []) == (seen["state"], rules(seen))
    assert at == (await gate.entry(entry))["arrived_at"]


async def test_a_truck_at_another_gate_is_noted_and_stays_where_it_is(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    seen = (await arrival(gate, gate="huu-nghi", reference=entry["reference"])).json()
    assert ("queued", ["arrived-at-other-gate"]) == (seen["state"], rules(seen))
    assert (await gate.entry(entry))["arrived_at"] is None


@pytest.mark.parametrize(
    ("planned", "arrives", "tariff", "total"),
    [
        pytest.param(
            "2025-05-08T08:00:00+07:00", "2025-05-07T23:59:59+07:00", "tariff-2019-01", 280_000,
            id="planned under the new, arrived under the old",
        ),
        pytest.param(
            "2025-05-07T22:00:00+07:00", "2025-05-08T00:00:00+07:00", "tariff-2025-09", 350_000,
            id="planned under the old, arrived under the new",
        ),
    ],
)  # fmt: skip
async def test_an_arrival_under_another_edition_supersedes_the_charge_and_says_so(
    gate: Gate, planned: str, arrives: str, tariff: str, total: int
) -> None:
    gate.go_to("2025-05-07T08:00:00+07:00")
    entry = await gate.register(planned_arrival_at=planned)
    assert tariff != entry["charge"]["tariff"]
    gate.go_to(arrives)
    await gate.arrive(entry)
    now = await gate.entry(entry)
    assert (tariff, total, "arrived") == (
        now["charge"]["tariff"], now["charge"]["total"]["amount"], now["charge"]["cause"],
    )  # fmt: skip
    assert [entry["charge"]["id"]] == [one["id"] for one in now["superseded_charges"]]
    assert ["superseded", "due"] == [order["state"] for order in now["orders"]]


async def test_an_arrival_under_the_planned_edition_changes_no_price(gate: Gate) -> None:
    entry = await gate.register()
    gate.wait(days=3)
    await gate.arrive(entry)
    now = await gate.entry(entry)
    assert (entry["charge"]["id"], []) == (now["charge"]["id"], now["superseded_charges"])


# --- queues in order of arrival -----------------------------------------------------------------


def inbound(number: int, **changes: Any) -> dict[str, Any]:
    line = consignment(goods(), declaration_number=f"10{number:010}")
    return lorry(number, direction="import", consignments=[line], **changes)


@pytest.mark.parametrize(
    "kind",
    [inbound, lambda number: lorry(number, gate="coc-nam")],
    ids=["import", "coc-nam export"],
)
async def test_the_place_is_who_arrived_earlier_and_still_waits_plus_one(
    gate: Gate, kind: Any
) -> None:
    entries = [await gate.register(**kind(number)) for number in range(1, 4)]
    for entry in reversed(entries):
        gate.wait(minutes=1)
        seen = await gate.arrive(entry)
        assert ("arrived", []) == (seen["state"], rules(seen))
    assert [3, 2, 1] == [(await gate.place(entry))["place"] for entry in entries]
    await gate.post(f"/v1/entries/{entries[2]['id']}/admission", "border_guard")
    assert [2, 1, None] == [(await gate.place(entry))["place"] for entry in entries]


async def test_in_order_of_arrival_lanes_and_points_play_no_part(gate: Gate) -> None:
    entry = await gate.register(**inbound(1))
    gate.wait(minutes=1)
    await gate.arrive(entry)
    gate.wait(minutes=7)
    standing = await gate.place(entry)
    assert (None, {}, 420) == (
        standing["points"], standing["ahead"], standing["open_wait_seconds"],
    )  # fmt: skip
    assert ("queue-calls-nobody", None) == (
        standing["expected_wait"]["reason"], standing["expected_wait"]["likely_seconds"],
    )  # fmt: skip


async def test_the_arrival_is_the_position_whenever_the_truck_was_registered(gate: Gate) -> None:
    seen = (await arrival(gate, plate="15C-000.01", direction="import")).json()
    assert "arrived" == seen["state"]
    gate.wait(minutes=1)
    second = await gate.register(**inbound(2))
    await gate.arrive(second)
    first = await gate.register(**inbound(1))
    assert (seen["entry"], "arrived", 1) == (first["id"], first["state"], first["place"]["place"])
    assert 2 == (await gate.place(second))["place"]


async def test_a_yard_does_not_start_a_wait_in_order_of_arrival(gate: Gate) -> None:
    entry = await gate.register(**inbound(1))
    seen = await gate.move(entry)
    assert ("registered", []) == (seen["state"], rules(seen))
    assert not (await gate.entry(entry))["in_position"]
