"""Calling: who is next and why, who is passed over and by whom, when nobody may be called."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Call, Event
from tests.api.conftest import Gate, lorry, truck

CALLS = "/v1/gates/tan-thanh/queues/export/calls"


async def queued(gate: Gate, number: int, yard: str = "bao-nguyen", **changes: Any) -> Any:
    """Return the entry of a lorry that waits."""
    entry = await gate.register(**lorry(number, **changes))
    assert "queued" == (await gate.move(entry, yard))["state"]
    return entry


async def refused(gate: Gate, path: str = CALLS) -> tuple[int, str]:
    answer = await gate.post(path, "officer-1", {"count": 1}, retry=uuid4().hex)
    return answer.status_code, answer.json()["code"]


# --- who is next, and why -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "first"),
    [
        pytest.param(31, "green", id="more than half as long"),
        pytest.param(30, "green", id="half as long: a tie goes to the faster lane"),
        pytest.param(29, "ordinary", id="less than half as long"),
    ],
)
async def test_a_green_truck_passes_when_it_has_waited_half_as_long(
    gate: Gate, minutes: int, first: str
) -> None:
    await queued(gate, 1)
    gate.wait(minutes=60 - minutes)
    await gate.move(await gate.register())
    gate.wait(minutes=minutes)
    call = (await gate.call())[0]
    assert (first, 60 * max(60, 2 * minutes)) == (call["lane"], call["points"])
    assert {("ordinary", 1, 3600), ("green", 2, 120 * minutes)} == {
        (head["lane"], head["rate"], head["points"]) for head in call["compared"]
    }


async def test_a_call_says_why(gate: Gate, session: AsyncSession) -> None:
    entry = await queued(gate, 1)
    gate.wait(minutes=10)
    call = (await gate.call())[0]
    assert {
        "entry": entry["id"],
        "reference": entry["reference"],
        "call_number": "TT-0001",
        "called_at": "2026-03-11T09:10:00+07:00",
        "window_ends_at": "2026-03-11T09:40:00+07:00",
        "lane": "ordinary",
        "points": 600,
        "open_wait_seconds": 600,
        "policy": "queue-policy-2022-02",
        "skips": [],
    }.items() <= call.items()
    head = call["compared"][0]
    assert call["points"] == head["rate"] * head["open_wait_seconds"]
    stored = await session.scalar(select(Call))
    event = await session.scalar(select(Event).where(Event.kind == "call.made"))
    assert stored is not None
    assert event is not None
    assert (call["open_clock"], 600) == (stored.clock, stored.points)
    assert (stored.clock, stored.policy_code) == (event.data["clock"], event.data["policy"])
    assert call["id"] == event.data["call"]


async def test_several_are_called_in_order_and_fewer_where_nobody_is_left(gate: Gate) -> None:
    entries = []
    for number in range(1, 4):
        entries.append(await queued(gate, number))
        gate.wait(minutes=1)
    calls = await gate.call(2) + await gate.call(5)
    assert [entry["id"] for entry in entries] == [call["entry"] for call in calls]
    assert [] == await gate.call()


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, None), (2, "Nobody else waits who may be called: look at who is not ready, or held.")],
)
async def test_fewer_calls_than_asked_for_say_why(gate: Gate, count: int, told: str | None) -> None:
    await queued(gate, 1)
    headers = {"Idempotency-Key": "calls", "Accept-Language": "en"}
    answer = await gate.ask("POST", CALLS, "officer-1", json={"count": count}, headers=headers)
    called = answer.json()
    assert (1, None, told) == (len(called["calls"]), called["stopped"], called["message"])


async def test_a_called_truck_sees_until_when_it_is_awaited(gate: Gate) -> None:
    entry = await queued(gate, 1, "viettel-logistics-park")
    await gate.call()
    standing = await gate.place(entry)
    assert ("called", None, "2026-03-11T10:00:00+07:00") == (
        standing["state"], standing["place"], standing["call_window_ends_at"],
    )  # fmt: skip
    assert ("come-to-gate", "call.made") == (
        standing["next_steps"][0]["code"], standing["last_change"]["code"],
    )  # fmt: skip


async def test_one_that_is_not_ready_is_not_called(gate: Gate) -> None:
    await gate.move(await gate.register(**lorry(1, planned_arrival_at=None)))
    assert [] == await gate.call()


async def test_a_retry_calls_nobody_again(gate: Gate) -> None:
    await queued(gate, 1)
    await queued(gate, 2)
    first = await gate.post(CALLS, "officer-1", {"count": 1}, retry="once")
    again = await gate.post(CALLS, "officer-1", {"count": 1}, retry="once")
    assert (first.content, "true") == (again.content, again.headers["Idempotency-Replayed"])
    other = await gate.post(CALLS, "officer-1", {"count": 2}, retry="once")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])
    assert 1 == (await gate.board())["waiting"]


async def test_a_refused_call_may_be_made_again_with_the_same_key(gate: Gate) -> None:
    await queued(gate, 1)
    gate.go_to("2026-03-12T05:00:00+07:00")
    early = await gate.post(CALLS, "officer-1", {"count": 1}, retry="once")
    gate.go_to("2026-03-12T08:00:00+07:00")
    again = await gate.post(CALLS, "officer-1", {"count": 1}, retry="once")
    assert [409, 201] == [answer.status_code for answer in (early, again)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"count": 0}, "/count"), ({"count": 51}, "/count"), ({"lane": "green"}, "/lane")],
)
async def test_a_malformed_call_is_refused(gate: Gate, body: dict[str, Any], pointer: str) -> None:
    answer = await gate.post(CALLS, "officer-1", body, retry="once")
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_calls_need_an_idempotency_key(gate: Gate) -> None:
    answer = await gate.post(CALLS, "officer-1", {"count": 1})
    assert (422, "header:Idempotency-Key") == (
        answer.status_code, answer.json()["errors"][0]["pointer"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/gates/nowhere/queues/export/calls", 404, "gate-not-found"),
        ("/v1/gates/dong-dang-rail/queues/export/calls", 404, "queue-not-found"),
        ("/v1/gates/tan-thanh/queues/import/calls", 409, "queue-calls-nobody"),
        ("/v1/gates/coc-nam/queues/export/calls", 409, "queue-calls-nobody"),
    ],
)
async def test_a_queue_that_calls_nobody_says_so(
    gate: Gate, path: str, status: int, code: str
) -> None:
    assert (status, code) == await refused(gate, path)


# --- holds --------------------------------------------------------------------------------------


async def test_a_held_truck_is_passed_over_and_the_call_says_who_posted_it(gate: Gate) -> None:
    held = await queued(gate, 1)
    gate.wait(minutes=10)
    free = await queued(gate, 2)
    behind = await queued(gate, 3)
    for entry in (held, behind):
        body = {"reason": "soi chiếu"}
        await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", body)
    gate.wait(minutes=10)
    call = (await gate.call())[0]
    assert free["id"] == call["entry"]
    skip = {
        "call_number": "TT-0001", "lane": "ordinary", "points": 1200,
        "reason": "held", "posted_by": "customs", "cause": None, "route": None, "notice": None,
        "message": "Not called: the vehicle is held.",
    }  # fmt: skip
    assert [skip] == call["skips"]


async def test_a_hold_that_is_lifted_gives_back_the_place(gate: Gate) -> None:
    held = await queued(gate, 1)
    gate.wait(minutes=10)
    await queued(gate, 2)
    path = f"/v1/entries/{held['id']}/holds"
    hold = (await gate.post(path, "customs", {"reason": "soi chiếu"})).json()
    await gate.post(f"{path}/{hold['id']}/lift", "customs", {"reason": "xong"})
    assert held["id"] == (await gate.call())[0]["entry"]


async def test_a_held_truck_stands_in_nobodys_way(gate: Gate) -> None:
    held, free = await queued(gate, 1), await queued(gate, 2)
    await gate.post(f"/v1/entries/{held['id']}/holds", "customs", {"reason": "soi chiếu"})
    assert (1, 1) == ((await gate.place(held))["place"], (await gate.place(free))["place"])


# --- opening and closing ------------------------------------------------------------------------


async def test_closed_time_ages_nobody(gate: Gate) -> None:
    gate.go_to("2026-03-11T19:50:00+07:00")
    entry = await queued(gate, 1)
    gate.go_to("2026-03-12T07:05:00+07:00")
    standing = await gate.place(entry)
    assert (15 * 60, 15 * 60) == (standing["points"], standing["open_wait_seconds"])


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-03-11T19:59:59+07:00", None, id="the last second"),
        pytest.param("2026-03-11T20:00:00+07:00", "gate-closed", id="closed"),
        pytest.param("2026-03-12T06:14:59+07:00", "gate-closed", id="46 minutes before opening"),
        pytest.param("2026-03-12T06:15:00+07:00", None, id="45 minutes before opening"),
        pytest.param("2026-03-12T07:00:00+07:00", None, id="open"),
    ],
)
async def test_calls_are_made_from_the_lead_before_opening_until_closing(
    gate: Gate, at: str, expected: str | None
) -> None:
    await queued(gate, 1)
    gate.go_to(at)
    if expected is None:
        assert 1 == len(await gate.call())
    else:
        answer = await gate.post(CALLS, "officer-1", {"count": 1}, retry="once")
        assert (409, expected, "2026-03-12T07:00:00+07:00") == (
            answer.status_code, answer.json()["code"], answer.json()["opens_at"],
        )  # fmt: skip


async def test_who_stands_inside_another_gate_has_the_window_of_those_outside(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, gate="huu-nghi"))
    await gate.move(entry, "xuan-cuong")
    await gate.move(entry, "bao-nguyen")
    [call] = await gate.call(gate="huu-nghi")
    assert "2026-03-11T10:00:00+07:00" == call["window_ends_at"]


async def test_the_window_of_an_early_call_begins_when_the_gate_opens(gate: Gate) -> None:
    await queued(gate, 1)
    gate.go_to("2026-03-12T06:20:00+07:00")
    assert "2026-03-12T07:30:00+07:00" == (await gate.call())[0]["window_ends_at"]


@pytest.mark.parametrize("day", ["2026-02-15", "2026-02-16", "2026-02-18"])
async def test_nobody_is_called_on_the_closed_days_of_tet(gate: Gate, day: str) -> None:
    gate.go_to("2026-02-14T10:00:00+07:00")
    await queued(gate, 1)
    gate.go_to(f"{day}T10:00:00+07:00")
    assert (409, "gate-closed") == await refused(gate)


async def _tet(gate: Gate) -> tuple[Any, Any]:
    """Two trucks in the yard: one registered before the break, one on its first day."""
    gate.go_to("2026-02-14T23:00:00+07:00")
    before = await gate.register(**lorry(1))
    gate.go_to("2026-02-15T10:00:00+07:00")
    during = await queued(gate, 2)
    gate.go_to("2026-02-18T10:00:00+07:00")
    await gate.move(before)
    return before, during


@pytest.mark.parametrize("day", ["2026-02-19", "2026-02-23"])
async def test_after_tet_only_those_registered_before_it_are_called(gate: Gate, day: str) -> None:
    before, during = await _tet(gate)
    gate.go_to(f"{day}T08:00:00+07:00")
    calls = await gate.call(2)
    assert [before["id"]] == [call["entry"] for call in calls]
    skip = {
        "call_number": "TT-0001", "reason": "pre-registered-only",
        "posted_by": "board", "cause": "lunar-new-year",
    }  # fmt: skip
    assert [True] == [skip.items() <= one.items() for one in calls[0]["skips"]]
    assert "queued" == (await gate.entry(during))["state"]


async def test_whom_a_closure_excludes_is_told_that_it_may_not_be_called(gate: Gate) -> None:
    before, during = await _tet(gate)
    told = []
    for day in ("2026-02-19", "2026-02-23", "2026-02-24"):
        gate.go_to(f"{day}T08:00:00+07:00")
        told.append([(await gate.place(entry))["callable"] for entry in (before, during)])
    assert [[True, False], [True, False], [True, True]] == told


async def test_the_day_after_everybody_is_called_again(gate: Gate) -> None:
    before, during = await _tet(gate)
    gate.go_to("2026-02-24T08:00:00+07:00")
    calls = await gate.call(2)
    assert [during["id"], before["id"]] == [call["entry"] for call in calls]
    assert [[], []] == [call["skips"] for call in calls]


async def test_a_suspended_intake_keeps_out_the_fruit_that_came_after_it(gate: Gate) -> None:
    gate.go_to("2022-02-15T10:00:00+07:00")
    planned = {"planned_arrival_at": "2022-02-21T10:00:00+07:00"}
    fruit = truck()["consignments"]
    early = await gate.register(**lorry(1, consignments=fruit, **planned))
    late = await gate.register(**lorry(2, consignments=fruit, **planned))
    other = await gate.register(**lorry(3, **planned))
    gate.go_to("2022-02-21T08:00:00+07:00")
    for entry in (early, late, other):
        await gate.move(entry)
        gate.wait(minutes=1)
    calls = await gate.call(3)
    assert [other["id"]] == [call["entry"] for call in calls]
    assert ["intake-suspended", "intake-suspended"] == [
        skip["reason"] for skip in calls[0]["skips"]
    ]
    await gate.arrive(other)
    gate.go_to("2022-02-26T08:00:00+07:00")
    assert [early["id"], late["id"]] == [call["entry"] for call in await gate.call(3)]
