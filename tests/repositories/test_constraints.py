"""Broken constraints have the names that the rules know, and the database has all of them."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import DuplicateReferenceError, PlateAlreadyRegisteredError
from app.models import Entry
from app.repositories.constraints import BY_NAME, translated
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.rows import NOW, Actor, add_actor, entry_row


async def test_every_name_is_one_of_the_database(session: AsyncSession) -> None:
    names = await session.scalars(
        text(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON oid = indexrelid"
            " WHERE indisunique AND relnamespace = 'public'::regnamespace"
        )
    )
    assert BY_NAME.keys() <= set(names)


@pytest.mark.parametrize(
    ("same", "error"),
    [
        ({"client_reference": "A-1"}, DuplicateReferenceError),
        ({"tractor_plate": "12C00017"}, PlateAlreadyRegisteredError),
    ],
    ids=["a reference of one's own", "an open plate"],
)
async def test_a_company_says_the_same_once(
    session: AsyncSession,
    uow: UnitOfWork,
    company: Actor,
    same: dict[str, object],
    error: type[Exception],
) -> None:
    await uow.entries.insert(entry_row(company, **same))
    await uow.entries.insert(entry_row(await add_actor(session), **same))
    with pytest.raises(error):
        await uow.entries.insert(entry_row(company, **same))


async def test_a_plate_is_free_again_when_its_entry_has_ended(
    uow: UnitOfWork, company: Actor
) -> None:
    plate = {"tractor_plate": "12C00017"}
    await uow.entries.insert(entry_row(company, **plate, state="crossed", ended_at=NOW))
    await uow.entries.insert(entry_row(company, **plate))
    await uow.entries.insert(entry_row(company, **plate, direction="import"))


@pytest.mark.parametrize(
    "impossible",
    [
        pytest.param({"state": "queued"}, id="waiting without a key"),
        pytest.param({"queue_key": 7}, id="a key without waiting"),
        pytest.param({"state": "crossed"}, id="ended without an instant"),
        pytest.param({"ended_at": NOW}, id="open with an end"),
        pytest.param({"lane": "fast"}, id="a lane nobody knows"),
        pytest.param({"gate_code": "nowhere"}, id="a gate nobody knows"),
    ],
)
async def test_an_entry_that_cannot_be_is_no_name_of_the_rules_but_refused(
    session: AsyncSession, company: Actor, impossible: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError) as refused:
        await session.execute(insert(Entry), [entry_row(company, **impossible)])
    assert translated(refused.value) is None
