"""Two-way vehicles: declared so, warned of what the pilot asks, stopped by nothing."""

from typing import Any

import pytest

from tests.api.conftest import Gate, consignment, found, goods, lorry, vehicle
from tests.api.test_vehicle_kinds import let_out

NEED = ("two-way-need-not-registered", "/documents/two_way_registration")
BOX = ("two-way-container", "/vehicle/containers")


def two_way(**changes: Any) -> dict[str, Any]:
    return lorry(1, **{"vehicle": vehicle(two_way=True), **changes})


@pytest.mark.parametrize(
    ("day", "findings"),
    [
        pytest.param("2025-12-09", [], id="the day before the pilot"),
        pytest.param("2025-12-10", [BOX, NEED], id="its first day"),
    ],
)
async def test_the_planned_day_decides_and_then_the_day_of_presence(
    gate: Gate, day: str, findings: list[tuple[str, str]]
) -> None:
    gate.go_to("2025-12-09T09:00:00+07:00")
    entry = await gate.register(**two_way(planned_arrival_at=f"{day}T10:00:00+07:00"))
    assert (findings, True) == (found(entry, "warning"), entry["ready"])
    gate.go_to("2025-12-10T09:00:00+07:00")
    await gate.move(entry)
    assert [BOX, NEED] == found(await gate.entry(entry), "warning")


async def test_the_flag_and_what_mends_it_change_freely_with_the_place_kept(gate: Gate) -> None:
    entry, other = await gate.register(**lorry(1)), await gate.register(**lorry(2))
    await gate.move(entry)
    gate.wait(minutes=1)
    await gate.move(other)
    assert [] == (await gate.entry(entry))["findings"]
    declared = (await gate.amend(entry, vehicle={"two_way": True})).json()
    assert [BOX, NEED] == found(declared, "warning")
    box, papers = [{"number": "CSQU3054383"}], {"two_way_registration": {"number": "HC-1"}}
    change = {"change": {"vehicle": {"containers": box}}, "reason": "as the pilot asks"}
    one = await gate.post(f"/v1/entries/{entry['id']}/substitutions", "company-1", change)
    await gate.post(
        f"/v1/entries/{entry['id']}/substitutions/{one.json()['id']}/confirmation", "officer-1"
    )
    assert [] == (await gate.amend(entry, documents=papers)).json()["findings"]
    assert 1 == (await gate.place(entry))["place"]


async def test_another_owner_is_pointed_at_and_not_repeated(gate: Gate) -> None:
    entry = await gate.register(
        **two_way(
            consignments=[
                consignment(goods(), owner_tax_code="0100109106"),
                consignment(
                    goods(), declaration_number="300000000002", owner_tax_code="0300588569"
                ),
            ]
        )
    )
    told = {one["rule"]: one for one in entry["findings"]}["two-way-one-enterprise"]
    assert ("/consignments/1/owner_tax_code", None) == (told["pointer"], told["value"])


async def test_a_two_way_vehicle_goes_out_and_back_as_two_entries(gate: Gate) -> None:
    out = await gate.register(**two_way())
    back = await gate.register(**two_way(direction="import", consignments=[consignment()]))
    assert [True, True] == [one["declared"]["vehicle"]["two_way"] for one in (out, back)]
    await gate.move(out)
    await gate.call(1)
    await gate.arrive(out)
    assert "crossed" == (await let_out(gate, out))["state"]
    await gate.arrive(back)
    assert "crossed" == (await let_out(gate, back))["state"]


async def test_it_is_two_way_or_not(gate: Gate) -> None:
    answer = await gate.post("/v1/entries", "company-1", two_way(vehicle=vehicle(two_way="both")))
    assert [("/vehicle/two_way", "not-true-or-false")] == [
        (one["pointer"], one["rule"]) for one in answer.json()["errors"]
    ]
