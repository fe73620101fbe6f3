"""Transshipment: receiving vehicles on their own, and what must come before the goods move."""

from typing import Any

import pytest

from tests.api.conftest import Gate, consignment, lorry

ONE, OTHER = "12C-000.17", "12C-000.18"
GUARD, CUSTOMS = "border_guard", "customs"
LACKS = "receiving-vehicle-not-entered"


@pytest.fixture
async def entry(gate: Gate) -> dict[str, Any]:
    """A Chinese vehicle at the gate, whose goods two Vietnamese ones are to take."""
    load = consignment(declaration_number="100000000001")
    entry = await gate.register(
        **lorry(
            1, direction="import", journey="transshipment", consignments=[load],
            vehicle={"tractor_plate": "桂A12345", "country": "CN", "payload_kg": 8000},
            receiving_vehicles=[
                {"tractor_plate": plate, "payload_kg": 8000} for plate in (ONE, OTHER)
            ],
        )
    )  # fmt: skip
    await gate.arrive(entry)
    return entry


async def seen(gate: Gate, entry: dict[str, Any], who: str, plate: str = ONE, **more: Any) -> Any:
    body = {"plate": plate, "way": "in", **more}
    return await gate.post(f"/v1/entries/{entry['id']}/receiving-vehicles", who, body)


async def receivers(gate: Gate, entry: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await gate.get(f"/v1/entries/{entry['id']}/receiving-vehicles", "company-1")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def lacking(gate: Gate, entry: dict[str, Any]) -> list[str]:
    answer = await gate.post(f"/v1/entries/{entry['id']}/release", "officer-1")
    return [
        one["rule"] for one in answer.json()["errors"] if one["pointer"] == "/receiving_vehicles"
    ]


async def move_goods(gate: Gate, entry: dict[str, Any], *before: str) -> list[str]:
    """Confirm the checks `before`, then the transshipment; return what it contradicted."""
    who = {"transport_licence": "transport", "border_guard_entry": GUARD, "customs_entry": CUSTOMS}
    for kind in before:
        await gate.check(entry, kind, who[kind])
    await gate.check(entry, "transshipment", CUSTOMS)
    return [one["message"] for one in (await gate.entry(entry))["exceptions"]]


BEFORE = ("transport_licence", "border_guard_entry", "customs_entry")


@pytest.mark.parametrize("who", [(GUARD,), (CUSTOMS,), (GUARD, GUARD)])
async def test_the_word_of_one_authority_is_no_entry(
    gate: Gate, entry: dict[str, Any], who: tuple[str, ...]
) -> None:
    for one in who:
        assert 201 == (await seen(gate, entry, one)).status_code
    assert [False, False] == [one["entered"] for one in await receivers(gate, entry)]
    (told,) = await move_goods(gate, entry, *BEFORE)
    assert told.endswith(f": {LACKS}.")


@pytest.mark.parametrize("who", [(GUARD, CUSTOMS), (CUSTOMS, GUARD)])
async def test_both_words_in_any_order_are(
    gate: Gate, entry: dict[str, Any], who: tuple[str, ...]
) -> None:
    for one in who:
        assert [] == (await seen(gate, entry, one)).json()["exceptions"]
    assert [("12C00017", True), ("12C00018", False)] == [
        (one["plate"], one["entered"]) for one in await receivers(gate, entry)
    ]
    assert [] == await move_goods(gate, entry, *BEFORE)


@pytest.mark.parametrize("left_out", BEFORE)
async def test_what_is_missing_is_named_and_the_check_is_taken(
    gate: Gate, entry: dict[str, Any], left_out: str
) -> None:
    for who in (GUARD, CUSTOMS):
        await seen(gate, entry, who)
    (told,) = await move_goods(gate, entry, *(one for one in BEFORE if one != left_out))
    assert told.endswith(f": {left_out}.")
    kinds = [one["kind"] for one in (await gate.entry(entry))["checks"]]
    assert "transshipment" in kinds


async def test_a_release_lists_it_until_one_of_those_declared_has_entered(
    gate: Gate, entry: dict[str, Any]
) -> None:
    await gate.post(f"/v1/entries/{entry['id']}/admission", GUARD)
    assert [LACKS] == await lacking(gate, entry)
    for who in (GUARD, CUSTOMS):
        await seen(gate, entry, who, "29H-999.99")
    assert [LACKS] == await lacking(gate, entry)
    for who in (GUARD, CUSTOMS):
        await seen(gate, entry, who, OTHER)
    assert [] == await lacking(gate, entry)


async def test_who_goes_on_in_the_own_vehicle_needs_none(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.post(f"/v1/entries/{entry['id']}/admission", GUARD)
    assert [] == await lacking(gate, entry)


async def test_one_that_nobody_declared_is_taken_and_noted(
    gate: Gate, entry: dict[str, Any]
) -> None:
    answer = await seen(gate, entry, GUARD, "29H-999.99")
    assert (201, ["receiving-vehicle-not-declared"]) == (
        answer.status_code, [one["rule"] for one in answer.json()["exceptions"]],
    )  # fmt: skip
    assert [True, True, False] == [one["declared"] for one in await receivers(gate, entry)]


async def test_each_leaves_on_its_own_also_after_the_other_has_gone(
    gate: Gate, entry: dict[str, Any]
) -> None:
    for who in (GUARD, CUSTOMS):
        await seen(gate, entry, who)
    await gate.post(f"/v1/entries/{entry['id']}/exit", GUARD)
    gate.wait(hours=2)
    assert [] == (await seen(gate, entry, CUSTOMS, way="out")).json()["exceptions"]
    early = await seen(gate, entry, CUSTOMS, OTHER, way="out")
    assert ["receiving-vehicle-left-unentered"] == [
        one["rule"] for one in early.json()["exceptions"]
    ]
    first, _ = await receivers(gate, entry)
    assert ["in", "in", "out"] == [one["way"] for one in first["seen"]]


async def test_told_again_it_counts_once_and_otherwise_it_is_refused(
    gate: Gate, entry: dict[str, Any]
) -> None:
    for _ in range(2):
        assert 201 == (await seen(gate, entry, GUARD, source_reference="BP-1")).status_code
    other = await seen(gate, entry, GUARD, OTHER, source_reference="BP-1")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])
    first, _ = await receivers(gate, entry)
    assert 1 == len(first["seen"])


async def test_told_late_it_needs_a_reason(gate: Gate, entry: dict[str, Any]) -> None:
    gate.wait(hours=1)
    late = {"occurred_at": "2026-03-11T09:05:00+07:00"}
    assert "reason-required" == (await seen(gate, entry, GUARD, **late)).json()["code"]
    told = await seen(gate, entry, GUARD, **late, reason="no power")
    assert told.json()["backfilled"]


async def test_receiving_vehicles_hold_no_plate_and_serve_several(
    gate: Gate, entry: dict[str, Any]
) -> None:
    own = await gate.register(**lorry(2, vehicle={"tractor_plate": ONE, "payload_kg": 8000}))
    assert "queued" == (await gate.move(own))["state"]
    assert [] == (await seen(gate, entry, GUARD)).json()["exceptions"]


async def test_there_must_be_such_an_entry(gate: Gate, entry: dict[str, Any]) -> None:
    nothing = {"id": "00000000-0000-7000-8000-000000000000"}
    assert 404 == (await seen(gate, nothing, GUARD)).status_code
    answer = await gate.get(f"/v1/entries/{entry['id']}/receiving-vehicles", "company-2")
    assert 404 == answer.status_code
