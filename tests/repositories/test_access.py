"""One statement says who asks, on what state of the world, and what they were answered before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.database import make_sessions
from app.domain.principal import Credential, CredentialKind
from app.domain.questions import ClockRow
from app.domain.vocabulary import Agency, Role, Scope
from app.repositories.access import (
    OPENINGS,
    Answer,
    ByKey,
    BySession,
    ByToken,
    Presented,
)
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.rows import NOW, Actor, add_actor, add_key

ANSWER = Answer(b"fingerprint", 201, "/v1/entries/1", b'{"a":1}')
# After so many PostgreSQL compares what a plan for these values saves with what planning costs.
CUSTOM_PLANS = 5
CLOCK = ClockRow(machine_at=NOW, business_at=NOW + timedelta(days=1), speed=60)


async def test_a_key_says_who_asks_in_one_statement(
    session: AsyncSession, uow: UnitOfWork, recorded: Recording
) -> None:
    guard = await add_actor(session, "agency", agency="border_guard")
    with recorded() as sent:
        opening = await uow.access.open_request(ByKey(guard.key_hash), None)
    assert 1 == len(sent)
    assert opening is not None
    assert (guard.id, guard.organisation_id) == (
        opening.principal.id,
        opening.principal.organisation_id,
    )
    assert (Role.AGENCY, Agency.BORDER_GUARD) == (opening.principal.role, opening.principal.agency)
    assert {Scope.READ, Scope.ACT} == opening.principal.scopes
    assert opening.principal.credential is not None
    assert await uow.reference.revision() == opening.revision
    assert (None, True, None) == (opening.clock, opening.retry_taken, opening.answer)


@pytest.mark.parametrize("retry", [None, "a-key"])
@pytest.mark.parametrize(
    "presented",
    [ByKey(b"unknown"), ByToken(uuid4(), uuid4()), BySession(b"unknown", NOW, NOW)],
    ids=["by a key", "by a token", "by a session"],
)
async def test_an_opening_is_planned_a_few_times_and_not_for_each_request(
    session: AsyncSession, uow: UnitOfWork, presented: Presented, retry: str | None
) -> None:
    for _ in range(CUSTOM_PLANS + 2):  # the first goes another way
        await uow.access.open_request(presented, retry)
    planned = text("SELECT generic_plans FROM pg_prepared_statements WHERE statement = :sql")
    sent = OPENINGS[type(presented)][retry is not None].sql
    counts = (await session.scalars(planned, {"sql": sent})).all()
    assert any(counts)


@pytest.mark.parametrize("retry", [None, "a-key"])
async def test_a_key_that_is_unknown_opens_nothing(uow: UnitOfWork, retry: str | None) -> None:
    assert await uow.access.open_request(ByKey(b"nobody's"), retry) is None


@pytest.mark.parametrize("retry", [None, "a-key"])
async def test_no_key_of_a_disabled_principal_opens_anything(
    session: AsyncSession, uow: UnitOfWork, retry: str | None
) -> None:
    actor = await add_actor(session, revoked_at=NOW)
    assert await uow.access.open_request(ByKey(actor.key_hash), retry) is None


@pytest.mark.parametrize("retry", [None, "a-key"])
async def test_a_principal_has_several_keys_and_each_opens_until_it_ends(
    session: AsyncSession, uow: UnitOfWork, company: Actor, retry: str | None
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    ends: list[tuple[dict[str, datetime], bool]] = [
        ({}, True), ({"expires_at": later}, True), ({"expires_at": NOW}, False),
        ({"revoked_at": NOW}, False), ({"revoked_at": NOW, "expires_at": later}, False),
    ]  # fmt: skip
    for values, opens in ends:
        key = uuid4().bytes
        identity = await add_key(session, replace(company, key_hash=key), **values)
        opening = await uow.access.open_request(ByKey(key), retry)
        assert opens is (opening is not None)
        if opening is not None:
            assert Credential(CredentialKind.KEY, identity) == opening.principal.credential
            assert company.id == opening.principal.id


async def test_the_sandbox_s_clock_comes_with_the_opening(uow: UnitOfWork, company: Actor) -> None:
    await uow.access.set_clock(CLOCK)
    for retry in (None, "a-key"):
        opening = await uow.access.open_request(ByKey(company.key_hash), retry)
        assert opening is not None
        assert CLOCK == opening.clock
    assert CLOCK == (await uow.access.pulse()).clock


async def test_the_clock_is_one_row_however_often_it_is_set(uow: UnitOfWork) -> None:
    assert (await uow.access.pulse()).clock is None
    await uow.access.set_clock(CLOCK)
    later = ClockRow(NOW, NOW + timedelta(days=2), 1)
    await uow.access.set_clock(later)
    assert later == (await uow.access.pulse()).clock


async def test_the_pulse_beats_with_the_reference_data(uow: UnitOfWork) -> None:
    before = (await uow.access.pulse()).revision
    await uow.reference.bump()
    assert before + 1 == (await uow.access.pulse()).revision


async def test_the_migration_that_is_applied_is_told_with_the_time(uow: UnitOfWork) -> None:
    applied, now = await uow.access.schema_and_time()
    assert applied
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


class TestRetries:
    """The same key is answered the same for a day, and by one request at a time."""

    async def answer(self, uow: UnitOfWork, actor: Actor, key: str = "key") -> Answer | None:
        opening = await uow.access.open_request(ByKey(actor.key_hash), key)
        assert opening is not None
        assert opening.retry_taken
        return opening.answer

    async def test_an_answer_is_found_again(self, uow: UnitOfWork, company: Actor) -> None:
        assert await self.answer(uow, company) is None
        assert await uow.access.store_answer(company.id, "key", ANSWER)
        assert ANSWER == await self.answer(uow, company)

    async def test_nobody_gets_the_answer_of_another(
        self, session: AsyncSession, uow: UnitOfWork, company: Actor
    ) -> None:
        await uow.access.store_answer(company.id, "key", ANSWER)
        assert await self.answer(uow, await add_actor(session)) is None
        assert await self.answer(uow, company, "another") is None

    async def test_an_answer_stored_meanwhile_is_not_overwritten(
        self, uow: UnitOfWork, company: Actor
    ) -> None:
        assert await uow.access.store_answer(company.id, "key", ANSWER)
        other = Answer(b"other", 200, None, b"{}")
        assert not await uow.access.store_answer(company.id, "key", other)
        assert ANSWER == await self.answer(uow, company)

    @pytest.mark.parametrize(
        ("hours", "kept"),
        [
            pytest.param(23, True, id="within the day"),
            pytest.param(24, False, id="after it"),
        ],
    )
    async def test_an_answer_is_kept_for_a_day(
        self, session: AsyncSession, uow: UnitOfWork, company: Actor, hours: int, *, kept: bool
    ) -> None:
        await uow.access.store_answer(company.id, "key", ANSWER)
        await _age(session, hours)
        assert (ANSWER if kept else None) == await self.answer(uow, company)
        assert kept is not await uow.access.store_answer(company.id, "key", ANSWER)
        assert ANSWER == await self.answer(uow, company)

    async def test_old_answers_are_forgotten_a_few_at_a_time(
        self, session: AsyncSession, uow: UnitOfWork, company: Actor
    ) -> None:
        for number in range(3):
            await uow.access.store_answer(company.id, f"old {number}", ANSWER)
        await _age(session, 25)
        await uow.access.store_answer(company.id, "new", ANSWER)
        assert [2, 1, 0] == [await uow.access.forget_answers(2) for _ in range(3)]
        assert ANSWER == await self.answer(uow, company, "new")

    async def test_whatever_a_key_holds_are_only_characters(
        self, uow: UnitOfWork, company: Actor
    ) -> None:
        key = f"{uuid4()}:%s:$1:'"
        assert await uow.access.store_answer(company.id, key, ANSWER)
        assert ANSWER == await self.answer(uow, company, key)


class TestTwoAtOnce:
    """A retry that comes while the first try still works is told so."""

    @pytest.fixture
    def two(self, database: AsyncEngine) -> async_sessionmaker[AsyncSession]:
        """Sessions with real commits."""
        return make_sessions(database)

    async def test_the_second_does_not_get_the_key_until_the_first_ends(
        self, two: async_sessionmaker[AsyncSession]
    ) -> None:
        async with two.begin() as session:
            company, rival = await add_actor(session), await add_actor(session)

        async def takes(session: AsyncSession, actor: Actor, key: str = "key") -> bool:
            opening = await UnitOfWork(session).access.open_request(ByKey(actor.key_hash), key)
            return opening is not None and opening.retry_taken

        async with two.begin() as first, two.begin() as second:
            assert await takes(first, company)
            assert not await takes(second, company)
            assert await takes(second, company, "another")
            assert await takes(second, rival)
            await UnitOfWork(first).access.store_answer(company.id, "key", ANSWER)
        async with two.begin() as third:
            opening = await UnitOfWork(third).access.open_request(ByKey(company.key_hash), "key")
            assert opening is not None
            assert (True, ANSWER) == (opening.retry_taken, opening.answer)


async def _age(session: AsyncSession, hours: int) -> None:
    await session.execute(
        text("UPDATE stored_answers SET stored_at = stored_at - make_interval(hours => :hours)"),
        {"hours": hours},
    )
