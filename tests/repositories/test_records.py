"""What was seen, checked, held and told is read in the order in which it happened."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import RetryCollisionError
from app.models import Event, ExceptionCase, Observation
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.rows import (
    NOW,
    QUEUE,
    Actor,
    add,
    add_actor,
    add_check,
    add_entry,
    add_event,
    add_hold,
    add_observation,
    attributed,
)

EARLIER = NOW - timedelta(minutes=30)


@pytest.fixture
async def entry(session: AsyncSession, company: Actor) -> UUID:
    """An entry; another one beside it has a record of each kind that must not show."""
    beside = await add_entry(session, company)
    for another in (add_check, add_observation, add_hold, add_event):
        await another(session, company, beside)
    return await add_entry(session, company)


async def test_observations_come_as_they_were_recorded(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    later = await add_observation(session, company, entry, occurred_at=EARLIER)
    first = await add_observation(session, company, entry, recorded_at=EARLIER)
    assert [first, later] == [one.id for one in await uow.records.observations(entry)]


async def test_checks_come_as_they_happened_so_that_the_newest_counts(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    later = await add_check(session, company, entry, recorded_at=EARLIER)
    backfilled = await add_check(session, company, entry, occurred_at=EARLIER)
    assert [backfilled, later] == [one.id for one in await uow.records.checks(entry)]


async def test_holds_of_several_entries_are_told_lifted_ones_included(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    other = await add_entry(session, company)
    open_ = await add_hold(session, company, entry)
    lifted = {"lifted_at": NOW, "lifted_by": company.id}
    first = await add_hold(session, company, other, placed_at=EARLIER, **lifted)
    assert [first, open_] == [hold.id for hold in await uow.records.holds([entry, other])]
    assert [] == await uow.records.holds([])


async def test_a_record_is_found_by_its_reporter_s_own_reference(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    rival = await add_actor(session)
    own = {"source_reference": "own-1"}
    added = (
        await add_observation(session, company, entry, **own),
        await add_hold(session, company, entry, **own),
    )
    ask = (
        uow.records.observation_by_source,
        uow.records.hold_by_source,
    )
    for identity, find in zip(added, ask, strict=True):
        found = await find(company.organisation_id, "own-1")
        assert found is not None
        assert identity == found.id
        assert await find(rival.organisation_id, "own-1") is None
        assert await find(company.organisation_id, "own-2") is None


async def test_checks_are_found_by_their_agency_s_own_references(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    rival = await add_actor(session)
    check = await add_check(session, company, entry, source_reference="own-1")
    asked = ["own-1", "own-2"]
    found = await uow.records.checks_by_source(company.organisation_id, asked)
    assert [check] == [one.id for one in found]
    assert [] == await uow.records.checks_by_source(rival.organisation_id, asked)


async def test_a_reference_given_twice_at_once_has_the_name_of_the_rule(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    await add_observation(session, company, entry, source_reference="own-1")
    uow.add(
        Observation(**attributed(company), entry_id=entry, kind="arrival", source_reference="own-1")
    )
    with pytest.raises(RetryCollisionError):
        await uow.flush()


async def test_records_without_a_reference_are_all_kept(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    for _ in range(2):
        await add_observation(session, company, entry)
    assert 2 == len(await uow.records.observations(entry))


async def test_exceptions_come_as_they_were_opened(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID
) -> None:
    case = {"rule": "arrived-uncalled", "facts": {}, "opened_by": company.id, "entry_id": entry}
    later = await add(session, ExceptionCase, {**case, "opened_at": NOW})
    first = await add(session, ExceptionCase, {**case, "opened_at": EARLIER})
    assert [first, later] == [one.id for one in await uow.records.exceptions(entry)]


async def test_events_are_numbered_in_the_order_given(
    session: AsyncSession, uow: UnitOfWork, company: Actor, entry: UUID, recorded: Recording
) -> None:
    kinds = [f"kind.{number}" for number in range(20)]
    shared = {
        "entry_id": entry,
        "gate_code": QUEUE.gate,
        "direction": QUEUE.direction.value,
        "occurred_at": NOW,
        "recorded_at": NOW,
        "principal_id": company.id,
    }
    events = [{**shared, "id": uuid4(), "kind": kind, "data": {"a": kind}} for kind in kinds]
    with recorded() as sent:
        await uow.records.insert_events(events)
    assert 1 == len(sent)
    statement = select(Event.kind).where(Event.entry_id == entry).order_by(Event.number)
    assert kinds == [*await session.scalars(statement)]
