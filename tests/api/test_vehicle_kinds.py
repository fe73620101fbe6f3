"""Empty vehicles and vehicles that nobody drives, from registration to exit."""

from typing import Any

import pytest

from tests.api.conftest import Gate, lorry, movement, rules

AGV = {"unit_id": "AGV-0017", "payload_kg": 8000}


BY = {
    "customs_registration": "customs", "border_guard_entry": "border_guard",
    "customs_entry": "customs", "transport_licence": "transport", "medical": "medical",
    "customs_clearance": "customs", "yard_exit": "yard", "border_guard_exit": "border_guard",
}  # fmt: skip


async def confirm_all(gate: Gate, entry: dict[str, Any]) -> None:
    """Confirm whatever checks the entry is told to need."""
    told = (await gate.entry(entry))["next_steps"]
    for kind in dict.fromkeys(one["facts"]["check"] for one in told if one["facts"].get("check")):
        await gate.check(entry, kind, BY[kind])


async def be_released(gate: Gate, entry: dict[str, Any]) -> dict[str, Any]:
    """Do what next steps ask for, whatever it is, until the vehicle may leave."""
    path = f"/v1/entries/{entry['id']}"
    await confirm_all(gate, entry)
    await gate.post(f"{path}/admission", "border_guard")
    await confirm_all(gate, entry)
    for number, order in enumerate((await gate.entry(entry))["orders"]):
        once = f"{entry['id']}-{number}"
        body = {"amount": order["amount"], "source_reference": once}
        await gate.post(f"/v1/orders/{order['id']}/payments", "bank", body, retry=once)
    released = await gate.post(f"{path}/release", "officer-1")
    assert 200 == released.status_code, released.text
    return await gate.entry(entry)


async def let_out(gate: Gate, entry: dict[str, Any]) -> dict[str, Any]:
    """Do what next steps ask for until the vehicle has left."""
    await be_released(gate, entry)
    await confirm_all(gate, entry)
    await gate.post(f"/v1/entries/{entry['id']}/exit", "border_guard")
    return await gate.entry(entry)


@pytest.mark.parametrize("direction", ["export", "import"])
async def test_an_empty_vehicle_goes_all_the_way_in_the_ordinary_lane_for_nothing(
    gate: Gate, direction: str
) -> None:
    entry = await gate.register(**lorry(1, direction=direction, consignments=[]))
    assert ("ordinary", "empty", 0, True) == (
        entry["lane"], entry["charge"]["goods_group"], entry["charge"]["total"]["amount"],
        entry["ready"],
    )  # fmt: skip
    assert [] == entry["orders"]
    asked = {one["facts"]["check"] for one in entry["next_steps"] if one["facts"].get("check")}
    assert not asked & {"customs_registration", "customs_clearance", "plant_quarantine"}
    if direction == "export":
        await gate.move(entry)
        assert [entry["id"]] == [call["entry"] for call in await gate.call(1)]
    await gate.arrive(entry)
    gone = await let_out(gate, entry)
    assert ("crossed", []) == (gone["state"], gone["exceptions"])


async def test_a_vehicle_that_nobody_drives_goes_all_the_way_by_its_unit_id(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, vehicle=AGV))
    assert ("AGV0017", True) == (entry["plate"], entry["ready"])
    by_unit = {"plate": "agv 0017", "direction": "export"}
    seen = (await movement(gate, **by_unit)).json()
    assert (entry["id"], "queued", []) == (seen["entry"], seen["state"], rules(seen))
    assert [entry["id"]] == [call["entry"] for call in await gate.call(1)]
    body = {"gate": "tan-thanh", **by_unit}
    came = (await gate.post("/v1/arrivals", "border_guard", body)).json()
    assert (entry["id"], "arrived") == (came["entry"], came["state"])
    gone = await let_out(gate, entry)
    assert ("crossed", [], None) == (gone["state"], gone["exceptions"], gone["driver"]["name"])


async def test_a_unit_is_in_position_once_as_a_plate_is(gate: Gate) -> None:
    first = await gate.register("company-1", **lorry(1, vehicle=AGV))
    second = await gate.register("company-2", **lorry(2, vehicle=AGV))
    assert "queued" == (await gate.move(first))["state"]
    assert ["plate-already-in-position"] == rules(await gate.move(second))


async def test_a_truck_may_have_an_open_entry_in_each_direction(gate: Gate) -> None:
    out = await gate.register(**lorry(1))
    back = await gate.register(**lorry(1, direction="import", consignments=[]))
    assert (out["plate"], False, False) == (back["plate"], out["contested"], back["contested"])
    await gate.move(out)
    await gate.call(1)
    await gate.arrive(out)
    assert "crossed" == (await let_out(gate, out))["state"]
    await gate.arrive(back)
    assert "crossed" == (await let_out(gate, back))["state"]
