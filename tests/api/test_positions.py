"""Movements: who waits from when, whom an observation is about, what is told late or twice."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.conftest import (
    PLATE,
    Gate,
    arrival,
    consignment,
    found,
    lorry,
    movement,
    rules,
    vehicle,
)

# --- in position --------------------------------------------------------------------------------


async def test_ready_and_in_position_a_truck_begins_to_wait(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(minutes=5)
    seen = await gate.move(entry)
    assert ("queued", "TT-0001", []) == (seen["state"], seen["call_number"], rules(seen))
    assert ("15C00001", "ordinary", 1) == (seen["plate"], seen["lane"], seen["place"]["place"])
    now = await gate.entry(entry)
    assert ("bao-nguyen", True, False) == (
        now["yard"], now["in_position"], now["verdict"]["provisional"],
    )  # fmt: skip
    assert "2026-03-11T09:05:00+07:00" == now["presence_at"]


@pytest.mark.parametrize("yard", ["bao-nguyen", "viettel-logistics-park", "non-tariff-area"])
async def test_a_yard_that_serves_the_gate_is_a_position(gate: Gate, yard: str) -> None:
    assert "queued" == (await gate.move(await gate.register(**lorry(1)), yard))["state"]


async def test_a_yard_that_does_not_serve_the_gate_is_none_and_is_noted(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    seen = await gate.move(entry, "xuan-cuong")
    assert ("registered", ["yard-does-not-serve-gate"]) == (seen["state"], rules(seen))
    assert ["yard-does-not-serve-gate"] == rules(await gate.entry(entry))


async def test_call_numbers_count_per_queue_and_day(gate: Gate) -> None:
    numbers = []
    for number, name, yard in (
        (1, "tan-thanh", "bao-nguyen"),
        (2, "tan-thanh", "bao-nguyen"),
        (3, "huu-nghi", "xuan-cuong"),
    ):
        entry = await gate.register(**lorry(number, gate=name))
        numbers.append((await gate.move(entry, yard))["call_number"])
    gate.wait(days=1)
    later = await gate.register(**lorry(4))
    numbers.append((await gate.move(later))["call_number"])
    assert ["TT-0001", "TT-0002", "HN-0001", "TT-0001"] == numbers


async def test_leaving_the_yard_does_not_give_up_the_place(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    number = (await gate.move(entry))["call_number"]
    gate.wait(minutes=10)
    out = await gate.move(entry, way="out")
    assert ("queued", number) == (out["state"], out["call_number"])
    assert (await gate.entry(entry))["yard"] is None
    gate.wait(minutes=10)
    assert number == (await gate.move(entry))["call_number"]
    assert 1200 == (await gate.place(entry))["points"]


async def test_the_verdict_of_the_day_of_presence_counts(gate: Gate) -> None:
    entry = await gate.register(planned_arrival_at="2022-02-20T10:00:00+07:00")
    assert ("ordinary", True) == (entry["lane"], entry["verdict"]["provisional"])
    await gate.move(entry)
    now = await gate.entry(entry)
    assert ("green", False, "2026-03-11") == (
        now["lane"], now["verdict"]["provisional"], now["verdict"]["on"],
    )  # fmt: skip


async def test_the_earliest_presence_counts_whenever_it_was_written_down(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(hours=2)
    await gate.move(entry)
    await gate.move(
        entry, "viettel-logistics-park", occurred_at="2026-03-11T09:30:00+07:00", reason="mất điện"
    )
    assert "2026-03-11T09:30:00+07:00" == (await gate.entry(entry))["presence_at"]


# --- whom it is about ---------------------------------------------------------------------------


@pytest.mark.parametrize("plate", ["15C-000.01", "15c00001", " 15C 000 01 ", "15C·00001"])
async def test_a_plate_is_found_however_it_is_spelled(gate: Gate, plate: str) -> None:
    entry = await gate.register(**lorry(1))
    seen = (await movement(gate, plate=plate, direction="export")).json()
    assert entry["id"] == seen["entry"]


async def test_even_a_plate_that_fits_no_rule_is_found(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, vehicle=vehicle(tractor_plate="TẠM 77")))
    seen = (await movement(gate, plate="tạm-77", direction="export")).json()
    assert (entry["id"], False) == (seen["entry"], seen["unregistered"])


async def test_the_direction_tells_two_entries_of_one_truck_apart(gate: Gate) -> None:
    out = await gate.register(**lorry(1))
    back = await gate.register(
        **lorry(1, direction="import", consignments=[consignment(declaration_number="10" * 6)])
    )
    seen = [
        (await arrival(gate, plate="15C00001", direction=way)).json()["entry"]
        for way in ("export", "import")
    ]
    assert [out["id"], back["id"]] == seen


async def test_a_reference_decides_and_is_read_as_people_say_it(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    other = {**PLATE, "plate": "15C-000.99"}
    spoken = entry["reference"].lower().replace("-", " ")
    seen = (await movement(gate, reference=spoken, **other)).json()
    assert (entry["id"], False) == (seen["entry"], seen["unregistered"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"reference": "E000-000000"}, 404, "entry-not-found", id="no such reference"),
        pytest.param({"plate": "15C00001"}, 422, "invalid-request", id="a plate without direction"),
        pytest.param({}, 422, "invalid-request", id="nobody"),
        pytest.param({"plate": " - ", "direction": "export"}, 422, "invalid-request", id="blank"),
    ],
)
async def test_an_observation_is_about_somebody(
    gate: Gate, body: dict[str, Any], status: int, code: str
) -> None:
    for answer in (await movement(gate, **body), await arrival(gate, **body)):
        assert (status, code) == (answer.status_code, answer.json()["code"])


async def test_where_it_was_must_be_known(gate: Gate) -> None:
    nowhere = await movement(gate, "nowhere", **PLATE)
    assert (404, "yard-not-found") == (nowhere.status_code, nowhere.json()["code"])
    for answer in (await movement(gate, gate="x", **PLATE), await arrival(gate, gate="x", **PLATE)):
        assert (422, "/gate") == (answer.status_code, answer.json()["errors"][0]["pointer"])


# --- a plate that nobody registered -------------------------------------------------------------


async def test_an_unknown_plate_opens_an_unregistered_entry(gate: Gate) -> None:
    seen = (await movement(gate, **PLATE)).json()
    assert (True, "registered", None) == (
        seen["unregistered"], seen["state"], seen["call_number"],
    )  # fmt: skip
    entry = (await gate.get(f"/v1/entries/{seen['entry']}", "officer-1")).json()
    assert (True, True, "tan-thanh") == (entry["unregistered"], entry["in_position"], entry["gate"])
    assert ("unregistered", "") in found(entry, "blocking")
    again = (await movement(gate, **PLATE)).json()
    assert seen["entry"] == again["entry"]


async def test_registering_the_plate_completes_the_entry_and_it_begins_to_wait(gate: Gate) -> None:
    seen = (await movement(gate, plate="12C-000.17", direction="export")).json()
    gate.wait(minutes=20)
    entry = await gate.register()
    assert (seen["entry"], "queued", False) == (entry["id"], entry["state"], entry["unregistered"])
    assert (["GL-11"], "ordinary") == (
        [one["rule"] for one in entry["verdict"]["refused"]], entry["lane"],
    )  # fmt: skip
    assert (1, 0, 2) == (entry["place"]["place"], entry["place"]["points"], entry["version"])
    assert entry["tracking"]["token"]


async def test_a_retry_of_completing_gets_the_same_answer(gate: Gate) -> None:
    await movement(gate, **PLATE)
    first = await gate.post("/v1/entries", "company-1", lorry(1), retry="once")
    again = await gate.post("/v1/entries", "company-1", lorry(1), retry="once")
    assert (201, first.content) == (again.status_code, again.content)


async def test_a_truck_in_a_yard_of_two_gates_is_bound_for_the_one_it_is_registered_for(
    gate: Gate,
) -> None:
    seen = (await movement(gate, "viettel-logistics-park", **PLATE)).json()
    assert "huu-nghi" == (await gate.entry({"id": seen["entry"]}))["gate"]
    entry = await gate.register(**lorry(1))
    assert (seen["entry"], "tan-thanh", "TT-0001") == (
        entry["id"], entry["gate"], entry["call_number"],
    )  # fmt: skip


async def test_a_yard_may_say_what_an_unknown_truck_is_bound_for(gate: Gate) -> None:
    seen = (await movement(gate, "viettel-logistics-park", gate="tan-thanh", **PLATE)).json()
    assert "tan-thanh" == (await gate.entry({"id": seen["entry"]}))["gate"]


async def test_a_container_that_another_holds_costs_the_position(gate: Gate) -> None:
    box = [{"number": "CSQU3054383", "length_ft": 20}]
    await gate.move(await gate.register(**lorry(2, vehicle=_boxed("15C-000.02", box))))
    await movement(gate, **PLATE)
    entry = await gate.register(**lorry(1, vehicle=_boxed("15C-000.01", box)))
    assert ("registered", False, ["plate-already-in-position"]) == (
        entry["state"], entry["in_position"], rules(entry),
    )  # fmt: skip


def _boxed(plate: str, boxes: list[dict[str, Any]]) -> dict[str, Any]:
    return vehicle(tractor_plate=plate, containers=boxes)


async def test_a_foreign_plate_opens_an_entry_of_a_foreign_vehicle(gate: Gate) -> None:
    seen = (await arrival(gate, plate="桂F12345", direction="import")).json()
    entry = await gate.entry({"id": seen["entry"]})
    assert ("CN", "arrived") == (entry["declared"]["vehicle"]["country"], entry["state"])
    assert not [rule for rule, _ in found(entry, "blocking") if rule.startswith("plate")]


# --- told late, told twice ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "reason", "status"),
    [
        pytest.param(10, None, 201, id="ten minutes need none"),
        pytest.param(11, None, 422, id="eleven minutes need one"),
        pytest.param(11, "mất điện", 201, id="eleven minutes with one"),
    ],
)
async def test_what_is_told_late_needs_a_reason(
    gate: Gate, minutes: int, reason: str | None, status: int
) -> None:
    entry = await gate.register(**lorry(1))
    at = gate.now.isoformat()
    gate.wait(minutes=minutes)
    more = {"reason": reason} if reason else {}
    body = {"reference": entry["reference"], "occurred_at": at, **more}
    for answer in (await movement(gate, **body), await arrival(gate, **body)):
        assert status == answer.status_code
        told = answer.json()
        if status == 201:
            assert (minutes > 10, at) == (told["backfilled"], _utc(told["occurred_at"]))
        else:
            assert ("reason-required", "/reason") == (told["code"], told["errors"][0]["pointer"])


def _utc(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(UTC).isoformat()


async def test_nothing_is_seen_before_it_happens(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    body = {"reference": entry["reference"], "occurred_at": "2026-03-11T09:11:00+07:00"}
    answer = await movement(gate, **body)
    assert (422, "occurred-in-future") == (answer.status_code, answer.json()["code"])


async def test_waiting_never_begins_in_the_past(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(hours=3)
    await gate.move(entry, occurred_at="2026-03-11T09:00:00+07:00", reason="mất điện")
    assert 0 == (await gate.place(entry))["open_wait_seconds"]


async def test_the_same_report_counts_once_and_is_answered_alike(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    body = {"reference": entry["reference"], "source_reference": "CAM-1"}
    first, again = await movement(gate, **body), await movement(gate, **body)
    assert (201, first.json()) == (again.status_code, again.json())
    early = {**body, "source_reference": "CAM-2"}
    first, again = await arrival(gate, **early), await arrival(gate, **early)
    assert (["arrived-uncalled"], first.json()) == (rules(first.json()), again.json())


async def test_a_contested_report_told_twice_is_answered_alike(gate: Gate) -> None:
    for who in ("company-1", "company-2"):
        await gate.register(who, **lorry(1))
    first, again = [await movement(gate, source_reference="CAM-1", **PLATE) for _ in range(2)]
    assert (["plate-contested"], first.json()) == (rules(first.json()), again.json())


@pytest.mark.parametrize(
    "change",
    [{"plate": "15C-000.02", "direction": "export"}, {"way": "out", **PLATE}],
    ids=["of another plate", "the other way"],
)
async def test_a_source_reference_is_used_for_one_thing(gate: Gate, change: dict[str, Any]) -> None:
    await movement(gate, source_reference="CAM-1", **PLATE)
    answer = await movement(gate, **{"source_reference": "CAM-1", **change})
    assert (422, "retry-mismatch") == (answer.status_code, answer.json()["code"])


async def test_reporters_do_not_share_their_references(gate: Gate) -> None:
    await movement(gate, source_reference="1", **PLATE)
    answer = await arrival(gate, source_reference="1", **PLATE)
    assert 201 == answer.status_code
