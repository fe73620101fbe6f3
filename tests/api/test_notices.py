"""Notices: what they do to calls, clocks, boards and misses, and how everybody reads them."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues import summons
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry, truck
from tests.api.test_calls import CALLS, queued

QUEUE = Queue("tan-thanh", Direction.EXPORT)
FRUIT = "fresh-produce-export"
ROUTE = "1088-2-1089"
TEN, HALF_PAST_NINE = "2026-03-11T10:00:00+07:00", "2026-03-11T09:30:00+07:00"


async def post(here: Gate, who: str = "officer-1", **body: Any) -> Any:
    said = {
        "kind": "pause", "gate": "tan-thanh", "direction": "export",
        "text": {"vi": "Mưa lớn", "en": "Heavy rain"},
    }  # fmt: skip
    return await here.post("/v1/notices", who, {**said, **body})


async def posted(here: Gate, **body: Any) -> Any:
    answer = await post(here, **body)
    assert 201 == answer.status_code, answer.text
    await here.app.state.process.pulse()
    return answer.json()


async def lift(gate: Gate, notice: Any, who: str = "board-1") -> Any:
    answer = await gate.post(f"/v1/notices/{notice['id']}/lift", who, {"reason": "hết mưa"})
    await gate.app.state.process.pulse()
    return answer


async def call(gate: Gate, count: int = 1) -> Any:
    return await gate.post(CALLS, "officer-1", {"count": count}, retry=uuid4().hex)


async def fruit(gate: Gate, number: int) -> Any:
    """Return a truck of fruit that waits in the green lane."""
    vehicle = {"tractor_plate": f"12C-{number:05}", "payload_kg": 15000}
    entry = await gate.register(**truck(vehicle=vehicle))
    await gate.move(entry)
    return entry


async def agree(session: AsyncSession) -> None:
    assert [] == await differences(UnitOfWork(session), QUEUE)


# --- a pause, a closure --------------------------------------------------------------------------


async def test_a_refused_call_names_the_end_of_the_pause_by_the_gates_clock(gate: Gate) -> None:
    await posted(gate, ends_at=TEN)
    assert TEN == (await call(gate)).json()["until"]


async def test_a_pause_stops_calls_and_the_clock_until_it_is_lifted(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await queued(gate, 1)
    gate.wait(minutes=10)
    pause = await posted(gate)
    gate.wait(minutes=20)
    refused = await call(gate)
    assert (409, "calls-paused", pause["id"], "officer", None) == (
        refused.status_code,
        *(refused.json()[name] for name in ("code", "notice", "posted_by", "until")),
    )
    board, place = await gate.board(), await gate.place(entry)
    assert (False, True, None, 600) == (
        board["open"], board["calls_paused"], board["changes_at"], board["oldest_wait_seconds"],
    )  # fmt: skip
    assert (600, 600) == (place["points"], place["open_wait_seconds"])
    await lift(gate, pause)
    gate.wait(minutes=5)
    made = await gate.call()
    assert [(entry["id"], 900)] == [(one["entry"], one["points"]) for one in made]
    board = await gate.board()
    assert (True, False, []) == (board["open"], board["calls_paused"], board["notices"])
    await agree(session)


async def test_a_pause_ends_by_itself_and_no_lead_shortens_it(gate: Gate) -> None:
    await queued(gate, 1)
    await posted(gate, ends_at=TEN)
    gate.go_to("2026-03-11T09:59:59+07:00")
    board = await gate.board()
    assert (409, TEN) == ((await call(gate)).status_code, board["changes_at"])
    gate.go_to(TEN)
    assert 1 == len(await gate.call())


async def test_a_closure_closes_the_gate_and_the_lead_counts_before_it_opens(gate: Gate) -> None:
    entry = await queued(gate, 1)
    await posted(gate, kind="closure", ends_at=TEN)
    refused = await call(gate)
    assert (409, "gate-closed") == (refused.status_code, refused.json()["code"])
    board = await gate.board()
    assert (False, TEN, False) == (board["open"], board["changes_at"], board["calls_paused"])
    passages = (await gate.get("/v1/gates/tan-thanh")).json()["passages"]
    assert [(False, TEN), (True, "2026-03-11T20:00:00+07:00")] == [
        (one["open"], one["changes_at"]) for one in passages
    ]
    gate.go_to("2026-03-11T09:45:00+07:00")
    (made,) = await gate.call()
    assert (entry["id"], 0) == (made["entry"], made["points"])
    assert TEN == (await gate.place(entry))["last_call"]["window_starts_at"]


async def test_a_notice_of_no_direction_is_one_of_both(gate: Gate) -> None:
    await posted(gate, kind="closure", direction=None)
    assert [False, False] == [
        (await gate.board(direction=one))["open"] for one in ("export", "import")
    ]
    assert (await gate.board("huu-nghi"))["open"]


async def test_a_notice_of_later_does_nothing_before_it_begins(gate: Gate) -> None:
    await queued(gate, 1)
    await posted(gate, kind="closure", starts_at=TEN)
    board = await gate.board()
    assert (True, TEN, []) == (board["open"], board["changes_at"], board["notices"])
    assert 1 == len(await gate.call())


async def test_a_season_and_an_advice_only_tell(gate: Gate) -> None:
    await queued(gate, 1)
    for kind in ("season", "advice"):
        await posted(gate, kind=kind)
    board = await gate.board()
    assert (True, [("season", "told"), ("advice", "told")]) == (
        board["open"], [(one["kind"], one["effect"]) for one in board["notices"]],
    )  # fmt: skip
    assert 1 == len(await gate.call())


# --- some goods only -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["closure", "pause"])
async def test_of_a_goods_group_only_those_trucks_are_passed_over(
    gate: Gate, session: AsyncSession, kind: str
) -> None:
    durian = await fruit(gate, 1)
    gate.wait(minutes=10)
    other = await queued(gate, 2)
    notice = await posted(gate, kind=kind, goods_group=FRUIT)
    gate.wait(minutes=5)
    (made,) = await gate.call()
    skip = {
        "call_number": "TT-0001", "lane": "green", "points": 1800, "reason": kind,
        "posted_by": "officer", "cause": None, "route": None, "notice": notice["id"],
    }  # fmt: skip
    (told,) = made["skips"]
    assert (other["id"], True) == (made["entry"], skip.items() <= told.items())
    assert told["message"].startswith("Not called: a notice")
    standing = await gate.place(durian)
    assert (False, 1800, [notice["id"]]) == (
        standing["callable"], standing["points"], [one["id"] for one in standing["notices"]],
    )  # fmt: skip
    assert [] == (await gate.place(other))["notices"]
    await lift(gate, notice)
    assert [durian["id"]] == [one["entry"] for one in await gate.call()]
    await agree(session)


async def test_where_all_are_kept_back_the_answer_says_who_would_be_next(
    gate: Gate, session: AsyncSession
) -> None:
    await fruit(gate, 1)
    notice = await posted(gate, kind="closure", goods_group=FRUIT)
    answer = (await call(gate)).json()
    assert [] == answer["calls"]
    assert ("closure", "officer", notice["id"], "TT-0001") == tuple(
        answer["stopped"][name] for name in ("reason", "posted_by", "notice", "call_number")
    )
    (told,) = (await session.scalars(select(Event).where(Event.kind == "calls.stopped"))).all()
    assert (notice["id"], None) == (told.data["notice"], told.entry_id)
    await agree(session)


async def test_a_call_shows_some_of_many_skips_and_its_event_has_them_all(
    gate: Gate, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summons, "SKIPS_SHOWN", 2)
    for number in range(3):
        await fruit(gate, number)
    await queued(gate, 9)
    await posted(gate, kind="closure", goods_group=FRUIT)
    gate.wait(minutes=5)
    (made,) = await gate.call()
    assert 2 == len(made["skips"])
    told = await UnitOfWork(session).records.told(QUEUE, ("call.made",))
    assert [3] == [len(data["skips"]) for _, _, data in told]
    await agree(session)


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["counterpart-limit", "capacity"])
async def test_a_limit_of_the_day_stops_calls_and_says_who_would_be_next(
    gate: Gate, session: AsyncSession, kind: str
) -> None:
    for number in range(4):
        await queued(gate, number)
    (before,) = await gate.call()
    notice = await posted(gate, who="board-1", kind=kind, per_day=2)
    answer = (await call(gate, 5)).json()
    for one in (before, *answer["calls"]):
        await gate.arrive({"gate": "tan-thanh", "reference": one["reference"]})
    assert ["TT-0002"] == [one["call_number"] for one in answer["calls"]]
    assert ("TT-0003", kind, "board", notice["id"]) == tuple(
        answer["stopped"][name] for name in ("call_number", "reason", "posted_by", "notice")
    )
    gate.go_to("2026-03-11T18:59:00+07:00")
    assert [] == (await call(gate)).json()["calls"]
    gate.go_to("2026-03-12T07:00:00+07:00")
    assert ["TT-0003"] == [one["call_number"] for one in await gate.call()]
    await agree(session)


async def test_a_limit_of_the_hour_counts_the_hour_up_to_now(gate: Gate) -> None:
    for number in range(3):
        entry = await queued(gate, number, "viettel-logistics-park")
    await posted(gate, kind="capacity", per_hour=1)
    for entry in await gate.call():
        await gate.arrive({"gate": "tan-thanh", "reference": entry["reference"]})
    gate.wait(minutes=59, seconds=59)
    assert [] == (await call(gate)).json()["calls"]
    gate.wait(seconds=1)
    assert 1 == len((await call(gate)).json()["calls"])


@pytest.mark.parametrize("how", ["missed", "withdrawn"])
async def test_a_call_that_was_not_followed_takes_nobody_s_place(gate: Gate, how: str) -> None:
    for number in range(2):
        await queued(gate, number)
    await posted(gate, kind="counterpart-limit", per_day=1)
    (made,) = await gate.call()
    assert (await call(gate)).json()["stopped"] is not None
    if how == "missed":
        gate.wait(minutes=30)
    else:
        withdrawal = {"reason": "nhầm"}
        await gate.post(f"/v1/calls/{made['id']}/withdrawal", "officer-1", withdrawal)
        gate.wait(seconds=1)
    assert 1 == len((await call(gate)).json()["calls"])


async def test_a_limit_of_a_goods_group_lets_the_others_be_called(
    gate: Gate, session: AsyncSession
) -> None:
    trucks = [await fruit(gate, number) for number in range(2)]
    other = await queued(gate, 9)
    notice = await posted(gate, kind="counterpart-limit", goods_group=FRUIT, per_day=1)
    gate.wait(minutes=5)
    first, second = await gate.call(2)
    assert [trucks[0]["id"], other["id"]] == [first["entry"], second["entry"]]
    assert [("counterpart-limit", notice["id"])] == [
        (skip["reason"], skip["notice"]) for skip in second["skips"]
    ]
    answer = (await call(gate)).json()
    assert ([], "counterpart-limit") == (answer["calls"], answer["stopped"]["reason"])
    await agree(session)


async def test_empty_vehicles_are_a_group_like_any_other(gate: Gate) -> None:
    empty = await gate.register(**lorry(1, consignments=[]))
    await gate.move(empty)
    other = await queued(gate, 2)
    await posted(gate, kind="capacity", goods_group="empty", per_day=0)
    assert [other["id"]] == [one["entry"] for one in await gate.call()]


# --- a route ------------------------------------------------------------------------------------


async def bound(gate: Gate, number: int, route: str | None = None) -> Any:
    """Return a lorry that waits for a route of the gate."""
    return await queued(gate, number, route=route)


@pytest.mark.parametrize(
    ("kind", "limit", "reason"),
    [
        ("closure", {}, "route-closed"),
        ("pause", {}, "route-paused"),
        ("capacity", {"per_hour": 0}, "route-capacity"),
        ("counterpart-limit", {"per_day": 0}, "route-counterpart-limit"),
    ],
)
async def test_of_a_route_a_notice_is_one_skip_for_all_who_are_bound_to_it(
    gate: Gate, session: AsyncSession, kind: str, limit: Any, reason: str
) -> None:
    first = await bound(gate, 1, ROUTE)
    for number in (2, 3):
        await bound(gate, number, ROUTE)
    gate.wait(minutes=5)
    free = await bound(gate, 4)
    notice = await posted(gate, kind=kind, route=ROUTE, **limit)
    (made,) = await gate.call()
    assert free["id"] == made["entry"]
    assert [("TT-0001", reason, "officer", ROUTE, notice["id"])] == [
        tuple(skip[name] for name in ("call_number", "reason", "posted_by", "route", "notice"))
        for skip in made["skips"]
    ]
    standing = await gate.place(first)
    assert (False, [notice["id"]]) == (
        standing["callable"], [one["id"] for one in standing["notices"]],
    )  # fmt: skip
    answer = (await call(gate)).json()
    assert ([], reason, "TT-0001") == (
        answer["calls"], answer["stopped"]["reason"], answer["stopped"]["call_number"],
    )  # fmt: skip
    await lift(gate, notice)
    assert [first["id"]] == [one["entry"] for one in await gate.call()]
    await agree(session)


async def test_of_a_route_and_goods_a_notice_excludes_who_has_both(
    gate: Gate, session: AsyncSession
) -> None:
    there = await bound(gate, 1, ROUTE)
    gate.wait(minutes=5)
    elsewhere = await bound(gate, 2)
    notice = await posted(gate, kind="closure", route=ROUTE, goods_group="ordinary")
    (made,) = await gate.call()
    assert (elsewhere["id"], [("closure", notice["id"])]) == (
        made["entry"], [(skip["reason"], skip["notice"]) for skip in made["skips"]],
    )  # fmt: skip
    assert not (await gate.place(there))["callable"]
    await agree(session)


async def test_a_limit_of_a_route_counts_the_calls_for_it(gate: Gate) -> None:
    for number in range(2):
        await bound(gate, number, ROUTE)
    await bound(gate, 9)
    await posted(gate, kind="capacity", route=ROUTE, per_day=1)
    gate.wait(minutes=5)
    called = await gate.call(2)
    assert ["TT-0001", "TT-0003"] == [one["call_number"] for one in called]
    assert ["route-capacity"] == [skip["reason"] for skip in called[1]["skips"]]


# --- a miss that is not the vehicle's fault -------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "by"),
    [
        pytest.param({"kind": "pause"}, "gate-paused-in-window", "officer", id="pause"),
        pytest.param({"kind": "closure"}, "gate-closed-in-window", None, id="closure"),
        pytest.param(
            {"kind": "closure", "goods_group": "ordinary"}, "gate-closed-in-window", "officer",
            id="its goods",
        ),
        pytest.param(
            {"kind": "pause", "route": ROUTE}, "gate-paused-in-window", "officer", id="its route"
        ),
    ],
)  # fmt: skip
async def test_a_miss_that_a_notice_overlaps_by_a_second_costs_nothing_and_says_why(
    gate: Gate, session: AsyncSession, body: Any, code: str, by: str | None
) -> None:
    entry = await bound(gate, 1, ROUTE)
    await gate.call()
    last_second = "2026-03-11T09:29:59+07:00"
    notice = await posted(gate, starts_at=last_second, **body)
    gate.go_to(TEN)
    await gate.work()
    await lift(gate, notice)
    last = (await gate.place(entry))["last_call"]
    assert ("excused", 0) == (last["outcome"], last["charge_points"])
    (fault,) = last["faults"]
    assert (code, last_second, HALF_PAST_NINE, by) == tuple(
        fault[name] for name in ("code", "starts_at", "ends_at", "by")
    )
    gate.wait(minutes=1)
    assert 1 == len(await gate.call())
    await agree(session)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"starts_at": HALF_PAST_NINE}, id="as the window ends"),
        pytest.param({"kind": "closure", "goods_group": FRUIT}, id="other goods"),
        pytest.param({"kind": "advice"}, id="an advice"),
        pytest.param({"kind": "capacity", "per_day": 1}, id="a limit"),
        pytest.param({"direction": "import"}, id="the other direction"),
        pytest.param({"kind": "closure", "route": ROUTE}, id="a route that it does not take"),
    ],
)
async def test_a_miss_beside_a_notice_counts(gate: Gate, body: Any) -> None:
    entry = await queued(gate, 1)
    await gate.call()
    await posted(gate, **body)
    gate.go_to(TEN)
    await gate.work()
    assert "missed" == (await gate.place(entry))["last_call"]["outcome"]


async def test_lifting_a_pause_in_time_does_not_take_the_excuse_away(gate: Gate) -> None:
    entry = await queued(gate, 1)
    await gate.call()
    pause = await posted(gate)
    gate.wait(minutes=1)
    await lift(gate, pause)
    gate.wait(minutes=30)
    await gate.work()
    last = (await gate.place(entry))["last_call"]
    assert ("excused", "2026-03-11T09:01:00+07:00") == (
        last["outcome"], last["faults"][0]["ends_at"],
    )  # fmt: skip


# --- posted, lifted, read ------------------------------------------------------------------------


async def test_a_notice_is_read_in_the_reader_s_language_else_in_english_else_as_posted(
    gate: Gate,
) -> None:
    both = await posted(gate, ends_at=TEN)
    alone = await posted(gate, text={"vi": "Chỉ tiếng Việt"})
    said = {}
    for language in ("vi", "en", "zh"):
        for name, notice in (("both", both), ("alone", alone)):
            path, headers = f"/v1/notices/{notice['id']}", {"Accept-Language": language}
            answer = await gate.get(path, headers=headers)
            assert language == answer.headers["Content-Language"]
            said[language, name] = answer.json()["label"], answer.json()["message"]
    assert ("Mưa lớn", "Heavy rain", "Heavy rain") == tuple(
        said[language, "both"][0] for language in ("vi", "en", "zh")
    )
    assert {"Chỉ tiếng Việt"} == {said[language, "alone"][0] for language in ("vi", "en", "zh")}
    assert "until 2026-03-11 10:00" in said["en", "both"][1]
    assert "until this notice is lifted" in said["en", "alone"][1]


async def test_notices_are_listed_last_posted_first_and_narrowed(gate: Gate) -> None:
    pause = await posted(gate, ends_at=TEN)
    gate.wait(minutes=1)
    closure = await posted(gate, kind="closure", direction="import")
    gate.wait(minutes=1)
    advice = await posted(gate, gate="huu-nghi", direction=None, kind="advice")
    await lift(gate, closure)

    async def listed(**params: str) -> list[str]:
        answer = await gate.get("/v1/notices", params=params)
        assert 200 == answer.status_code, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert [advice["id"], closure["id"], pause["id"]] == await listed()
    assert [closure["id"], pause["id"]] == await listed(gate="tan-thanh")
    assert [advice["id"], closure["id"]] == await listed(direction="import")
    assert [pause["id"]] == await listed(kind="pause")
    assert [advice["id"], pause["id"]] == await listed(in_force_at=gate.now.isoformat())
    assert [advice["id"]] == await listed(in_force_at=TEN)
    first = (await gate.get("/v1/notices", params={"limit": 2})).json()
    rest = await gate.get("/v1/notices", params={"limit": 2, "cursor": first["next_cursor"]})
    assert ([pause["id"]], None) == (
        [one["id"] for one in rest.json()["items"]], rest.json()["next_cursor"],
    )  # fmt: skip


async def test_a_notice_says_when_it_was_posted_and_lifted_and_its_events_are_the_queue_s(
    gate: Gate, session: AsyncSession
) -> None:
    answer = await post(gate, direction=None)
    notice = answer.json()
    assert f"/v1/notices/{notice['id']}" == answer.headers["Location"]
    assert (True, None) == (notice["in_force"], notice["lifted_at"])
    gate.wait(minutes=1)
    lifted = (await lift(gate, notice)).json()
    assert (False, "2026-03-11T09:01:00+07:00", "hết mưa") == (
        lifted["in_force"], lifted["lifted_at"], lifted["lift_reason"],
    )  # fmt: skip
    assert lifted["lifted_at"] == lifted["ends_at"]
    statement = select(Event).where(Event.kind.startswith("notice.")).order_by(Event.number)
    told = [(one.kind, one.direction) for one in await session.scalars(statement)]
    assert [
        ("notice.posted", "export"), ("notice.posted", "import"),
        ("notice.lifted", "export"), ("notice.lifted", "import"),
    ] == told  # fmt: skip


async def test_one_that_has_not_begun_is_lifted_and_never_begins(gate: Gate) -> None:
    notice = await posted(gate, starts_at=TEN)
    gate.wait(minutes=1)
    assert not (await lift(gate, notice)).json()["in_force"]
    gate.go_to(TEN)
    assert (await gate.board())["open"]


@pytest.mark.parametrize("how", ["lifted", "over"])
async def test_what_has_ended_is_not_lifted_again(gate: Gate, how: str) -> None:
    notice = await posted(gate, ends_at=TEN)
    if how == "lifted":
        await lift(gate, notice)
    else:
        gate.go_to(TEN)
    refused = await lift(gate, notice)
    assert (409, "notice-ended") == (refused.status_code, refused.json()["code"])


async def test_a_notice_that_comes_a_little_late_begins_as_it_comes(gate: Gate) -> None:
    notice = await posted(gate, starts_at="2026-03-11T08:59:30+07:00")
    assert "2026-03-11T09:00:00+07:00" == notice["starts_at"]


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({"starts_at": "2026-03-11T08:58:59+07:00"}, "/starts_at", "notice-in-past"),
        ({"ends_at": "2026-03-11T09:00:00.9+07:00"}, "/ends_at", "notice-ends-before-start"),
        ({"per_day": 5}, "/per_day", "notice-limit-not-of-kind"),
        ({"kind": "capacity"}, "/per_hour", "notice-limit-missing"),
        ({"gate": "nowhere"}, "/gate", "unknown-code"),
        ({"route": "9999"}, "/route", "unknown-code"),
        ({"goods_group": "gold"}, "/goods_group", "unknown-code"),
        ({"text": {"en": "Rain"}}, "/text/vi", "required"),
        ({"text": {"vi": "  "}}, "/text/vi", "too-short"),
        ({"kind": "war"}, "/kind", "not-known"),
    ],
)
async def test_what_is_wrong_with_a_notice_is_named(
    gate: Gate, body: Any, pointer: str, rule: str
) -> None:
    refused = await post(gate, **body)
    assert 422 == refused.status_code, refused.text
    assert [(pointer, rule)] == [(one["pointer"], one["rule"]) for one in refused.json()["errors"]]
    assert [] == (await gate.get("/v1/notices")).json()["items"]


async def test_a_retry_posts_once(gate: Gate) -> None:
    body = {"kind": "pause", "gate": "tan-thanh", "text": {"vi": "Mưa"}}
    first, again = [
        await gate.post("/v1/notices", "officer-1", body, retry="once") for _ in range(2)
    ]
    assert first.json() == again.json()
    assert 1 == len((await gate.get("/v1/notices")).json()["items"])


async def test_nothing_is_found_that_is_not_there(gate: Gate) -> None:
    nobody = {"id": "00000000-0000-7000-8000-000000000000"}
    for answer in (await gate.get(f"/v1/notices/{nobody['id']}"), await lift(gate, nobody)):
        assert (404, "notice-not-found") == (answer.status_code, answer.json()["code"])
