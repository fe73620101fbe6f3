"""Whose plate: once a company, side by side for several; presence decides."""

import pytest

from tests.api.conftest import Gate, consignment, found, lorry, vehicle


@pytest.mark.parametrize("plate", ["15C-000.01", "15c 00001", "15C00001", "15C·000.01"])
async def test_a_company_registers_an_open_plate_once_however_it_is_spelled(
    gate: Gate, plate: str
) -> None:
    first = await gate.register(**lorry(1))
    again = await gate.post(
        "/v1/entries", "company-1", lorry(1, gate="huu-nghi", vehicle=vehicle(tractor_plate=plate))
    )
    assert (409, "plate-already-registered", first["reference"]) == (
        again.status_code, again.json()["code"], again.json()["reference"],
    )  # fmt: skip


async def test_a_truck_may_have_an_open_entry_in_each_direction(gate: Gate) -> None:
    await gate.register(**lorry(1))
    back = await gate.register(
        **lorry(1, direction="import", consignments=[consignment(declaration_number="10" * 6)])
    )
    assert "registered" == back["state"]


async def test_an_ended_entry_frees_its_plate(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert entry["id"] != (await gate.register(**lorry(1)))["id"]


async def test_a_reference_of_ones_own_is_used_once(gate: Gate) -> None:
    await gate.register(**lorry(1, client_reference="DN-1"))
    again = await gate.post("/v1/entries", "company-1", lorry(2, client_reference="DN-1"))
    assert (409, "client-reference-taken") == (again.status_code, again.json()["code"])
    other = await gate.post("/v1/entries", "company-2", lorry(2, client_reference="DN-1"))
    assert 201 == other.status_code


async def test_two_companies_on_one_plate_stand_side_by_side_and_neither_learns_of_whom(
    gate: Gate,
) -> None:
    mine = await gate.register("company-1", **lorry(1))
    theirs = await gate.register("company-2", **lorry(1))
    for entry, who in ((mine, "company-1"), (theirs, "company-2")):
        now = await gate.entry(entry, who)
        assert (True, True) == (now["contested"], now["ready"])
        assert [("plate-contested", "/vehicle/tractor_plate")] == found(now, "warning")
    answer = await gate.get(f"/v1/entries/{mine['id']}", "company-1")
    assert theirs["reference"] not in answer.text
    assert "company-2" not in answer.text
    assert "Sandbox company 2" not in answer.text


async def test_presence_decides_whose_plate_it_is(gate: Gate) -> None:
    mine = await gate.register("company-1", **lorry(1))
    theirs = await gate.register("company-2", **lorry(1))
    body = {"plate": "15C-000.01", "direction": "export", "way": "in"}
    seen = (await gate.post("/v1/yards/bao-nguyen/movements", "yard", body)).json()
    assert (None, ["plate-contested"]) == (
        seen["entry"], [one["rule"] for one in seen["exceptions"]],
    )  # fmt: skip
    assert "queued" == (await gate.move(theirs))["state"]
    late = await gate.move(mine)
    assert ("registered", ["plate-already-in-position"]) == (
        late["state"], [one["rule"] for one in late["exceptions"]],
    )  # fmt: skip
    by_plate = (await gate.post("/v1/yards/bao-nguyen/movements", "yard", body)).json()
    assert theirs["id"] == by_plate["entry"]


async def test_the_last_one_on_a_plate_is_contested_no_more(gate: Gate) -> None:
    mine = await gate.register("company-1", **lorry(1))
    theirs = await gate.register("company-2", **lorry(1))
    await gate.post(f"/v1/entries/{theirs['id']}/cancellation", "company-2")
    left = await gate.entry(mine)
    assert (False, []) == (left["contested"], left["findings"])


async def test_a_container_is_in_position_once_too(gate: Gate) -> None:
    box = {"number": "CSQU3054383", "length_ft": 20}
    first = await gate.register(**lorry(1, vehicle=vehicle(containers=[box])))
    other = vehicle(tractor_plate="15C-000.02", containers=[box])
    second = await gate.register("company-2", **lorry(2, gate="huu-nghi", vehicle=other))
    assert "queued" == (await gate.move(first))["state"]
    seen = await gate.move(second, "xuan-cuong")
    assert ("registered", ["plate-already-in-position"]) == (
        seen["state"], [one["rule"] for one in seen["exceptions"]],
    )  # fmt: skip
