"""Reference data go in once, however often they are loaded, and never in contradiction."""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.database import make_sessions
from app.core.migrations import upgrade
from app.domain.charges import Tariffs, parse_force, with_force
from app.domain.errors import (
    DomainError,
    OverlappingForceError,
    OverlappingValidityError,
    PolicyUnfitError,
    ReferenceDataError,
)
from app.models import (
    Base,
    Gate,
    GateHours,
    PolicyEdition,
    Product,
    ProductAccess,
    PublishedVolume,
    RequiredCheckRow,
    Season,
    TariffEdition,
    TariffForce,
)
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.seeding import Seeding, published_documents

Documents = dict[str, Any]


@pytest.fixture
def documents() -> Documents:
    """The published documents, to be changed by a test."""
    return deepcopy(published_documents())


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """A session on a database that has the published documents."""
    async with sessions() as session:
        await load(session, published_documents())
        yield session


async def load(session: AsyncSession, documents: Documents) -> int:
    return await Seeding(UnitOfWork(session)).load(documents)


async def count(session: AsyncSession, table: type[Base]) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def revision(session: AsyncSession) -> int:
    return await UnitOfWork(session).reference.revision()


def gate(documents: Documents, code: str) -> Any:
    return next(row for row in documents["gates"]["gates"] if row["code"] == code)


def product(documents: Documents, code: str) -> Any:
    return next(row for row in documents["produce"]["products"] if row["code"] == code)


async def test_a_second_load_adds_nothing(empty_database: AsyncEngine) -> None:
    await upgrade(empty_database)
    sessions = make_sessions(empty_database)
    async with sessions.begin() as session:
        first = await load(session, published_documents())
    async with sessions.begin() as session:
        assert (first > 100, 1) == (True, await revision(session))
        assert 0 == await load(session, published_documents())
        assert 1 == await revision(session)
        assert (10, 20, 2, 200) == (
            await count(session, Gate),
            await count(session, Product),
            await count(session, TariffEdition),
            await count(session, PublishedVolume),
        )


async def test_two_processes_that_load_at_once_load_once(empty_database: AsyncEngine) -> None:
    await upgrade(empty_database)
    sessions = make_sessions(empty_database)

    async def one() -> int:
        async with sessions.begin() as session:
            return await load(session, published_documents())

    first, second = sorted(await asyncio.gather(one(), one()))
    assert 0 == first < second
    async with sessions() as session:
        assert 1 == await revision(session)


async def test_rows_open_on_both_sides_are_known_again(session: AsyncSession) -> None:
    statement = select(func.count()).select_from(ProductAccess)
    both_open = func.lower_inf(ProductAccess.valid_on) & func.upper_inf(ProductAccess.valid_on)
    before = await session.scalar(statement.where(both_open))
    assert before
    assert 0 == await load(session, published_documents())
    assert before == await session.scalar(statement.where(both_open))


async def test_a_new_row_is_added_and_every_process_told(
    session: AsyncSession, documents: Documents
) -> None:
    before = await revision(session)
    season = product(documents, "lychee")["seasons"][0]
    product(documents, "longan")["seasons"].append({**season, "valid_from": "2027-01-01"})
    assert 1 == await load(session, documents)
    assert 2 == await count(session, Season)
    assert before + 1 == await revision(session)


async def test_a_row_that_ends_is_closed_and_the_next_one_takes_over(
    session: AsyncSession, documents: Documents
) -> None:
    hours = gate(documents, "na-hinh")["hours"]
    old = next(row for row in hours if row["valid_to"] is None)
    hours.append({**old, "valid_from": "2027-01-01", "opens": "05:00"})
    old["valid_to"] = "2027-01-01"

    assert 2 == await load(session, documents)
    rows = (
        await session.scalars(
            select(GateHours)
            .where(GateHours.gate_code == "na-hinh")
            .order_by(func.lower(GateHours.valid_on))
            .execution_options(populate_existing=True)
        )
    ).all()
    assert [date(2027, 1, 1), None] == [row.valid_on.upper for row in rows]
    assert "05:00" == rows[-1].facts["opens"]
    assert 0 == await load(session, documents)


async def test_a_row_that_was_closed_is_not_opened_by_an_older_document(
    session: AsyncSession, documents: Documents
) -> None:
    for row in documents["required-checks"]["rows"]:
        row["valid_to"] = "2027-01-01"
    closed = await load(session, documents)
    assert closed == await count(session, RequiredCheckRow)
    assert 0 == await load(session, published_documents())
    assert closed == await count(session, RequiredCheckRow)


async def test_a_successor_edition_closes_what_was_known_of_the_days_of_the_one_before(
    session: AsyncSession, documents: Documents
) -> None:
    before = await count(session, TariffForce)
    edition = documents["tariff-2025-09"]
    successor = deepcopy(edition) | {"code": "tariff-2027-01"}
    known = {"known_from": "2026-12-01", "known_to": None}
    days = {"valid_from": "2027-01-01", "valid_to": None}
    successor["force"] = [{**edition["force"][0], **days, **known}]
    edition["force"].append({**edition["force"][0], "valid_to": "2027-01-01", **known})
    edition["force"][0]["known_to"] = "2026-12-01"

    assert 4 == await load(session, {**documents, "tariff-2027-01": successor})
    assert before + 2 == await count(session, TariffForce)
    shipped = await UnitOfWork(session).reference.tariffs()
    force = Tariffs([], [row for one in shipped for row in parse_force(one)])
    written = {one["code"]: one for one in with_force(shipped, force)}
    assert "2027-01-01" == written["tariff-2025-09"]["valid_to"]
    assert days == {key: written["tariff-2027-01"][key] for key in days}


async def test_an_edition_that_would_rule_beside_another_is_refused(
    session: AsyncSession, documents: Documents
) -> None:
    rival = deepcopy(documents["tariff-2025-09"]) | {"code": "tariff-2027-01"}
    del documents["tariff-2025-09"]
    with pytest.raises(OverlappingForceError):
        await load(session, {**documents, "tariff-2027-01": rival})


async def test_a_policy_that_would_rule_beside_another_is_refused(
    session: AsyncSession, documents: Documents
) -> None:
    documents["queue-policy"] |= {"code": "queue-policy-2027-01", "valid_from": "2027-01-01"}
    with pytest.raises(OverlappingValidityError) as refused:
        await load(session, documents)
    assert "policy_editions" == refused.value.facts["one"]


async def test_two_answers_for_one_day_are_refused(
    session: AsyncSession, documents: Documents
) -> None:
    access = product(documents, "longan")["market_access"][0]
    access |= {"source": "another", "valid_from": "2027-01-01"}
    with pytest.raises(OverlappingValidityError):
        await load(session, documents)


def _of_an_empty_range(documents: Documents) -> None:
    gate(documents, "tan-thanh")["green_lane_rows"][0]["valid_to"] = "2000-01-01"


def _with_a_hole_in_the_tariff(documents: Documents) -> None:
    documents["tariff-2025-09"]["cells"].pop()


def _with_an_unknown_paper(documents: Documents) -> None:
    product(documents, "longan")["required_documents"][0]["document"] = "horoscope"


def _with_an_unknown_condition(documents: Documents) -> None:
    documents["required-checks"]["rows"][0]["when"] = "when it rains"


def _with_a_total_of_no_days(documents: Documents) -> None:
    documents["daily-volumes"]["rows"][0] |= {"period_from": "", "period_to": ""}


def _with_a_rate_of_zero(documents: Documents) -> None:
    documents["queue-policy"]["lanes"][0]["rate"] = 0


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        pytest.param(_of_an_empty_range, DomainError, id="days that end before they begin"),
        pytest.param(_with_a_hole_in_the_tariff, ReferenceDataError, id="a cell without a price"),
        pytest.param(_with_an_unknown_paper, ReferenceDataError, id="a paper nobody knows"),
        pytest.param(_with_an_unknown_condition, ReferenceDataError, id="a condition without test"),
        pytest.param(_with_a_total_of_no_days, ReferenceDataError, id="a total of no days"),
        pytest.param(_with_a_rate_of_zero, PolicyUnfitError, id="a lane that earns nothing"),
    ],
)
async def test_documents_that_no_rule_can_read_are_not_stored(
    session: AsyncSession,
    documents: Documents,
    spoil: Any,
    error: type[DomainError],
) -> None:
    before = await revision(session)
    spoil(documents)
    with pytest.raises(error):
        await load(session, documents)
    assert before == await revision(session)


async def test_the_days_of_an_edition_stand_in_rows_and_not_in_its_content(
    session: AsyncSession,
) -> None:
    edition = await session.get_one(TariffEdition, "tariff-2025-09")
    policy = await session.get_one(PolicyEdition, "queue-policy-2022-02")
    for document in (edition.document, policy.document):
        assert not {"valid_from", "valid_to", "force"} & document.keys()
    assert Range(date(2022, 2, 21), None) == policy.valid_on
