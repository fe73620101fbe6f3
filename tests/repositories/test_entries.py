"""Entries are found by what people know of them, and only by those who may see them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import make_sessions
from app.domain.authorisation import Relation
from app.domain.principal import Principal
from app.domain.questions import EntryFilter
from app.domain.vocabulary import Direction, Lane, Party, Role, State
from app.models import Claim, Entry
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.queues_at_random import ids
from tests.repositories.rows import NOW, Actor, add_actor, add_call, add_entry, entry_row

PLATE = "12C00017"
EVERYTHING = EntryFilter()


def principal(actor: Actor, role: Role = Role.COMPANY) -> Principal:
    return Principal(actor.id, actor.organisation_id, "somebody", role)


async def ties(uow: UnitOfWork, entry: UUID, who: Principal) -> frozenset[Relation]:
    """Return what somebody's organisation is to an entry."""
    found = await uow.entries.related(entry, who, NOW)
    assert found is not None
    return found.relations


@pytest.fixture
async def rival(session: AsyncSession) -> Actor:
    """Another company's principal."""
    return await add_actor(session)


async def test_a_company_sees_its_own_entries_only(
    session: AsyncSession, uow: UnitOfWork, company: Actor, rival: Actor
) -> None:
    entry = await add_entry(session, company)
    assert {Party.DECLARANT} == await ties(uow, entry, principal(company))
    assert set() == await ties(uow, entry, principal(rival))
    seen = [
        ids(await uow.entries.page(who, EVERYTHING, None, 9, at=NOW))
        for who in (
            principal(company), principal(rival), principal(rival, Role.APP),
            principal(rival, Role.OFFICER),
        )
    ]  # fmt: skip
    assert [{entry}, set(), set(), {entry}] == seen


async def test_a_payer_sees_what_it_pays_for(
    session: AsyncSession, uow: UnitOfWork, company: Actor, rival: Actor
) -> None:
    entry = await add_entry(session, company, payer_tax_code="4900000001")
    await add_entry(session, company)
    payer = replace(principal(rival), tax_code="4900000001")
    stranger = replace(principal(rival), tax_code="4900000002")
    assert {Party.PAYER} == await ties(uow, entry, payer)
    assert set() == await ties(uow, entry, stranger)
    assert {entry} == ids(await uow.entries.page(payer, EVERYTHING, None, 9, at=NOW))
    assert [] == await uow.entries.page(stranger, EVERYTHING, None, 9, at=NOW)


async def test_an_entry_is_found_by_reference_and_by_id(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company, reference="E4K7-9QXPM2")
    for found in (
        await uow.entries.by_reference("E4K7-9QXPM2"),
        await uow.entries.by_id(entry),
        await uow.entries.locked(entry),
    ):
        assert found is not None
        assert entry == found.id
    assert await uow.entries.by_reference("E4K7-9QXPM3") is None
    assert await uow.entries.by_id(uuid4()) is None


async def test_a_row_is_read_again_although_the_session_knows_it(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    identity = await add_entry(session, company)
    entry = await uow.entries.by_id(identity)
    assert entry is not None
    connection = await session.connection()
    await connection.execute(Entry.__table__.update().values(version=7))  # type: ignore[attr-defined] # a table, though typed as any selectable
    assert 1 == entry.version
    assert 7 == (await uow.entries.locked(identity)).version


async def test_an_entry_comes_with_the_newest_call_of_its_queue(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    assert (entry, None) == await _in_queue(uow, entry)
    other = await add_entry(session, company)
    for minutes in (5, 9):
        await add_call(session, company, other, called_at=NOW - timedelta(minutes=minutes))
    await add_call(session, company, other, direction=Direction.IMPORT.value)
    assert (entry, NOW - timedelta(minutes=5)) == await _in_queue(uow, entry)


async def _in_queue(uow: UnitOfWork, identity: UUID) -> tuple[UUID, datetime | None]:
    entry, called_at, _ = await uow.entries.locked_in_queue(identity)
    return entry.id, called_at


async def test_what_happens_beside_an_entry_is_a_change_but_no_new_version(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    identity = await add_entry(session, company)
    later = NOW + timedelta(minutes=1)
    await uow.entries.touch(identity, later)
    entry = await uow.entries.locked(identity)
    assert (later, 1) == (entry.changed_at, entry.version)


async def test_open_entries_on_a_plate_are_those_of_one_direction_that_have_not_ended(
    session: AsyncSession, uow: UnitOfWork, company: Actor, rival: Actor
) -> None:
    first = await add_entry(
        session, rival, tractor_plate=PLATE, registered_at=NOW - timedelta(hours=1)
    )
    second = await add_entry(session, company, tractor_plate=PLATE)
    await add_entry(session, company, tractor_plate=PLATE, direction=Direction.IMPORT.value)
    await add_entry(session, company, tractor_plate="12C00018")
    await add_entry(session, company, tractor_plate=PLATE, state=State.CROSSED.value, ended_at=NOW)
    found = await uow.entries.open_with_plate(PLATE, Direction.EXPORT)
    assert [first, second] == [entry.id for entry in found]


async def test_an_entry_is_stored_from_its_columns_in_one_statement(
    uow: UnitOfWork, company: Actor, recorded: Recording
) -> None:
    row = entry_row(company)
    with recorded() as sent:
        await uow.entries.insert(row)
    assert 1 == len(sent)
    assert await uow.entries.by_id(row["id"]) is not None


class TestPages:
    """Lists go on where they stopped, whatever has the same instant."""

    async def page(
        self,
        uow: UnitOfWork,
        actor: Actor,
        where: EntryFilter = EVERYTHING,
        after: Sequence[object] | None = None,
        limit: int = 2,
    ) -> Sequence[Entry]:
        return await uow.entries.page(principal(actor), where, after, limit, at=NOW)

    @pytest.fixture
    async def seven(self, session: AsyncSession, company: Actor) -> list[UUID]:
        """Seven entries, newest first; three of them of one instant."""
        at = [NOW - timedelta(minutes=minute) for minute in (0, 1, 1, 1, 2, 3, 4)]
        stored = [
            (when, await add_entry(session, company, registered_at=when, changed_at=when))
            for when in at
        ]
        return [identity for _, identity in sorted(stored, reverse=True)]

    async def test_pages_lose_nothing_and_repeat_nothing(
        self,
        session: AsyncSession,
        uow: UnitOfWork,
        company: Actor,
        rival: Actor,
        seven: list[UUID],
    ) -> None:
        await add_entry(session, rival)
        found: list[UUID] = []
        after: Sequence[object] | None = None
        while page := await self.page(uow, company, after=after):
            found += [entry.id for entry in page]
            after = [page[-1].registered_at, page[-1].id]
        assert seven == found

    async def test_an_entry_that_comes_in_between_shifts_no_page(
        self, session: AsyncSession, uow: UnitOfWork, company: Actor, seven: list[UUID]
    ) -> None:
        first = await self.page(uow, company)
        await add_entry(session, company, registered_at=NOW + timedelta(minutes=1))
        after = [first[-1].registered_at, first[-1].id]
        second = await self.page(uow, company, after=after)
        assert seven[:4] == [entry.id for entry in (*first, *second)]

    async def test_what_changed_is_told_oldest_change_first(
        self, uow: UnitOfWork, company: Actor, seven: list[UUID]
    ) -> None:
        where = EntryFilter(changed_after=NOW - timedelta(minutes=3))
        found: list[UUID] = []
        after: Sequence[object] | None = None
        while page := await self.page(uow, company, where, after):
            found += [entry.id for entry in page]
            after = [page[-1].changed_at, page[-1].id]
        assert seven[:5][::-1] == found

    @pytest.mark.parametrize(
        ("values", "where"),
        [
            ({"gate_code": "huu-nghi"}, EntryFilter(gate="huu-nghi")),
            ({"direction": "import"}, EntryFilter(direction=Direction.IMPORT)),
            ({"state": "crossed", "ended_at": NOW}, EntryFilter(state=State.CROSSED)),
            ({"lane": "green"}, EntryFilter(lane=Lane.GREEN)),
            ({"tractor_plate": PLATE}, EntryFilter(plate=PLATE)),
            ({"declaration_numbers": ["1", "2"]}, EntryFilter(declaration_number="2")),
            ({"client_reference": "A-1"}, EntryFilter(client_reference="A-1")),
            ({"reference": "E4K7-9QXPM2"}, EntryFilter(reference="E4K7-9QXPM2")),
            ({"yard_code": "bao-nguyen"}, EntryFilter(yard="bao-nguyen")),
            (
                {"registered_at": datetime(2026, 1, 2, tzinfo=UTC)},
                EntryFilter(registered_before=datetime(2026, 1, 3, tzinfo=UTC)),
            ),
            (
                {"registered_at": datetime(2027, 1, 2, tzinfo=UTC)},
                EntryFilter(registered_from=datetime(2027, 1, 2, tzinfo=UTC)),
            ),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    async def test_a_filter_narrows_to_what_it_names(
        self,
        session: AsyncSession,
        uow: UnitOfWork,
        company: Actor,
        values: dict[str, object],
        where: EntryFilter,
    ) -> None:
        await add_entry(session, company)
        wanted = await add_entry(session, company, **values)
        assert {wanted} == ids(await self.page(uow, company, where))
        both = replace(where, reference="nobody's")
        assert [] == await self.page(uow, company, both)


class TestClaims:
    """One entry holds a plate or a container, over all gates."""

    async def claims(self, session: AsyncSession) -> dict[tuple[str, str], UUID]:
        found = await session.execute(select(Claim.kind, Claim.value, Claim.entry_id))
        return {(kind, value): entry for kind, value, entry in found}

    @pytest.fixture
    async def entries(self, session: AsyncSession, company: Actor) -> tuple[UUID, UUID]:
        """Two entries."""
        return await add_entry(session, company), await add_entry(session, company)

    async def test_the_first_takes_all_and_the_second_none(
        self, session: AsyncSession, uow: UnitOfWork, entries: tuple[UUID, UUID]
    ) -> None:
        first, second = entries
        assert await uow.claims.take(first, [("plate", "A"), ("container", "X")])
        assert not await uow.claims.take(second, [("plate", "B"), ("container", "X")])
        assert {("plate", "A"): first, ("container", "X"): first} == await self.claims(session)

    async def test_a_container_is_no_plate(
        self, uow: UnitOfWork, entries: tuple[UUID, UUID]
    ) -> None:
        assert await uow.claims.take(entries[0], [("plate", "A")])
        assert await uow.claims.take(entries[1], [("container", "A")])

    async def test_what_is_let_go_may_be_taken(
        self, uow: UnitOfWork, entries: tuple[UUID, UUID]
    ) -> None:
        first, second = entries
        assert await uow.claims.take(first, [("plate", "A")])
        await uow.claims.release(first)
        assert await uow.claims.take(second, [("plate", "A")])

    async def test_asking_again_for_what_one_has_is_granted(
        self, session: AsyncSession, uow: UnitOfWork, entries: tuple[UUID, UUID]
    ) -> None:
        first, _ = entries
        assert await uow.claims.take(first, [("plate", "A")])
        assert await uow.claims.take(first, [("plate", "A"), ("container", "X")])
        assert {("plate", "A"), ("container", "X")} == set(await self.claims(session))

    async def test_wanting_more_in_vain_loses_nothing(
        self, session: AsyncSession, uow: UnitOfWork, entries: tuple[UUID, UUID]
    ) -> None:
        first, second = entries
        assert await uow.claims.take(first, [("plate", "A")])
        assert await uow.claims.take(second, [("container", "X")])
        assert not await uow.claims.take(
            first, [("plate", "A"), ("container", "X"), ("plate", "B")]
        )
        assert {("plate", "A"): first, ("container", "X"): second} == await self.claims(session)

    async def test_a_container_named_twice_is_one(
        self, uow: UnitOfWork, entries: tuple[UUID, UUID]
    ) -> None:
        assert await uow.claims.take(entries[0], [("container", "X"), ("container", "X")])

    async def test_of_two_at_once_one_takes_all_and_nobody_waits_for_ever(
        self, database: AsyncEngine
    ) -> None:
        sessions = make_sessions(database)
        async with sessions.begin() as session:
            company = await add_actor(session)
            rivals = [await add_entry(session, company) for _ in range(8)]

        async def one(entry: UUID, claims: list[tuple[str, str]]) -> bool:
            async with sessions.begin() as session:
                return await UnitOfWork(session).claims.take(entry, claims)

        wanted = [("plate", "A"), ("container", "X"), ("container", "Y")]
        orders = [wanted, wanted[::-1]] * 4
        won = await asyncio.gather(*map(one, rivals, orders))
        assert 1 == sum(won)
        async with sessions() as session:
            assert {rivals[won.index(True)]} == set((await self.claims(session)).values())

    async def test_nothing_to_hold_is_held(
        self, uow: UnitOfWork, entries: tuple[UUID, UUID], recorded: Recording
    ) -> None:
        with recorded() as sent:
            assert await uow.claims.take(entries[0], [])
        assert [] == sent
