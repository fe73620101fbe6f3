"""Substitution: another vehicle in the same place, looked at where the policy wants it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Claim, Entry, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, found, lorry, movement, rules, vehicle
from tests.api.test_vehicle_kinds import be_released

BOX, OTHER_BOX = "CSQU3054383", "MSKU0000006"
OTHER = {"tractor_plate": "15C-777.77"}
QUEUE = Queue("tan-thanh", Direction.EXPORT)


def path(entry: dict[str, Any], one: dict[str, Any] | None = None, word: str = "") -> str:
    at = f"/v1/entries/{entry['id']}/substitutions"
    return f"{at}/{one['id']}/{word}" if one else at


async def propose(
    gate: Gate, entry: dict[str, Any], who: str = "company-1", **change: Any
) -> dict[str, Any]:
    """Propose a change of the vehicle, or of what `change` names, and return the substitution."""
    answer = await asked(gate, entry, who, **change)
    assert 201 == answer.status_code, answer.text
    proposed: dict[str, Any] = answer.json()
    return proposed


async def asked(gate: Gate, entry: dict[str, Any], who: str = "company-1", **change: Any) -> Any:
    body = {"change": change or {"vehicle": OTHER}, "reason": "broke down"}
    return await gate.post(path(entry), who, body)


async def confirm(
    gate: Gate, entry: dict[str, Any], one: dict[str, Any], who: str = "officer-1"
) -> Any:
    return await gate.post(path(entry, one, "confirmation"), who)


async def refuse(
    gate: Gate, entry: dict[str, Any], one: dict[str, Any], who: str = "officer-1"
) -> Any:
    return await gate.post(path(entry, one, "refusal"), who, {"reason": "another trailer"})


async def claims(session: AsyncSession) -> set[tuple[str, str]]:
    rows = await session.execute(select(Claim.kind, Claim.value))
    return {(kind, value) for kind, value in rows}


async def withdraw(
    gate: Gate, entry: dict[str, Any], one: dict[str, Any], who: str = "company-1"
) -> Any:
    return await gate.post(path(entry, one, "withdrawal"), who)


def refused(entry: dict[str, Any]) -> list[str]:
    return [one["rule"] for one in entry["verdict"]["refused"]]


# --- at once, where nobody can look yet ---------------------------------------------------------


async def test_a_vehicle_that_has_not_come_is_substituted_at_once(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    one = await propose(gate, entry)
    assert ("confirmed", False, "company", ["/vehicle/tractor_plate"]) == (
        one["state"], one["needs_check"], one["decided_by"], one["pointers"],
    )  # fmt: skip
    now = await gate.entry(entry)
    assert ("15C77777", 2) == (now["plate"], now["version"])
    listed = await gate.get(path(entry), "company-1")
    assert [one] == listed.json()["items"]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        pytest.param(
            {"vehicle": {"trailer_plate": "15R-000.01"}}, ["/vehicle/trailer_plate"], id="trailer"
        ),
        pytest.param(
            {"vehicle": {"containers": [{"number": BOX, "length_ft": 40}]}},
            ["/vehicle/containers"], id="container",
        ),
        pytest.param({"vehicle": {"seal_numbers": ["S1"]}}, ["/vehicle/seal_numbers"], id="seal"),
        pytest.param(
            {"vehicle": {"tractor_plate": "B12345", "country": "CN", "payload_kg": 9000}},
            ["/vehicle/country", "/vehicle/tractor_plate"], id="a tractor of the other side",
        ),
        pytest.param(
            {"vehicle": {"tractor_plate": None, "unit_id": "AGV-7"}},
            ["/vehicle/tractor_plate", "/vehicle/unit_id"], id="one without driver",
        ),
        pytest.param(
            {"journey": "transshipment", "receiving_vehicles": [{"payload_kg": 8000}]},
            ["/journey", "/receiving_vehicles"], id="journey and receiving vehicles",
        ),
    ],
)  # fmt: skip
async def test_whatever_binds_the_place_may_be_substituted(
    gate: Gate, change: dict[str, Any], pointers: list[str]
) -> None:
    entry = await gate.register(**lorry(1))
    assert pointers == (await propose(gate, entry, **change))["pointers"]
    declared = (await gate.entry(entry))["declared"]
    for name, value in change.items():
        given = {key: one for key, one in value.items() if one} if name == "vehicle" else value
        assert given == (
            {key: declared[name][key] for key in given} if name == "vehicle" else declared[name]
        )


async def test_another_class_of_vehicle_is_priced_anew(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await propose(gate, entry, vehicle={"containers": [{"number": BOX, "length_ft": 40}]})
    now = await gate.entry(entry)
    before, after = (one["charge"]["total"]["amount"] for one in (entry, now))
    assert after > before
    assert ("substituted", [before]) == (
        now["charge"]["cause"], [one["total"]["amount"] for one in now["superseded_charges"]],
    )  # fmt: skip


async def test_findings_are_made_anew(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await propose(gate, entry, vehicle={"trailer_plate": "nonsense"})
    now = await gate.entry(entry)
    assert [("plate-vn-trailer-invalid", "/vehicle/trailer_plate")] == found(now, "blocking")


# --- in the yard, where somebody looks ----------------------------------------------------------


async def test_in_the_yard_it_waits_for_who_looks_and_the_place_is_kept(gate: Gate) -> None:
    first, second = await gate.register(**lorry(1)), await gate.register(**lorry(2))
    for entry in (first, second):
        await gate.move(entry)
        gate.wait(minutes=10)
    one = await propose(gate, first)
    assert ("proposed", True, None) == (one["state"], one["needs_check"], one["decided_by"])
    assert "15C00001" == (await gate.entry(first))["plate"]
    before = await gate.place(first)
    answer = await confirm(gate, first, one, "yard")
    assert (200, "confirmed", "yard") == (
        answer.status_code, answer.json()["state"], answer.json()["decided_by"],
    )  # fmt: skip
    now, place = await gate.entry(first), await gate.place(first)
    assert ("15C77777", 2, before["call_number"]) == (
        now["plate"], now["version"], now["call_number"],
    )  # fmt: skip
    assert (1, before["points"]) == (place["place"], place["points"])
    assert [first["id"]] == [call["entry"] for call in await gate.call(1)]


async def test_the_plate_and_the_containers_held_move_with_it(
    gate: Gate, session: AsyncSession
) -> None:
    vehicle = {"tractor_plate": "15C-000.01", "containers": [{"number": BOX}]}
    entry = await gate.register(**lorry(1, vehicle=vehicle))
    await gate.move(entry)
    assert {("plate", "15C00001"), ("container", BOX)} == await claims(session)
    change = {**OTHER, "containers": [{"number": OTHER_BOX}]}
    await confirm(gate, entry, await propose(gate, entry, vehicle=change))
    assert {("plate", "15C77777"), ("container", OTHER_BOX)} == await claims(session)


async def test_a_second_one_is_refused_for_nothing_transfers_a_place(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await propose(gate, entry)
    again = await asked(gate, entry, vehicle={"trailer_plate": "15R-000.01"})
    assert (409, "substitutions-used-up", 1) == (
        again.status_code, again.json()["code"], again.json()["most"],
    )  # fmt: skip


async def test_one_that_was_refused_does_not_count(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    answer = await refuse(gate, entry, await propose(gate, entry))
    assert ("refused", "another trailer") == (
        answer.json()["state"], answer.json()["decision_reason"],
    )  # fmt: skip
    assert "15C00001" == (await gate.entry(entry))["plate"]
    assert "proposed" == (await propose(gate, entry))["state"]


async def test_two_cannot_wait_at_once(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await propose(gate, entry)
    again = await asked(gate, entry, vehicle={"seal_numbers": ["S1"]})
    assert (409, "substitution-open") == (again.status_code, again.json()["code"])


async def test_a_company_takes_its_proposal_back_and_it_does_not_count(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    one = await propose(gate, entry)
    assert ["GL-13"] == refused(await gate.entry(entry))
    back = await withdraw(gate, entry, one)
    assert (200, "withdrawn", "company", gate.now) == (
        back.status_code, back.json()["state"], back.json()["decided_by"],
        datetime.fromisoformat(back.json()["decided_at"]),
    )  # fmt: skip
    now = await gate.entry(entry)
    assert ("12C00017", "green", []) == (now["plate"], now["lane"], now["findings"])
    other = await propose(gate, entry, vehicle={"tractor_plate": "15C-888.88"})
    assert 200 == (await confirm(gate, entry, other)).status_code
    assert "substitutions-used-up" == (await asked(gate, entry)).json()["code"]


async def test_what_was_seen_to_differ_stays_when_a_proposal_is_taken_back(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, vehicle={**vehicle(), "trailer_plate": "15R-000.01"}))
    await gate.move(entry, vehicle={"trailer_plate": "15R-000.02"})
    one = await propose(gate, entry, vehicle={"trailer_plate": "15R-000.02"})
    await withdraw(gate, entry, one)
    assert [("trailer-mismatch", "/vehicle/trailer_plate")] == found(
        await gate.entry(entry), "warning"
    )


async def test_nothing_is_taken_back_once_it_is_decided_or_the_entry_has_ended(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    one = await propose(gate, entry)
    await refuse(gate, entry, one)
    late = await withdraw(gate, entry, one)
    assert (409, "substitution-decided", "refused") == (
        late.status_code, late.json()["code"], late.json()["state"],
    )  # fmt: skip
    other = await propose(gate, entry)
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert "entry-ended" == (await withdraw(gate, entry, other)).json()["code"]


@pytest.mark.parametrize(
    ("who", "status"), [("company-2", 404), ("app", 404), ("officer-1", 403), ("yard", 403)]
)
async def test_only_who_proposed_it_takes_it_back(gate: Gate, who: str, status: int) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    one = await propose(gate, entry)
    assert status == (await withdraw(gate, entry, one, who)).status_code
    assert [one] == (await gate.get(path(entry), "company-1")).json()["items"]


async def test_what_is_decided_is_not_decided_again(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    one = await propose(gate, entry)
    await confirm(gate, entry, one)
    words = (confirm, refuse, withdraw)
    for again in [await word(gate, entry, one) for word in words]:
        assert (409, "substitution-decided") == (again.status_code, again.json()["code"])


async def test_a_yard_tells_only_of_what_stands_on_the_ground_of_one_that_serves(
    gate: Gate,
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    one = await propose(gate, entry)
    await gate.move(entry, way="out")
    answer = await confirm(gate, entry, one, "yard")
    assert (409, "vehicle-not-in-yard") == (answer.status_code, answer.json()["code"])
    assert 200 == (await confirm(gate, entry, one, "officer-1")).status_code


@pytest.mark.parametrize("who", ["company-2", "app"])
async def test_no_other_company_substitutes(gate: Gate, who: str) -> None:
    entry = await gate.register(**lorry(1))
    answer = await asked(gate, entry, who)
    assert (404, "entry-not-found") == (answer.status_code, answer.json()["code"])
    assert 404 == (await gate.get(path(entry), who)).status_code


async def test_what_an_amendment_changes_is_no_substitution(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    answer = await asked(gate, entry, vehicle={"payload_kg": 9000})
    assert (422, "nothing-substituted") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("change", [{"journey": None}, {"vehicle": {"country": None}}])
async def test_null_gives_back_what_an_entry_always_has(gate: Gate, change: dict[str, Any]) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    answer = await asked(gate, entry, **change)
    assert (422, "nothing-substituted") == (answer.status_code, answer.json()["code"])


async def test_a_vehicle_without_plate_is_no_substitute(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    answer = await asked(gate, entry, vehicle={"tractor_plate": None})
    assert (422, "tractor-plate-missing") == (answer.status_code, answer.json()["code"])


async def test_what_has_ended_is_not_substituted(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    one = await propose(gate, entry)
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert "entry-ended" == (await asked(gate, entry)).json()["code"]
    assert "entry-ended" == (await confirm(gate, entry, one)).json()["code"]


async def test_there_must_be_such_a_substitution(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    nothing = {"id": "00000000-0000-7000-8000-000000000000"}
    answer = await confirm(gate, entry, nothing)
    assert (404, "substitution-not-found") == (answer.status_code, answer.json()["code"])
    assert 404 == (await confirm(gate, nothing, nothing)).status_code


async def test_in_the_gate_it_is_substituted_as_well(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.arrive(entry)
    await gate.post(f"/v1/entries/{entry['id']}/admission", "border_guard")
    await confirm(gate, entry, await propose(gate, entry))
    now = await gate.entry(entry)
    assert ("in_gate", "15C77777") == (now["state"], now["plate"])


@pytest.mark.parametrize(
    ("change", "due"),
    [
        pytest.param({"vehicle": OTHER}, 0, id="at the same price"),
        pytest.param({"vehicle": {**OTHER, "payload_kg": 20000}}, 500_000, id="at a higher one"),
    ],
)
async def test_a_release_is_taken_back_when_the_vehicle_is_another(
    gate: Gate, change: dict[str, Any], due: int
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.arrive(entry)
    assert "released" == (await be_released(gate, entry))["state"]
    one = await propose(gate, entry, **change)
    assert "released" == (await gate.entry(entry))["state"]
    await confirm(gate, entry, one)
    now = await gate.entry(entry)
    assert ("in_gate", "15C77777", due) == (
        now["state"], now["plate"], now["balance"]["due"]["amount"],
    )  # fmt: skip
    if not due:
        again = await gate.post(f"/v1/entries/{entry['id']}/release", "officer-1")
        assert "released" == again.json()["state"]


# --- other entries on the plate -----------------------------------------------------------------


async def test_a_plate_of_the_same_company_is_taken(gate: Gate) -> None:
    other = await gate.register(**lorry(2))
    entry = await gate.register(**lorry(1))
    answer = await asked(gate, entry, vehicle={"tractor_plate": "15C-000.02"})
    assert (409, "plate-already-registered", other["reference"]) == (
        answer.status_code, answer.json()["code"], answer.json()["reference"],
    )  # fmt: skip


async def test_a_plate_of_another_company_is_contested_and_the_old_one_is_free(gate: Gate) -> None:
    on_old = await gate.register("company-2", **lorry(1, vehicle={"tractor_plate": "15C-000.01"}))
    on_new = await gate.register("company-2", **lorry(2))
    entry = await gate.register(**lorry(1))
    assert (await gate.entry(on_old))["contested"]
    await propose(gate, entry, vehicle={"tractor_plate": "15C-000.02"})
    contested = {
        name: (await gate.entry(one))["contested"]
        for name, one in {"old": on_old, "new": on_new, "entry": entry}.items()
    }
    assert {"old": False, "new": True, "entry": True} == contested


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"tractor_plate": "15C-000.02"}, id="plate"),
        pytest.param({"containers": [{"number": BOX}]}, id="container"),
    ],
)
async def test_what_another_entry_in_position_holds_is_no_substitute(
    gate: Gate, change: dict[str, Any], session: AsyncSession
) -> None:
    vehicle = {"tractor_plate": "15C-000.02", "containers": [{"number": BOX}]}
    await gate.move(await gate.register("company-2", **lorry(2, vehicle=vehicle)))
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    one = await propose(gate, entry, vehicle=change)
    answer = await confirm(gate, entry, one)
    assert (409, "substitute-in-position") == (answer.status_code, answer.json()["code"])
    assert ("15C00001", True) == (
        (await gate.entry(entry))["plate"], ("plate", "15C00001") in await claims(session),
    )  # fmt: skip


async def test_a_vehicle_that_a_yard_saw_before_it_was_named_is_the_entrys(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    seen = (await movement(gate, plate="15C-777.77", direction="export")).json()
    assert seen["unregistered"]
    one = await propose(gate, entry)
    assert "proposed" == one["state"]
    assert 200 == (await confirm(gate, entry, one, "yard")).status_code
    now = await gate.entry(entry)
    assert ("queued", "15C77777", "bao-nguyen") == (now["state"], now["plate"], now["yard"])
    opened = await gate.entry({"id": seen["entry"]})
    assert ("revoked", "substituted") == (opened["state"], opened["end_reason"])
    assert {("plate", "15C77777")} == await claims(session)


async def test_a_hold_on_the_new_plate_bites_at_once_and_one_on_the_old_stays(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    for plate in ("15C-000.01", "15C-777.77"):
        await gate.post("/v1/holds", "customs", {"plate": plate, "reason": "sought"})
    one = await propose(gate, entry)
    assert "confirmed" == one["state"]
    now = await gate.entry(entry)
    assert (True, 2) == (now["held"], len(now["holds"]))


# --- GL-13 --------------------------------------------------------------------------------------


async def test_until_somebody_has_looked_the_green_lane_is_lost_and_then_it_is_back(
    gate: Gate,
) -> None:
    entry = await gate.register()
    await gate.move(entry)
    gate.wait(minutes=30)
    one = await propose(gate, entry)
    now = await gate.entry(entry)
    assert ("ordinary", ["GL-13"]) == (now["lane"], refused(now))
    assert [("substitution-unconfirmed", "/vehicle")] == found(now, "warning")
    gate.wait(minutes=10)
    await confirm(gate, entry, one)
    now = await gate.entry(entry)
    assert ("green", [], []) == (now["lane"], refused(now), now["findings"])
    assert 2 * 1800 + 600 == (await gate.place(entry))["points"]


async def test_after_a_refusal_the_vehicle_differs_until_it_is_seen_as_declared(
    gate: Gate,
) -> None:
    vehicle = {"tractor_plate": "12C-000.17", "trailer_plate": "12R-000.44", "payload_kg": 15000}
    entry = await gate.register(vehicle=vehicle)
    await gate.move(entry)
    await refuse(gate, entry, await propose(gate, entry))
    now = await gate.entry(entry)
    assert ("ordinary", ["GL-13"]) == (now["lane"], refused(now))
    assert [("substitution-refused", "/vehicle")] == found(now, "warning")
    await movement(gate, reference=entry["reference"], vehicle={"trailer_plate": "12R 00044"})
    assert "green" == (await gate.entry(entry))["lane"]


@pytest.mark.parametrize("is_refused", [False, True])
async def test_an_amendment_takes_away_nothing_that_was_said_of_a_substitution(
    gate: Gate, *, is_refused: bool
) -> None:
    entry = await gate.register()
    await gate.move(entry)
    one = await propose(gate, entry)
    if is_refused:
        await refuse(gate, entry, one)
    assert 200 == (await gate.amend(entry, vehicle={"payload_kg": 14000})).status_code
    now = await gate.entry(entry)
    assert ("ordinary", ["GL-13"]) == (now["lane"], refused(now))


@pytest.mark.parametrize(
    ("seen", "rule", "pointer"),
    [
        ({"trailer_plate": "12R-000.45"}, "trailer-mismatch", "/vehicle/trailer_plate"),
        ({"trailer_plate": None}, "trailer-mismatch", "/vehicle/trailer_plate"),
        ({"containers": [OTHER_BOX]}, "container-mismatch", "/vehicle/containers"),
        ({"containers": []}, "container-mismatch", "/vehicle/containers"),
        ({"seal_numbers": ["S2"]}, "seal-mismatch", "/vehicle/seal_numbers"),
        ({"tractor_plate": "12C-000.18"}, "plate-mismatch", "/vehicle/tractor_plate"),
    ],
)
async def test_a_vehicle_seen_otherwise_than_declared_loses_the_green_lane(
    gate: Gate, seen: dict[str, Any], rule: str, pointer: str
) -> None:
    entry = await gate.register(vehicle=WHOLE)
    answer = await movement(gate, reference=entry["reference"], vehicle=seen)
    assert (201, ["vehicle-not-as-declared"]) == (answer.status_code, rules(answer.json()))
    now = await gate.entry(entry)
    assert ("queued", "ordinary", ["GL-13"]) == (now["state"], now["lane"], refused(now))
    assert [(rule, pointer)] == found(now, "warning")


WHOLE = {
    "tractor_plate": "12C-000.17",
    "trailer_plate": "12R-000.44",
    "payload_kg": 15000,
    "containers": [{"number": BOX}],
    "seal_numbers": ["S1"],
}
AS_DECLARED = {
    "tractor_plate": "12c 000 17",
    "trailer_plate": "12R00044",
    "containers": [BOX.lower()],
    "seal_numbers": ["s1"],
}


async def test_a_later_sighting_that_agrees_mends_it(gate: Gate) -> None:
    entry = await gate.register(vehicle=WHOLE)
    await movement(gate, reference=entry["reference"], vehicle={"trailer_plate": "12R-000.45"})
    again = await movement(gate, reference=entry["reference"], vehicle=AS_DECLARED)
    assert [] == rules(again.json())
    now = await gate.entry(entry)
    assert ("green", []) == (now["lane"], found(now, "warning"))


async def test_a_substitution_by_what_was_seen_mends_it(gate: Gate) -> None:
    entry = await gate.register(vehicle=WHOLE)
    await movement(gate, reference=entry["reference"], vehicle={"trailer_plate": "12R-000.45"})
    one = await propose(gate, entry, vehicle={"trailer_plate": "12R-000.45"})
    await confirm(gate, entry, one)
    assert "green" == (await gate.entry(entry))["lane"]


async def test_a_substitution_by_something_else_does_not(gate: Gate) -> None:
    entry = await gate.register(vehicle=WHOLE)
    await movement(gate, reference=entry["reference"], vehicle={"trailer_plate": "12R-000.45"})
    await confirm(gate, entry, await propose(gate, entry, vehicle={"seal_numbers": ["S7"]}))
    now = await gate.entry(entry)
    assert ("ordinary", [("trailer-mismatch", "/vehicle/trailer_plate")]) == (
        now["lane"], found(now, "warning"),
    )  # fmt: skip


async def test_at_the_gate_it_is_compared_too_and_a_seal_nobody_declared_is_no_matter(
    gate: Gate,
) -> None:
    entry = await gate.register(**lorry(1))
    body = {"gate": "tan-thanh", "reference": entry["reference"]}
    seen = {**body, "vehicle": {"seal_numbers": ["S9"], "trailer_plate": "15R-000.01"}}
    await gate.post("/v1/arrivals", "border_guard", seen)
    assert [("trailer-mismatch", "/vehicle/trailer_plate")] == found(
        await gate.entry(entry), "warning"
    )


async def test_what_a_yard_saw_before_anybody_registered_is_compared_then(gate: Gate) -> None:
    for plate, trailer in (("15C-000.01", "15R-000.01"), ("15C-000.02", "15R-000.02")):
        seen = {"trailer_plate": trailer}
        told = await movement(gate, plate=plate, direction="export", vehicle=seen)
        assert [] == rules(told.json())
    vehicle = {"tractor_plate": "15C-000.01", "trailer_plate": "15R-000.01"}
    assert [] == found(await gate.register(**lorry(1, vehicle=vehicle)), "warning")
    other = await gate.register(**lorry(2))
    assert [("trailer-mismatch", "/vehicle/trailer_plate")] == found(other, "warning")


async def test_the_same_source_reference_does_not_tell_of_another_trailer(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    told = {"reference": entry["reference"], "source_reference": "CAM-1"}
    assert 201 == (await movement(gate, **told, vehicle={"trailer_plate": None})).status_code
    answer = await movement(gate, **told, vehicle={"trailer_plate": "15R-000.01"})
    assert (422, "retry-mismatch") == (answer.status_code, answer.json()["code"])


# --- what is told -------------------------------------------------------------------------------


async def test_events_name_what_was_substituted_and_never_by_what(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(driver={"name": "Nguyễn Văn An"})
    await gate.move(entry)
    gate.wait(minutes=5)
    one = await propose(gate, entry)
    gate.wait(minutes=5)
    await confirm(gate, entry, one)
    await gate.amend(entry, driver={"name": "Trần Thị Bình"})
    await gate.call(1)
    events = (await session.scalars(select(Event).order_by(Event.number))).all()
    told = {event.kind: event.data for event in events}
    facts = {"substitution": one["id"], "pointers": ["/vehicle/tractor_plate"]}
    assert facts == told["substitution.proposed"]
    assert {**facts, "version": 2} == told["entry.substituted"]
    assert {} == told["entry.driver_changed"]
    assert "77777" not in str(told)
    assert [] == await differences(UnitOfWork(session), QUEUE)


async def test_a_retry_substitutes_once(gate: Gate, session: AsyncSession) -> None:
    entry = await gate.register(**lorry(1))
    body = {"change": {"vehicle": OTHER}, "reason": "broke down"}
    answers = [await gate.post(path(entry), "company-1", body, retry="once") for _ in range(2)]
    assert [201, 201] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()
    row = await session.get(Entry, UUID(entry["id"]), populate_existing=True)
    assert row is not None
    assert 2 == row.version
