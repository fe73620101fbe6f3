"""What is read from the rows is what was published; the rules answer the same with it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.database import make_sessions
from app.domain.charges import Quote, quote
from app.domain.errors import NoPolicyInForceError, NoTariffInForceError, TariffRefusalError
from app.domain.gates import parse_gates, parse_yards
from app.domain.green_lane import judge
from app.domain.policy import parse_policy
from app.domain.reference import Pending, Reference
from app.domain.required_checks import parse_required_checks
from app.domain.vocabulary import Direction, Queue, QueueMode
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.reference_data import read_reference
from app.services.upkeep.seeding import Seeding, published_documents
from tests.domain import test_charges as charges
from tests.domain import test_green_lane as green_lane
from tests.repositories.rows import NOW, add_actor, canonical

DAY = date(2026, 5, 21)
PUBLISHED = published_documents()
TARIFFS = ("tariff-2019-01", "tariff-2025-09")
POLICY = "queue-policy-2022-02"
UNOFFICIAL = {("tariff", code) for code in TARIFFS} | {("policy", POLICY)}


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """A session on a database that has the published documents."""
    async with sessions() as session:
        await Seeding(UnitOfWork(session)).load(PUBLISHED)
        yield session


@pytest.fixture
async def reference(session: AsyncSession) -> Reference:
    """The reference data of the sandbox, read from the database."""
    return await read(session)


async def read(session: AsyncSession, *, production: bool = False) -> Reference:
    return await read_reference(UnitOfWork(session), unofficial_needs_confirmation=production)


async def confirm(session: AsyncSession, kind: str, code: str, *principals: Any) -> None:
    for principal in principals:
        await UnitOfWork(session).reference.confirm(kind, code, principal, NOW)


@pytest.mark.parametrize("name", ["gates", "produce", "yards", "required-checks"])
def test_a_document_put_together_again_is_the_published_one(
    reference: Reference, name: str
) -> None:
    """But for the order of its rows, which has no meaning."""
    assert canonical(PUBLISHED[name]) == canonical(reference.documents[name])


@pytest.mark.parametrize("code", TARIFFS)
def test_a_tariff_put_together_again_is_the_published_one(reference: Reference, code: str) -> None:
    assert PUBLISHED[code] == reference.documents["tariffs"][code]


def test_the_policy_put_together_again_is_the_published_one(reference: Reference) -> None:
    assert PUBLISHED["queue-policy"] == reference.documents["policies"][POLICY]


def test_required_checks_keep_their_published_order(reference: Reference) -> None:
    assert PUBLISHED["required-checks"] == reference.documents["required-checks"]


def test_the_rows_give_the_same_objects_as_the_documents(reference: Reference) -> None:
    gates = {gate.code: gate for gate in parse_gates(PUBLISHED["gates"])}
    yards = {yard.code: yard for yard in parse_yards(PUBLISHED["yards"])}
    assert gates == reference.gates
    assert yards == reference.yards
    assert parse_required_checks(PUBLISHED["required-checks"]) == reference.required_checks
    assert {POLICY: parse_policy(PUBLISHED["queue-policy"])} == reference.policy_codes


def test_the_clocks_run_as_published(reference: Reference) -> None:
    at = datetime(2026, 5, 21, 12, tzinfo=UTC)
    for gate in parse_gates(PUBLISHED["gates"]):
        for direction in Direction:
            published = gate.clock(direction).reading(at)
            assert published == reference.clock(Queue(gate.code, direction)).reading(at)


@pytest.mark.parametrize("row", charges.ROWS, ids=lambda row: row["id"])
def test_every_golden_entry_costs_the_same_with_the_rows(
    reference: Reference, row: dict[str, str]
) -> None:
    def priced() -> Quote:
        edition = reference.tariffs.in_force(date.fromisoformat(row["on_date"]))
        return quote(edition, charges.facts_of(row))

    if row["expected_outcome"] == "refused":
        with pytest.raises(TariffRefusalError) as refusal:
            priced()
        assert row["expected_refusal"] == refusal.value.code
        return
    found = priced()
    assert row["expected_tariff"] == found.edition.code
    assert json.loads(row["expected_lines"]) == charges.lines_of(found)
    assert int(row["expected_total_vnd"]) == found.total_vnd


@pytest.mark.parametrize("row", green_lane.ROWS, ids=lambda row: row["id"])
def test_every_golden_verdict_is_the_same_with_the_rows(
    reference: Reference, row: dict[str, str]
) -> None:
    on = date.fromisoformat(row["on_date"])
    verdict = judge(green_lane.facts_of(row), on, reference.lane_rows)
    admitted = int(row["season_admitted_today"])
    assert green_lane.listed(row["expected_reasons"]) == verdict.refused
    assert (row["expected_eligible"] == "true") is verdict.eligible
    assert row["expected_lane"] == green_lane.lane_of(verdict, admitted)


def test_in_the_sandbox_every_edition_may_be_used(reference: Reference) -> None:
    assert () == reference.pending
    assert "tariff-2025-09" == reference.tariffs.in_force(DAY).code
    assert QueueMode.CALLED is reference.mode(Queue("tan-thanh", Direction.EXPORT), DAY)


async def test_an_edition_that_waits_tells_until_when_it_would_rule(session: AsyncSession) -> None:
    waiting = {one.code: one for one in (await read(session, production=True)).pending}
    assert date(2025, 5, 8) == waiting["tariff-2019-01"].until
    assert waiting["tariff-2025-09"].until is None
    assert waiting[POLICY].until is None
    days = (date(2025, 5, 7), date(2025, 5, 8))
    assert [False, True] == [waiting["tariff-2019-01"].is_over(day) for day in days]
    assert [False, False] == [waiting["tariff-2025-09"].is_over(day) for day in days]


async def test_in_production_no_edition_rules_before_it_is_confirmed(session: AsyncSession) -> None:
    reference = await read(session, production=True)
    assert UNOFFICIAL == {(one.kind, one.code) for one in reference.pending}
    assert reference.mode(Queue("tan-thanh", Direction.EXPORT), DAY) is None
    with pytest.raises(NoTariffInForceError):
        reference.tariffs.in_force(DAY)
    with pytest.raises(NoPolicyInForceError):
        reference.policies.in_force(DAY)


async def test_one_member_s_word_is_not_enough_however_often_it_is_given(
    session: AsyncSession,
) -> None:
    member = await add_actor(session, "board", name="member 1")
    await confirm(session, "tariff", "tariff-2025-09", member.id, member.id)
    reference = await read(session, production=True)
    assert Pending("tariff", "tariff-2025-09", ("member 1",)) in reference.pending
    with pytest.raises(NoTariffInForceError):
        reference.tariffs.in_force(DAY)


async def test_two_members_put_one_edition_in_force_and_no_other(session: AsyncSession) -> None:
    members = [(await add_actor(session, "board")).id for _ in range(2)]
    await confirm(session, "tariff", "tariff-2025-09", *members)
    reference = await read(session, production=True)
    waiting = {(one.kind, one.code) for one in reference.pending}
    assert UNOFFICIAL - {("tariff", "tariff-2025-09")} == waiting
    assert "tariff-2025-09" == reference.tariffs.in_force(DAY).code
    with pytest.raises(NoTariffInForceError):
        reference.tariffs.in_force(date(2025, 5, 7))


async def test_the_word_for_a_tariff_is_none_for_a_policy(session: AsyncSession) -> None:
    members = [(await add_actor(session, "board")).id for _ in range(2)]
    await confirm(session, "policy", POLICY, *members)
    reference = await read(session, production=True)
    assert {("tariff", code) for code in TARIFFS} == {
        (one.kind, one.code) for one in reference.pending
    }
    assert POLICY == reference.policies.in_force(DAY).code


async def test_an_official_edition_needs_nobody_s_word(session: AsyncSession) -> None:
    official = {
        **PUBLISHED["tariff-2025-09"],
        "code": "tariff-2035-01",
        "official": True,
        "force": [
            {
                **PUBLISHED["tariff-2025-09"]["force"][0],
                "valid_from": "2000-01-01",
                "valid_to": "2000-02-01",
            }
        ],
    }
    await Seeding(UnitOfWork(session)).load({**PUBLISHED, "tariff-2035-01": official})
    reference = await read(session, production=True)
    assert "tariff-2035-01" == reference.tariffs.in_force(date(2000, 1, 15)).code


async def test_a_change_in_the_middle_of_reading_makes_it_read_again(
    database: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never the rows of two revisions under one number."""
    sessions = make_sessions(database)
    asked: list[int] = []

    class Interrupted(UnitOfWork):
        """The first time gates were read, somebody else changes the reference data."""

    async with sessions() as session:
        uow = Interrupted(session)
        gates = uow.reference.gates

        async def gates_then_a_change() -> list[dict[str, Any]]:
            found = await gates()
            if not asked:
                async with sessions.begin() as other:
                    await UnitOfWork(other).reference.bump()
            asked.append(1)
            return found

        monkeypatch.setattr(uow.reference, "gates", gates_then_a_change)
        reference = await read_reference(uow, unofficial_needs_confirmation=False)
        assert 2 == len(asked)
        assert await uow.reference.revision() == reference.revision
