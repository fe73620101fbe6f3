"""What was committed is sealed once, in order, whoever is killed; nobody changes it unseen."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.database import make_sessions
from app.domain.log.leaves import What, commitment
from app.domain.vocabulary import Direction, Queue
from app.models import Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.log import sealing as sealing_of_service
from app.services.log.sealing import Sealing, Turn
from app.services.publishing import feed as feed_of_service
from app.workers import feeding
from app.workers.feeding import number_events
from app.workers.sealing import LogStoppedError, SealingWorker
from app.workers.today import Todays
from tests.logs import ensure_openings, ensure_whole, log_of, sealer
from tests.repositories.rows import Actor, add_actor, add_entry, add_event

Sessions = async_sessionmaker[AsyncSession]
MORNING = datetime(2026, 5, 21, 1, 0, tzinfo=UTC)
TAN_THANH = Queue("tan-thanh", Direction.EXPORT)
HUU_NGHI = Queue("huu-nghi", Direction.EXPORT)
STARTED = {
    "clock": 0, "lane": "ordinary", "rate": 100, "carried": 0, "call_number": "TT-0001",
    "waits_from": "2026-05-21T07:59:30+07:00", "route": None, "inside": False,
}  # fmt: skip


@pytest.fixture
def committed(database: AsyncEngine) -> Sessions:
    """Sessions whose commits are real, on a database of the test's own."""
    return make_sessions(database)


@pytest.fixture
async def actor(committed: Sessions) -> Actor:
    async with committed.begin() as session:
        return await add_actor(session)


async def happen(  # noqa: PLR0913 - what an event has
    sessions: Sessions,
    actor: Actor,
    kind: str = "entry.cancelled",
    *,
    entry: UUID | None = None,
    queue: Queue = TAN_THANH,
    data: Mapping[str, object] | None = None,
) -> UUID:
    """Commit an event of a queue and return its entry, a new one where none is given."""
    async with sessions.begin() as session:
        entry = entry or await add_entry(session, actor, tractor_plate=uuid4().hex[:9])
        place = {"gate_code": queue.gate, "direction": queue.direction.value}
        at = {"recorded_at": MORNING, "occurred_at": MORNING}
        await add_event(
            session, actor, entry, id=uuid4(), kind=kind, data=data or {}, **place, **at
        )
    return entry


def worker(at: datetime = MORNING) -> SealingWorker:
    return SealingWorker(sealer(), Todays(is_production=True, machine_now=lambda: at))


async def seal(sessions: Sessions, at: datetime = MORNING) -> int:
    await number_events(sessions)
    return await worker(at).seal(sessions)


async def test_each_queue_has_its_log_in_the_order_of_the_feed(
    committed: Sessions, actor: Actor
) -> None:
    entry = await happen(committed, actor, "waiting.started", data=STARTED)
    await happen(committed, actor, "entry.registered")
    await happen(committed, actor, queue=HUU_NGHI)
    await happen(committed, actor, entry=entry)
    assert 3 == await seal(committed)
    assert 0 == await seal(committed)
    await happen(committed, actor)
    assert 1 == await seal(committed, MORNING + timedelta(seconds=7))
    log, other = await log_of(committed, TAN_THANH), await log_of(committed, HUU_NGHI)
    for one in (log, other):
        ensure_whole(one)
        ensure_openings(one)
    kinds = ["seal", "waiting.started", "entry.cancelled", "seal", "entry.cancelled"]
    assert kinds == [leaf["kind"] for leaf in log.leaves]
    assert [3, 5] == [one.size for one in log.checkpoints]
    assert ["2026-05-21T01:00:00Z", "2026-05-21T01:00:07Z"] == [
        one["sealed_at"] for one in log.events("seal")
    ]
    assert log.numbers == [one for one in log.fed if one != log.fed[1]]
    assert [str(entry)] == [one["entry"] for one in log.events("waiting.started")]


async def test_plate_and_company_are_committed_to_once_in_a_log(
    committed: Sessions, actor: Actor
) -> None:
    entry = await happen(committed, actor, "waiting.started", data=STARTED)
    for turn in range(2):
        await happen(committed, actor, "waiting.started", entry=entry, data=STARTED)
        if turn:
            await seal(committed)
    await happen(committed, actor, "waiting.started", entry=entry, data=STARTED)
    await happen(committed, actor, "waiting.started", entry=entry, queue=HUU_NGHI, data=STARTED)
    await seal(committed)
    log, other = await log_of(committed, TAN_THANH), await log_of(committed, HUU_NGHI)
    with_plate = [
        ["plate" in one["data"] for one in it.events("waiting.started")] for it in (log, other)
    ]
    assert [[True, False, False, False], [True]] == with_plate
    ensure_openings(log)
    company, plate = log.openings
    assert ("company", str(actor.organisation_id)) == (company.what, company.value)
    assert "plate" == plate.what
    assert company.salt != plate.salt != other.openings[1].salt


async def see(sessions: Sessions, actor: Actor, plate: str | None) -> str:
    """Store the observation of a contested plate, and return its id."""
    async with sessions.begin() as session:
        seen = Observation(
            id=uuid4(), kind="yard-in", yard_code="bao-nguyen", plate=plate, backfilled=False,
            occurred_at=MORNING, recorded_at=MORNING, principal_id=actor.id,
            organisation_id=actor.organisation_id,
        )  # fmt: skip
        session.add(seen)
    return str(seen.id)


async def tell_contested(sessions: Sessions, actor: Actor, sighting: str) -> None:
    place = {"gate_code": TAN_THANH.gate, "direction": TAN_THANH.direction.value}
    at = {"recorded_at": MORNING, "occurred_at": MORNING}
    async with sessions.begin() as session:
        kind, data = "plate.contested", {"sighting": sighting}
        await add_event(session, actor, None, id=uuid4(), kind=kind, data=data, **place, **at)


@pytest.mark.parametrize("turns", [1, 2])
async def test_a_sighting_and_the_wait_that_counts_from_it_commit_to_one_plate_alike(
    committed: Sessions, actor: Actor, turns: int
) -> None:
    """Whether or not they are sealed together, and though its entry joined from another gate."""
    sighting = await see(committed, actor, "15C00001")
    joined = {"clock": 0, "from": "huu-nghi", "carried": 0, "holds": [], "waits_from": None}
    entry = await happen(committed, actor, "entry.joined", data=joined)
    await tell_contested(committed, actor, sighting)
    if turns > 1:
        await seal(committed)
    rests_on = {**STARTED, "sighting": sighting}
    await happen(committed, actor, "waiting.started", entry=entry, data=rests_on)
    await seal(committed)
    log = await log_of(committed, TAN_THANH)
    ensure_openings(log)
    (seen,), (start,) = log.events("plate.contested"), log.events("waiting.started")
    assert seen["data"]["plate"] == start["data"]["plate"]
    assert "company" not in start["data"]
    opened = [one for one in log.openings if str(one.sighting_id) == sighting]
    assert [("15C00001", None), ("15C00001", entry)] == [
        (one.value, one.entry_id) for one in opened
    ]


async def test_a_sighting_of_no_plate_commits_to_none(committed: Sessions, actor: Actor) -> None:
    sighting = await see(committed, actor, None)
    await tell_contested(committed, actor, sighting)
    rests_on = {**STARTED, "sighting": sighting}
    await happen(committed, actor, "waiting.started", data=rests_on)
    await seal(committed)
    log = await log_of(committed, TAN_THANH)
    ensure_openings(log)
    assert ["plate" in leaf["data"] for leaf in log.leaves[1:]] == [False, True]


async def test_two_officers_of_one_leaf_are_two_for_everybody(
    committed: Sessions, actor: Actor
) -> None:
    async with committed.begin() as session:
        first = await add_actor(session)
    said = {
        "outage": str(uuid4()),
        "starts_at": MORNING.isoformat(),
        "ends_at": MORNING.isoformat(),
    }
    await happen(committed, actor, "outage.signed", data={**said, "first_officer": str(first.id)})
    await seal(committed)
    log = await log_of(committed, TAN_THANH)
    ensure_openings(log)
    (leaf,) = log.events("outage.signed")
    assert leaf["data"]["first_officer"] != leaf["data"]["officer"]
    salt = log.openings[0].salt
    assert leaf["data"]["officer"] == commitment(salt, What.OFFICER, str(actor.id))
    assert leaf["data"]["first_officer"] == commitment(salt, What.OFFICER, str(first.id))


async def test_what_was_committed_late_stands_in_the_order_of_its_number(
    committed: Sessions, actor: Actor
) -> None:
    """An event of no queue's lock may be committed after others of higher numbers were told."""
    async with committed.begin() as late:
        entry = await add_entry(late, actor)
        at = {"recorded_at": MORNING, "occurred_at": MORNING}
        await add_event(late, actor, entry, id=uuid4(), kind="entry.cancelled", **at)
        await happen(committed, actor)
        await number_events(committed)
    assert 2 == await seal(committed)
    log = await log_of(committed, TAN_THANH)
    ensure_whole(log)
    assert [*reversed(log.fed)] == log.numbers == sorted(log.numbers)


async def test_seals_never_go_back_though_a_clock_does(committed: Sessions, actor: Actor) -> None:
    for minutes in (5, 3, 8):
        await happen(committed, actor)
        await seal(committed, MORNING + timedelta(minutes=minutes))
    log = await log_of(committed, TAN_THANH)
    ensure_whole(log)
    assert ["05:00Z", "05:00Z", "08:00Z"] == [one["sealed_at"][-6:] for one in log.events("seal")]


async def test_many_at_once_seal_each_event_once(
    committed: Sessions, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers commit while four workers number and seal, some killed in the middle."""
    for module in (feed_of_service, feeding, sealing_of_service):
        monkeypatch.setattr(module, "EVENTS_A_TURN", 3)
    writing = True

    async def write(queue: Queue) -> None:
        for _ in range(12):
            await happen(committed, actor, "waiting.started", queue=queue, data=STARTED)

    async def work(patience: float) -> None:
        while writing:
            turn = asyncio.create_task(seal(committed))
            await asyncio.wait([turn], timeout=patience)
            turn.cancel()
            await asyncio.gather(turn, return_exceptions=True)

    workers = [asyncio.create_task(work(0.01 + 0.02 * one)) for one in range(4)]
    await asyncio.gather(*(write(queue) for queue in (TAN_THANH, HUU_NGHI, TAN_THANH)))
    writing = False
    await asyncio.gather(*workers)
    await seal(committed)
    for queue, count in ((TAN_THANH, 24), (HUU_NGHI, 12)):
        log = await log_of(committed, queue)
        ensure_whole(log)
        ensure_openings(log)
        assert count == len(log.numbers)
        assert sorted(log.fed) == sorted(log.numbers)


async def test_a_tree_grows_over_its_tiles(committed: Sessions, actor: Actor) -> None:
    entry = await happen(committed, actor)
    for count in (254, 1, 300):
        for _ in range(count):
            await happen(committed, actor, entry=entry)
        await seal(committed)
        ensure_whole(await log_of(committed, TAN_THANH))
    assert {(0, 0), (0, 1), (0, 2), (1, 0)} == {
        (one.level, one.number) for one in (await log_of(committed, TAN_THANH)).tiles
    }


HERE = "WHERE gate_code = 'tan-thanh'"
CHANGES = {
    "tiles": f"UPDATE log_tiles SET hashes = sha256('x') || sha256('y') {HERE}",
    "size": f"UPDATE log_trees SET size = 1 {HERE}",
    "tree": f"DELETE FROM log_trees {HERE}",
}


async def write(sessions: Sessions, statement: str) -> None:
    async with sessions.begin() as session:
        await session.execute(text(statement))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_log_whose_rows_somebody_has_changed_stops_and_no_other_does(
    committed: Sessions, actor: Actor, change: str
) -> None:
    for queue in (TAN_THANH, HUU_NGHI):
        await happen(committed, actor, queue=queue)
    await seal(committed)
    await write(committed, change)
    for queue in (TAN_THANH, HUU_NGHI, HUU_NGHI):
        await happen(committed, actor, queue=queue)
    for _ in range(2):  # it is tried again, and stops nobody again
        with pytest.raises(LogStoppedError, match=r"^tan-thanh \(export\)$"):
            await seal(committed)
        await happen(committed, actor, queue=HUU_NGHI)
    with pytest.raises(LogStoppedError):
        await seal(committed)
    other = await log_of(committed, HUU_NGHI)
    ensure_whole(other)
    assert 5 == len(other.events("entry.cancelled"))
    assert 1 == len((await log_of(committed, TAN_THANH)).events("entry.cancelled"))


async def test_a_log_catches_up_once_its_rows_are_mended(
    committed: Sessions, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing_of_service, "EVENTS_A_TURN", 2)
    await happen(committed, actor)
    await seal(committed)
    await write(committed, "CREATE TABLE kept AS SELECT * FROM log_tiles")
    await write(committed, CHANGES["tiles"])
    for _ in range(3):
        await happen(committed, actor)
        await happen(committed, actor, queue=HUU_NGHI)
        with pytest.raises(LogStoppedError):
            await seal(committed)
    await write(committed, "UPDATE log_tiles SET hashes = kept.hashes FROM kept")
    for _ in range(2):
        await seal(committed)
    async with committed() as session:
        assert {} == await UnitOfWork(session).log.stops()
    log = await log_of(committed, TAN_THANH)
    ensure_whole(log)
    assert log.fed == log.numbers


@pytest.mark.parametrize("odd", [{"clock": 1.5}, {"sighting": "none"}, {"sighting": 7}])
async def test_an_event_that_no_log_can_hold_stops_its_own_log(
    committed: Sessions, actor: Actor, odd: dict[str, object]
) -> None:
    await happen(committed, actor, "waiting.started", data={**STARTED, **odd})
    await happen(committed, actor, queue=HUU_NGHI)
    with pytest.raises(LogStoppedError, match="tan-thanh"):
        await seal(committed)
    assert [2] == [one.size for one in (await log_of(committed, HUU_NGHI)).checkpoints]


async def test_positions_that_a_stopped_log_still_needs_are_kept(
    committed: Sessions, actor: Actor
) -> None:
    await happen(committed, actor)
    await seal(committed)
    await write(committed, CHANGES["tiles"])
    await happen(committed, actor)
    with pytest.raises(LogStoppedError):
        await seal(committed)
    async with committed.begin() as session:
        assert 1 == await UnitOfWork(session).feed.forget(datetime.max.replace(tzinfo=UTC), 10)


async def test_nobody_seals_while_somebody_does(committed: Sessions, actor: Actor) -> None:
    await happen(committed, actor)
    await number_events(committed)
    async with committed.begin() as session:
        assert await UnitOfWork(session).log.lock()
        async with committed.begin() as other:
            assert Turn() == await Sealing(UnitOfWork(other), MORNING, sealer()).seal()
    assert 1 == await worker().seal(committed)


async def test_an_idle_look_is_two_statements(committed: Sessions, database: AsyncEngine) -> None:
    idle, sent = worker(), list[str]()
    await idle.seal(committed)

    def hear(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(database.sync_engine, "before_cursor_execute", hear)
    await idle.seal(committed)
    assert 2 == len(sent)
