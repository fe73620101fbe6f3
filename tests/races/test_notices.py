"""Notices at once with calls and waiting starts, and how soon other processes go by them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Settings
from app.core.migrations import newest_revision
from app.domain.errors import CallsPausedError, GateClosedError
from app.domain.log.retelling import KINDS
from app.domain.notices import NoticeKind, Wanted
from app.domain.vocabulary import Direction
from app.main import create_app, keep_pulse, make_tools
from app.models import Call, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.publishing.boards import read_boards
from app.services.queues.calling import Calling
from app.services.queues.noticing import Noticing
from app.services.queues.replaying import differences
from tests.conftest import key_of
from tests.races.house import CALLS, QUEUE, House, dice, truck
from tests.races.promises import broken_promises, out_of_time

PATIENCE_SECONDS = 30
BOARD = "/v1/gates/tan-thanh/queues/export"


def wanted(kind: NoticeKind = NoticeKind.PAUSE, **more: Any) -> Wanted:
    return Wanted(kind=kind, gate=QUEUE.gate, direction=Direction.EXPORT, vi="Mưa", **more)


async def post(house: House, kind: NoticeKind = NoticeKind.PAUSE, **more: Any) -> UUID:
    async with house.acting("officer-1") as (uow, act):
        return (await Noticing(uow, act).post(wanted(kind, **more))).id


async def lift(house: House, notice: UUID) -> None:
    async with house.acting("board-1") as (uow, act):
        await Noticing(uow, act).lift(notice, "over")


async def call(house: House) -> None:
    with suppress(CallsPausedError, GateClosedError):
        async with house.acting("officer-2") as (uow, act):
            await Calling(uow, act, QUEUE).call_next(1)


async def ensure_honest(house: House) -> None:
    """Look for calls that the rule would not have made, and for clocks that were read otherwise.

    What anybody read of the open clock is what it reads at that instant by all notices together.
    """
    process: Process = house.app.state.process
    await process.pulse()
    async with house.acting("officer-1") as (uow, act):
        assert [] == await differences(uow, QUEUE)
        told = await uow.records.told(QUEUE, KINDS)
        assert [] == [*out_of_time(told), *broken_promises(told)]
        clock = act.reference.clock(QUEUE)
    for event in await house.events():
        if event.direction == QUEUE.direction and "clock" in event.data:
            at = datetime.fromisoformat(event.data.get("waits_from", str(event.occurred_at)))
            assert clock.reading(at) == event.data["clock"], (event.kind, event.number)


async def queue_up(house: House, numbers: Iterable[int]) -> None:
    for number in numbers:
        view = await house.register(truck(number))
        await house.move_in(view.entry.reference)


def numbers_of(events: Sequence[Event], kind: str) -> list[int]:
    return [event.number for event in events if event.kind == kind]


@pytest.mark.parametrize("kind", [NoticeKind.PAUSE, NoticeKind.CLOSURE])
async def test_nobody_is_called_after_a_notice_that_stops_calls(
    house: House, kind: NoticeKind
) -> None:
    await queue_up(house, range(20))
    house.clock.run(300)

    async def wave() -> None:
        await asyncio.gather(*(call(house) for _ in range(5)))

    await asyncio.gather(wave(), wave(), post(house, kind), wave())
    await wave()
    events = await house.events()
    (posted,) = numbers_of(events, "notice.posted")
    made = numbers_of(events, "call.made")
    assert len(await house.rows(Call)) == len(made)
    assert [] == [number for number in made if number > posted]
    await ensure_honest(house)


async def test_a_limit_holds_however_many_call_at_once(house: House) -> None:
    await queue_up(house, range(20))
    house.clock.run(60)
    limit = post(house, NoticeKind.COUNTERPART_LIMIT, per_day=7)
    await asyncio.gather(*(call(house) for _ in range(5)), limit, *(call(house) for _ in range(5)))
    await asyncio.gather(*(call(house) for _ in range(5)))
    events = await house.events()
    (posted,) = numbers_of(events, "notice.posted")
    made = numbers_of(events, "call.made")
    before = [number for number in made if number < posted]
    assert max(7, len(before)) == len(made)
    await ensure_honest(house)


async def test_pauses_come_and_go_while_vehicles_come_and_are_called(house: House) -> None:
    await queue_up(house, range(10))
    house.clock.run(300)
    chances = dice(11)

    async def pause() -> None:
        for _ in range(4):
            await asyncio.sleep(chances.random() / 20)
            notice = await post(house)
            await asyncio.sleep(chances.random() / 20)
            await lift(house, notice)

    async def keep_calling() -> None:
        for _ in range(12):
            await call(house)
            await asyncio.sleep(chances.random() / 50)

    coming = (queue_up(house, range(start, start + 5)) for start in range(10, 40, 5))
    await asyncio.gather(pause(), *coming, *(keep_calling() for _ in range(4)))
    events = await house.events()
    assert 4 == len(numbers_of(events, "notice.lifted"))
    stopped = False
    for event in events:
        stopped = event.kind == "notice.posted" or (stopped and event.kind != "notice.lifted")
        assert not (stopped and event.kind == "call.made")
    await ensure_honest(house)


async def test_two_notices_of_both_directions_at_once_wait_for_each_other(house: House) -> None:
    both = [
        house.post("/v1/notices", who, {"kind": "advice", "gate": gate, "text": {"vi": "Mưa"}})
        for who in ("officer-1", "board-1")
        for gate in ("tan-thanh", "huu-nghi", "tan-thanh")
    ]
    assert {201} == {answer.status_code for answer in await asyncio.gather(*both)}


# --- other processes -----------------------------------------------------------------------------


@pytest.fixture
async def other(
    house: House, settings: Settings, sessions: async_sessionmaker[AsyncSession]
) -> AsyncIterator[httpx.AsyncClient]:
    """Another process of the service on the same database; both have their pulse."""
    app = create_app(settings)
    here: Process = house.app.state.process
    app.state.process = there = Process(
        settings=settings,
        sessions=sessions,
        tools=make_tools(settings),
        cursors=Cursors(settings.cursor_secret.get_secret_value()),
        schema_head=newest_revision() or "",
        machine_now=here.machine_now,
    )
    await there.pulse()
    beating = [asyncio.create_task(keep_pulse(process)) for process in (here, there)]
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://other.test") as http:
        yield http
    for task in beating:
        task.cancel()
    await asyncio.gather(*beating, return_exceptions=True)


async def until(ask: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again until it is so; how soon that is depends on the machine."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await ask():  # noqa: ASYNC110 - a process tells nobody what it shows
            await asyncio.sleep(0.02)


async def test_another_process_goes_by_a_notice_and_by_its_lifting(
    house: House, other: httpx.AsyncClient
) -> None:
    """Its boards, also those sent from memory, its gates, its tracking answers and its calls."""
    view = await house.register(truck(1))
    await house.move_in(view.entry.reference)
    token = house.app.state.process.tools.tokens.tracking(view.entry.id, 1)
    asked = {"all": "/v1/queues", "board": BOARD, "tracking": f"/v1/tracking/{token}"}

    async def shown(by: httpx.AsyncClient) -> set[bool]:
        """Return what a process shows, from all places: whether calls are paused."""
        answers = {name: (await by.get(path)).json() for name, path in asked.items()}
        boards = [one for one in answers["all"]["items"] if one["gate"] == QUEUE.gate]
        (of_all,) = (one for one in boards if one["direction"] == QUEUE.direction)
        gate = (await by.get(f"/v1/gates/{QUEUE.gate}")).json()
        (passage,) = (one for one in gate["passages"] if one["direction"] == QUEUE.direction)
        return {
            of_all["calls_paused"],
            answers["board"]["calls_paused"],
            bool(answers["tracking"]["notices"]),
            not passage["open"],
        }

    async def all_show(paused: bool) -> bool:
        return {paused} == await shown(other) | await shown(house.http)

    assert await all_show(paused=False)
    body = {"kind": "pause", "gate": QUEUE.gate, "direction": "export", "text": {"vi": "Mưa"}}
    notice = (await house.post("/v1/notices", "officer-1", body)).json()
    headers = {"Authorization": f"Bearer {key_of('officer-1')}", "Idempotency-Key": "1"}
    refused = await other.post(CALLS, headers=headers, json={"count": 1})
    assert (409, "calls-paused") == (refused.status_code, refused.json()["code"])
    await until(lambda: all_show(paused=True))
    await house.post(f"/v1/notices/{notice['id']}/lift", "officer-1", {"reason": "over"})
    await until(lambda: all_show(paused=False))
    assert 201 == (await other.post(CALLS, headers=headers, json={"count": 1})).status_code


async def test_boards_that_were_being_drawn_when_a_notice_came_are_not_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    process: Process = house.app.state.process
    drawn: list[int] = []

    async def slowly(uow: UnitOfWork, today: Today) -> Any:
        drawn.append(today.reference.revision)
        boards = await read_boards(uow, today)
        if len(drawn) == 1:
            await post(house)
            await process.pulse()
        return boards

    monkeypatch.setattr("app.api.state.read_boards", slowly)
    assert (await house.http.get(BOARD)).json()["calls_paused"]
    assert [1, 2] == [revision - drawn[0] + 1 for revision in drawn]
