"""Calls that are not followed: what they cost, when they cost nothing, how late a worker may be."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Call, Deadline, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry
from tests.api.test_calls import CALLS, queued

QUEUE = Queue("tan-thanh", Direction.EXPORT)
HOUR_OF_ORDINARY, HOUR_OF_GREEN = 3600, 7200


async def called(gate: Gate, number: int = 1, yard: str = "bao-nguyen") -> Any:
    """Return the entry of a lorry that is called at nine, after an hour and a half of waiting."""
    gate.wait(minutes=-90)
    entry = await queued(gate, number, yard)
    gate.wait(minutes=90)
    assert [entry["id"]] == [call["entry"] for call in await gate.call()]
    return entry


async def last_call(gate: Gate, entry: Any) -> Any:
    return (await gate.place(entry))["last_call"]


async def events(session: AsyncSession, kind: str) -> list[Event]:
    statement = select(Event).where(Event.kind == kind).order_by(Event.number)
    return list(await session.scalars(statement))


# --- the end of a window ------------------------------------------------------------------------


@pytest.mark.parametrize("by_worker", [True, False])
@pytest.mark.parametrize(
    ("yard", "seconds", "state"),
    [
        pytest.param("bao-nguyen", 30 * 60 - 1, "arrived", id="inside, a second before the end"),
        pytest.param("bao-nguyen", 30 * 60, "queued", id="inside, at the end"),
        pytest.param("bao-nguyen", 30 * 60 + 1, "queued", id="inside, a second after the end"),
        pytest.param("viettel-logistics-park", 3599, "arrived", id="outside, a second before"),
        pytest.param("viettel-logistics-park", 3600, "queued", id="outside, at the end"),
        pytest.param("viettel-logistics-park", 3601, "queued", id="outside, a second after"),
    ],
)
async def test_a_window_is_open_until_its_end(
    gate: Gate, yard: str, seconds: int, state: str, *, by_worker: bool
) -> None:
    entry = await called(gate, yard=yard)
    gate.wait(seconds=seconds)
    if by_worker:
        await gate.work()
    seen = await gate.arrive(entry)
    assert state == seen["state"]
    late = ["arrived-uncalled"] if state == "queued" else []
    assert late == [one["rule"] for one in seen["exceptions"]]


async def test_the_first_miss_is_charged_and_visible(gate: Gate) -> None:
    entry = await called(gate)
    before = (await gate.place(entry))["last_call"]
    assert ({"charge_minutes": 60, "ending": None}, None) == (
        before["if_missed"], before["outcome"],
    )  # fmt: skip
    gate.wait(minutes=30)
    await gate.work()
    standing = await gate.place(entry)
    assert ("queued", 1, (90 + 30 - 60) * 60) == (
        standing["state"], standing["place"], standing["points"],
    )  # fmt: skip
    assert ("missed", HOUR_OF_ORDINARY, None) == (
        standing["last_call"]["outcome"], standing["last_call"]["charge_points"],
        standing["last_call"]["if_missed"],
    )  # fmt: skip
    assert "it cost 3600 points" in standing["last_call"]["message"]
    assert ("call.missed", "2026-03-11T09:30:00+07:00") == (
        standing["last_change"]["code"], standing["last_change"]["at"],
    )  # fmt: skip


async def test_a_green_truck_is_charged_at_its_own_rate(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    gate.wait(minutes=90)
    await gate.call()
    gate.wait(minutes=30)
    await gate.work()
    assert HOUR_OF_GREEN == (await last_call(gate, entry))["charge_points"]


async def test_the_second_miss_ends_the_entry(gate: Gate, session: AsyncSession) -> None:
    entry = await called(gate)
    gate.wait(minutes=30)
    await gate.work()
    await gate.call()
    assert "no_show" == (await last_call(gate, entry))["if_missed"]["ending"]
    gate.wait(minutes=45)
    await gate.work()
    ended = await gate.entry(entry)
    assert ("no_show", "2026-03-11T10:00:00+07:00") == (ended["state"], ended["ended_at"])
    assert ["cancelled"] == [order["state"] for order in ended["orders"]]
    assert "no_show" == (await last_call(gate, entry))["outcome"]
    assert 1 == len(await events(session, "entry.no_show"))
    assert "registered" == (await gate.register(**lorry(1)))["state"]


async def test_who_answers_after_a_miss_goes_on(gate: Gate) -> None:
    entry = await called(gate)
    gate.wait(minutes=30)
    await gate.work()
    await gate.call()
    await gate.arrive(entry)
    gate.wait(hours=3)
    await gate.work()
    assert "arrived" == (await gate.entry(entry))["state"]
    assert [] == (await gate.board())["called_now"]


async def test_a_missed_truck_that_is_not_ready_any_more_stands_still(gate: Gate) -> None:
    entry = await called(gate)
    await gate.amend(entry, planned_arrival_at=None)
    gate.wait(minutes=30)
    await gate.work()
    assert "registered" == (await gate.entry(entry))["state"]
    gate.wait(hours=1)
    await gate.amend(entry, planned_arrival_at="2026-03-11T15:00:00+07:00")
    assert (90 + 30 - 60) * 60 == (await gate.place(entry))["points"]


# --- exact, however late a worker is ------------------------------------------------------------


async def test_a_late_worker_dates_a_miss_at_the_end_of_the_window(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await called(gate)
    gate.wait(hours=5)
    assert 2 == await gate.work()
    event = (await events(session, "call.missed"))[0]
    call = await session.scalar(select(Call))
    assert call is not None
    assert call.window_ends_at == call.ended_at == event.occurred_at
    assert gate.now == event.recorded_at
    assert 30 * 60 == event.data["clock"] - call.clock
    assert (90 + 300 - 60) * 60 == (await gate.place(entry))["points"]


async def test_a_call_is_made_after_what_was_due_before_it(
    gate: Gate, session: AsyncSession
) -> None:
    """No worker runs: the missed truck is back in time for the call that comes an hour later."""
    missed = await called(gate)
    later = await queued(gate, 2)
    gate.wait(minutes=120)
    calls = await gate.call(2)
    assert [missed["id"], later["id"]] == [call["entry"] for call in calls]
    assert (90 + 120 - 60) * 60 == calls[0]["points"]
    assert [] == await differences(UnitOfWork(session), QUEUE)
    told = await UnitOfWork(session).records.told(QUEUE, ("call.made", "call.missed"))
    assert ["call.made", "call.missed", "call.made", "call.made"] == [kind for kind, _, _ in told]


async def test_two_workers_do_a_thing_once(gate: Gate, session: AsyncSession) -> None:
    await called(gate)
    gate.wait(minutes=30)
    assert [2, 0] == [await gate.work(), await gate.work()]
    assert 1 == len(await events(session, "call.missed"))


async def test_a_reminder_comes_ten_minutes_before_the_end_and_not_after_it(
    gate: Gate, session: AsyncSession
) -> None:
    await called(gate)
    gate.wait(minutes=19, seconds=59)
    assert 0 == await gate.work()
    gate.wait(seconds=1)
    assert 1 == await gate.work()
    reminder = (await events(session, "call.reminded"))[0]
    assert ("2026-03-11T02:30:00+00:00", gate.now) == (
        reminder.data["window_ends_at"], reminder.occurred_at,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["answered", "over"])
async def test_nobody_is_reminded_in_vain(gate: Gate, session: AsyncSession, how: str) -> None:
    entry = await called(gate)
    if how == "answered":
        await gate.arrive(entry)
    gate.wait(minutes=29 if how == "answered" else 31)
    await gate.work()
    assert [] == await events(session, "call.reminded")


async def test_an_arrival_that_is_told_late_is_one_in_time(gate: Gate) -> None:
    entry = await called(gate)
    gate.wait(minutes=31)
    seen = await gate.arrive(entry, occurred_at="2026-03-11T09:29:59+07:00")
    assert ("arrived", []) == (seen["state"], seen["exceptions"])
    assert "answered" == (await last_call(gate, entry))["outcome"]


async def test_a_call_of_the_release_before_never_ends_by_itself(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await called(gate)
    await session.execute(update(Deadline).values(done_at=gate.now))
    await session.execute(update(Call).values(window_starts_at=None))
    await session.commit()
    gate.wait(hours=2)
    await gate.work()
    assert "arrived" == (await gate.arrive(entry))["state"]


# --- what costs nothing, and why ----------------------------------------------------------------


async def excused(gate: Gate, entry: Any) -> Any:
    """Let the window of a call end and return why it cost nothing."""
    gate.wait(minutes=30)
    await gate.work()
    standing = await gate.place(entry)
    last = standing["last_call"]
    assert ("excused", 0) == (last["outcome"], last["charge_points"])
    assert "queued" == standing["state"]
    return last["faults"]


async def test_a_hold_in_the_window_costs_nothing_and_says_who_held(gate: Gate) -> None:
    entry = await called(gate)
    path = f"/v1/entries/{entry['id']}/holds"
    gate.wait(minutes=10)
    hold = (await gate.post(path, "customs", {"reason": "soi chiếu"})).json()
    gate.wait(minutes=5)
    await gate.post(f"{path}/{hold['id']}/lift", "customs", {"reason": "xong"})
    gate.wait(minutes=-15)
    [fault] = await excused(gate, entry)
    assert {
        "code": "authority-hold",
        "starts_at": "2026-03-11T09:10:00+07:00",
        "ends_at": "2026-03-11T09:15:00+07:00",
        "by": "customs",
    }.items() <= fault.items()
    assert "The vehicle was held by customs" in fault["message"]


async def test_a_gate_that_closes_in_the_window_costs_nothing(gate: Gate) -> None:
    gate.go_to("2026-03-11T19:50:00+07:00")
    entry = await called(gate)
    [fault] = await excused(gate, entry)
    assert ("gate-closed-in-window", "2026-03-11T20:00:00+07:00") == (
        fault["code"], fault["starts_at"],
    )  # fmt: skip


async def test_the_window_of_an_early_call_does_not_begin_before_the_gate_opens(
    gate: Gate,
) -> None:
    gate.go_to("2026-03-12T06:20:00+07:00")
    entry = await called(gate)
    gate.go_to("2026-03-12T07:30:00+07:00")
    await gate.work()
    assert "missed" == (await last_call(gate, entry))["outcome"]


async def test_a_gate_that_lets_nobody_in_is_overrun(gate: Gate) -> None:
    first = await called(gate)
    await gate.arrive(first)
    entry = await called(gate, 2)
    [fault] = await excused(gate, entry)
    assert "gate-overrunning" == fault["code"]


@pytest.mark.parametrize("why", ["another was let in", "it is held", "it came later"])
async def test_a_gate_that_does_its_work_is_not_overrun(gate: Gate, why: str) -> None:
    first, other = await called(gate), await called(gate, 2)
    if why != "it came later":
        await gate.arrive(first)
    await gate.arrive(other)
    entry = await called(gate, 3)
    if why == "it came later":
        await gate.post(f"/v1/entries/{other['id']}/admission", "border_guard")
        gate.wait(seconds=1)
        await gate.arrive(first)
        gate.wait(seconds=-1)
    else:
        gate.wait(minutes=1)
        await gate.post(f"/v1/entries/{other['id']}/admission", "border_guard")
        gate.wait(minutes=-1)
    if why == "it is held":
        path = f"/v1/entries/{first['id']}/holds"
        await gate.post(path, "customs", {"reason": "soi chiếu"})
    gate.wait(minutes=30)
    await gate.work()
    assert "missed" == (await last_call(gate, entry))["outcome"]


@pytest.mark.parametrize("way", ["refusal", "exit", "diversion"])
async def test_who_came_and_is_gone_does_not_stand_before_the_gate(gate: Gate, way: str) -> None:
    first = await called(gate)
    await gate.arrive(first)
    who, body = "border_guard", {"reason": "papers"}
    if way == "diversion":
        who, body = "officer-1", {**body, "gate": "huu-nghi"}
    answer = await gate.post(f"/v1/entries/{first['id']}/{way}", who, body)
    assert answer.is_success, answer.text
    entry = await called(gate, 2)
    gate.wait(minutes=30)
    await gate.work()
    assert "missed" == (await last_call(gate, entry))["outcome"]


async def test_what_costs_nothing_does_not_count(gate: Gate) -> None:
    entry = await called(gate)
    path = f"/v1/entries/{entry['id']}/holds"
    hold = (await gate.post(path, "customs", {"reason": "soi chiếu"})).json()
    await excused(gate, entry)
    gate.wait(minutes=1)
    await gate.post(f"{path}/{hold['id']}/lift", "customs", {"reason": "xong"})
    await gate.call()
    gate.wait(minutes=30)
    await gate.work()
    last = await last_call(gate, entry)
    assert ("missed", HOUR_OF_ORDINARY) == (last["outcome"], last["charge_points"])


# --- withdrawal ---------------------------------------------------------------------------------


async def withdraw(gate: Gate, call: Any, who: str = "officer-1") -> Any:
    path = f"/v1/calls/{call['id']}/withdrawal"
    return await gate.post(path, who, {"reason": "gọi nhầm"})


async def test_a_withdrawn_call_gives_back_the_place_at_no_cost(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await queued(gate, 1)
    gate.wait(minutes=10)
    other = await queued(gate, 2)
    call = (await gate.call())[0]
    gate.wait(minutes=5)
    answer = await withdraw(gate, call)
    assert (200, "withdrawn", 0, "gọi nhầm") == (
        answer.status_code, answer.json()["outcome"], answer.json()["charge_points"],
        answer.json()["withdrawal_reason"],
    )  # fmt: skip
    standing = await gate.place(entry)
    assert ("queued", 1, 900) == (standing["state"], standing["place"], standing["points"])
    assert [] == (await gate.board())["called_now"]
    assert [entry["id"], other["id"]] == [one["entry"] for one in await gate.call(2)]
    gate.wait(minutes=30)
    await gate.work()
    assert 1 == (await gate.get(f"{CALLS}", "officer-1")).json()["items"][1]["miss_number"]
    assert [] == await differences(UnitOfWork(session), QUEUE)


async def test_withdrawing_twice_is_withdrawing_once(gate: Gate, session: AsyncSession) -> None:
    await queued(gate, 1)
    call = (await gate.call())[0]
    answers = [await withdraw(gate, call) for _ in range(2)]
    assert [200, 200] == [answer.status_code for answer in answers]
    assert 1 == len(await events(session, "call.withdrawn"))


@pytest.mark.parametrize("how", ["answered", "missed", "ended", "called again"])
async def test_a_call_that_is_over_is_not_withdrawn(gate: Gate, how: str) -> None:
    entry = await queued(gate, 1)
    call = (await gate.call())[0]
    if how == "answered":
        await gate.arrive(entry)
    elif how == "ended":
        await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    else:
        gate.wait(minutes=30)
    if how == "called again":
        await gate.call()
    answer = await withdraw(gate, call)
    assert (409, "call-ended") == (answer.status_code, answer.json()["code"])


async def test_a_call_that_is_not_there_is_not_found(gate: Gate) -> None:
    nobody = {"id": "00000000-0000-7000-8000-000000000000"}
    assert 404 == (await withdraw(gate, nobody)).status_code
    assert 404 == (await gate.get(f"/v1/calls/{nobody['id']}", "auditor")).status_code


# --- calls, listed ------------------------------------------------------------------------------


async def test_calls_are_listed_with_what_became_of_them(gate: Gate) -> None:
    entries = [await queued(gate, number) for number in range(1, 4)]
    calls = []
    for _ in entries:
        calls += await gate.call()
        gate.wait(minutes=1)
    await withdraw(gate, calls[2])
    await gate.arrive(entries[0])
    page = (await gate.get(CALLS, "auditor", params={"limit": 2})).json()
    rest = await gate.get(CALLS, "auditor", params={"limit": 2, "cursor": page["next_cursor"]})
    items = page["items"] + rest.json()["items"]
    assert rest.json()["next_cursor"] is None
    assert ["withdrawn", None, "answered"] == [item["outcome"] for item in items]
    assert [call["id"] for call in reversed(calls)] == [item["id"] for item in items]
    one = (await gate.get(f"/v1/calls/{calls[1]['id']}", "officer-1")).json()
    assert one == items[1]
    assert "Be at the gate before 2026-03-11 09:31" in one["message"]


# --- deferral -----------------------------------------------------------------------------------


async def defer(gate: Gate, entry: Any, minutes: int = 240, who: str = "company-1") -> Any:
    return await gate.post(f"/v1/entries/{entry['id']}/deferral", who, {"minutes": minutes})


async def test_a_deferred_truck_stands_still_and_comes_back_by_itself(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await queued(gate, 1)
    gate.wait(minutes=10)
    answer = await defer(gate, entry)
    assert (200, "registered", "2026-03-11T13:10:00+07:00") == (
        answer.status_code, answer.json()["state"], answer.json()["deferred_until"],
    )  # fmt: skip
    assert "wait-out-deferral" == answer.json()["next_steps"][0]["code"]
    assert "Put off until 2026-03-11 13:10" in answer.json()["last_change"]["message"]
    gate.wait(hours=1)
    await gate.move(entry, "xuan-cuong")
    assert [] == await gate.call()
    gate.wait(hours=4)
    await gate.work()
    standing = await gate.place(entry)
    assert ("queued", 600 + 3600, None) == (
        standing["state"], standing["points"], standing["deferred_until"],
    )  # fmt: skip
    assert [entry["id"]] == [call["entry"] for call in await gate.call()]
    assert [] == await differences(UnitOfWork(session), QUEUE)


@pytest.mark.parametrize(
    ("minutes", "seconds", "calls"), [(240, -1, 0), (240, 0, 1), (600, -1, 0), (600, 0, 1)]
)
async def test_a_deferral_ends_at_its_instant(
    gate: Gate, minutes: int, seconds: int, calls: int
) -> None:
    entry = await queued(gate, 1)
    await defer(gate, entry, minutes)
    gate.wait(minutes=minutes, seconds=seconds)
    assert calls == len(await gate.call())


@pytest.mark.parametrize(
    ("case", "status", "code"),
    [
        ("called", 409, "step-refused"),
        ("not waiting", 409, "step-refused"),
        ("again", 409, "deferral-used-up"),
        ("too short", 422, "deferral-not-offered"),
        ("another's", 404, "entry-not-found"),
    ],
)
async def test_a_deferral_that_the_edition_does_not_allow_is_refused(
    gate: Gate, case: str, status: int, code: str
) -> None:
    entry = await gate.register(**lorry(1))
    if case != "not waiting":
        await gate.move(entry)
    if case == "called":
        await gate.call()
    if case == "again":
        await defer(gate, entry)
        gate.wait(minutes=240)
    who = "company-2" if case == "another's" else "company-1"
    answer = await defer(gate, entry, 30 if case == "too short" else 240, who)
    assert (status, code) == (answer.status_code, answer.json()["code"])


async def test_a_deferred_entry_may_be_cancelled(gate: Gate, session: AsyncSession) -> None:
    entry = await queued(gate, 1)
    await defer(gate, entry)
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    gate.wait(hours=5)
    await gate.work()
    assert "cancelled" == (await gate.entry(entry))["state"]
    assert 1 == len(await events(session, "waiting.started"))
