"""The review list: filters and pages, whose turn it is, settled once and with a reason."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event, ExceptionCase, Observation
from tests.api.conftest import PLATE, Gate, arrival, lorry, movement
from tests.sealed import logged, sealed, verified

QUEUE = Queue("tan-thanh", Direction.EXPORT)


async def listed(here: Gate, who: str = "officer-1", **query: Any) -> list[dict[str, Any]]:
    answer = await here.get("/v1/exceptions", who, params=query)
    assert 200 == answer.status_code, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def uncalled(here: Gate, number: int = 1, **changes: Any) -> dict[str, Any]:
    """Open the exception of a truck that came before it was called, and return it."""
    entry = await here.register(**lorry(number, **changes))
    await here.arrive(entry)
    (found,) = [one for one in await listed(here) if one["entry"] == entry["id"]]
    return found


async def settle(gate: Gate, case: dict[str, Any], who: str = "officer-1", **body: Any) -> Any:
    said = {"reason": "đã xem giấy tờ", **body}
    return await gate.post(f"/v1/exceptions/{case['id']}/settlement", who, said)


async def assign(gate: Gate, case: dict[str, Any], who: str = "officer-1", **body: Any) -> Any:
    return await gate.post(f"/v1/exceptions/{case['id']}/assignment", who, body)


async def contested(gate: Gate) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return two entries on one plate, and the exception that seeing the plate opened."""
    one = await gate.register(**lorry(1))
    two = await gate.register("company-2", **lorry(1))
    await movement(gate, **PLATE)
    (case,) = await listed(gate, rule="plate-contested")
    return one, two, case


async def test_the_list_shows_what_contradicts_and_where(gate: Gate) -> None:
    case = await uncalled(gate)
    assert ("arrived-uncalled", "tan-thanh", None, None) == (
        case["rule"], case["gate"], case["assigned_to"], case["settled_at"],
    )  # fmt: skip
    assert case["message"]
    assert case["reference"]


async def test_the_list_is_narrowed_by_gate_rule_state_and_whose_turn(gate: Gate) -> None:
    first = await uncalled(gate, 1)
    second = await uncalled(gate, 2, gate="huu-nghi")
    await settle(gate, second)
    third = await uncalled(gate, 3, gate="huu-nghi")
    await assign(gate, third, assigned_to="officer-2")
    asked: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        ({}, [first, third]),
        ({"settled": True}, [second]),
        ({"gate": "huu-nghi"}, [third]),
        ({"rule": "arrived-uncalled", "gate": "tan-thanh"}, [first]),
        ({"rule": "exit-without-release"}, []),
        ({"assigned_to": "officer-2"}, [third]),
        ({"assigned_to": "nobody"}, []),
    ]
    for query, expected in asked:
        assert [one["id"] for one in expected] == [one["id"] for one in await listed(gate, **query)]


@pytest.mark.parametrize("settled", [False, True])
async def test_it_comes_in_pages_open_ones_oldest_first(gate: Gate, *, settled: bool) -> None:
    cases = []
    for number in range(5):
        cases.append(await uncalled(gate, number))
        if settled:
            await settle(gate, cases[-1])
        gate.wait(minutes=1)
    seen: list[str] = []
    page: dict[str, Any] = {"limit": 2, "settled": settled}
    while True:
        answer = (await gate.get("/v1/exceptions", "auditor", params=page)).json()
        seen += [one["id"] for one in answer["items"]]
        if answer["next_cursor"] is None:
            break
        page["cursor"] = answer["next_cursor"]
    expected = [one["id"] for one in cases]
    assert (expected[::-1] if settled else expected) == seen


async def test_an_exception_is_assigned_by_name_or_to_oneself(gate: Gate) -> None:
    case = await uncalled(gate)
    assert "officer-1" == (await assign(gate, case)).json()["assigned_to"]
    assert "customs" == (await assign(gate, case, assigned_to="customs")).json()["assigned_to"]
    for name in ("nobody", "company-1"):
        refused = await assign(gate, case, assigned_to=name)
        assert (422, "/assigned_to") == (
            refused.status_code, refused.json()["errors"][0]["pointer"],
        )  # fmt: skip


async def test_it_is_settled_once_with_a_reason_and_the_event_tells(
    gate: Gate, session: AsyncSession
) -> None:
    case = await uncalled(gate)
    settled = await settle(gate, case)
    assert (200, "đã xem giấy tờ") == (settled.status_code, settled.json()["settlement"])
    for again in (await settle(gate, case), await assign(gate, case)):
        assert (409, "exception-settled") == (again.status_code, again.json()["code"])
    assert [] == await listed(gate)
    told = await session.scalars(select(Event.kind).order_by(Event.number.desc()).limit(1))
    assert ["exception.settled"] == told.all()
    row = await session.scalar(select(ExceptionCase))
    assert row is not None
    assert row.settled_by is not None


@pytest.mark.parametrize(("who", "status"), [("customs", 403), ("yard", 403), ("board-1", 200)])
async def test_who_settles(gate: Gate, who: str, status: int) -> None:
    case = await uncalled(gate)
    answer = await settle(gate, case, who)
    assert status == answer.status_code
    if status != 200:
        await assign(gate, case, assigned_to=who)
        assert 200 == (await settle(gate, case, who)).status_code


async def test_nothing_is_settled_that_is_not_there(gate: Gate) -> None:
    for ask in (settle, assign):
        answer = await ask(gate, {"id": str(uuid4())})
        assert (404, "exception-not-found") == (answer.status_code, answer.json()["code"])


# --- contested plates -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer-1", "yard"])
async def test_naming_the_entry_of_a_contested_plate_gives_it_its_position_from_when_it_was_seen(
    gate: Gate, who: str
) -> None:
    one, two, case = await contested(gate)
    assert ("15C00001", "bao-nguyen", None) == (case["plate"], case["yard"], case["entry"])
    gate.wait(minutes=30)
    settled = await settle(gate, case, who, entry=two["id"])
    assert (200, two["id"]) == (settled.status_code, settled.json()["named_entry"])
    assert ["registered", "queued"] == [(await gate.entry(x))["state"] for x in (one, two)]
    assert 1800 == (await gate.place(two))["open_wait_seconds"]


async def test_whoever_came_meanwhile_is_called_after_it_and_the_log_proves_the_start(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.move(await gate.register(**lorry(3)))
    gate.wait(minutes=1)
    _, two, case = await contested(gate)
    gate.wait(minutes=10)
    meanwhile = await gate.register(**lorry(2))
    await gate.move(meanwhile)
    gate.wait(minutes=20)
    await settle(gate, case, entry=two["id"])
    gate.wait(minutes=1)
    called = [call["entry"] for call in await gate.call(3)]
    assert [two["id"], meanwhile["id"]] == called[1:]
    leaves = sealed(await logged(session, QUEUE))
    seen = [json.loads(leaf) for leaf in leaves if b'"kind":"plate.contested"' in leaf]
    started = [json.loads(leaf) for leaf in leaves if b'"kind":"waiting.started"' in leaf]
    sighting = str(
        await session.scalar(select(Observation.id).where(Observation.entry_id.is_(None)))
    )
    assert [(None, {"sighting": sighting})] == [(leaf["entry"], leaf["data"]) for leaf in seen]
    assert [None, None, sighting] == [leaf["data"].get("sighting") for leaf in started]
    assert seen[0]["at"] == started[2]["data"]["waits_from"]
    verdict = verified(leaves)
    assert (None, 1) == (verdict.wrong, verdict.by_sighting)


async def amended(gate: Gate, entry: dict[str, Any]) -> None:
    answer = await gate.amend(entry, "company-2", planned_arrival_at="2026-03-11T12:00:00+07:00")
    assert 200 == answer.status_code


async def held(gate: Gate, entry: dict[str, Any]) -> None:
    body = {"reason": "x"}
    answer = await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", body)
    assert 201 == answer.status_code, answer.text


async def registered_again(gate: Gate, entry: dict[str, Any]) -> None:
    """The rival takes its entry back and registers the plate once more."""
    (rival,) = [
        one for one in (await gate.get("/v1/entries", "company-1")).json()["items"]
        if one["id"] != entry["id"]
    ]  # fmt: skip
    answer = await gate.post(f"/v1/entries/{rival['id']}/cancellation", "company-1")
    assert answer.status_code in {200, 204}, answer.text
    await gate.register(**lorry(1))


@pytest.mark.parametrize(("happens", "waited"), [(amended, 20), (held, 30), (registered_again, 30)])
async def test_the_wait_counts_from_when_the_entry_last_changed_and_no_rival_changes_it(
    gate: Gate, happens: Any, waited: int
) -> None:
    _, two, case = await contested(gate)
    gate.wait(minutes=10)
    await happens(gate, two)
    gate.wait(minutes=20)
    await settle(gate, case, entry=two["id"])
    assert 60 * waited == (await gate.place(two))["open_wait_seconds"]


async def test_a_rival_at_another_gate_delays_nobody_either(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.register(**lorry(1, gate="huu-nghi"))
    mine = await gate.register("company-2", **lorry(1))
    await movement(gate, **PLATE)
    (case,) = await listed(gate, rule="plate-contested")
    gate.wait(minutes=30)
    await settle(gate, case, entry=mine["id"])
    assert 1800 == (await gate.place(mine))["open_wait_seconds"]
    told = select(Event.gate_code).where(Event.kind == "plate.contested").order_by(Event.number)
    assert ["huu-nghi", "tan-thanh"] == (await session.scalars(told)).all()


async def test_who_leaves_a_yard_or_arrives_uncalled_tells_no_sighting(
    gate: Gate, session: AsyncSession
) -> None:
    await contested(gate)
    await movement(gate, **PLATE, way="out")
    await arrival(gate, **PLATE)
    told = await session.scalars(select(Event.kind).where(Event.kind == "plate.contested"))
    assert ["plate.contested"] == told.all()


async def test_what_is_named_after_a_night_waits_from_now(gate: Gate) -> None:
    _, two, case = await contested(gate)
    gate.wait(hours=12, minutes=1)
    await settle(gate, case, entry=two["id"])
    assert 0 == (await gate.place(two))["open_wait_seconds"]


async def test_one_sighting_serves_one_wait(gate: Gate, session: AsyncSession) -> None:
    """Seen twice, named twice: the second naming finds it waiting, the rival nothing."""
    one, two, case = await contested(gate)
    gate.wait(minutes=5)
    await movement(gate, **PLATE)
    (_, again) = await listed(gate, rule="plate-contested")
    gate.wait(minutes=5)
    await settle(gate, case, entry=two["id"])
    await settle(gate, again, entry=one["id"])
    assert ["registered", "queued"] == [(await gate.entry(x))["state"] for x in (one, two)]
    assert 600 == (await gate.place(two))["open_wait_seconds"]
    assert (None, 1) == (
        (verdict := verified(sealed(await logged(session, QUEUE)))).wrong, verdict.by_sighting
    )  # fmt: skip


async def test_naming_counts_for_an_arrival_too(gate: Gate) -> None:
    one = await gate.register(**lorry(1))
    await gate.register("company-2", **lorry(1))
    await arrival(gate, **PLATE)
    (case,) = await listed(gate)
    await settle(gate, case, entry=one["id"])
    assert (await gate.entry(one))["arrived_at"] is not None


async def test_only_an_entry_of_the_plate_is_named(gate: Gate) -> None:
    one, _, case = await contested(gate)
    other = await gate.register(**lorry(2))
    back = await gate.register(**lorry(1, direction="import"))
    for entry in (other, back):
        answer = await settle(gate, case, entry=entry["id"])
        assert (422, "entry-not-on-plate") == (answer.status_code, answer.json()["code"])
    nobody = await settle(gate, case, entry=str(uuid4()))
    assert (404, "entry-not-found") == (nobody.status_code, nobody.json()["code"])
    plain = await uncalled(gate, 3)
    wrong = await settle(gate, plain, entry=one["id"])
    assert (422, "entry-not-on-plate") == (wrong.status_code, wrong.json()["code"])
