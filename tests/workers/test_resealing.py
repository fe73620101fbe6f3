"""A new data key takes over from an old one, beside everything else that goes on."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.ciphers import Cipher
from app.models import Base, Difficulty, Entry, ResealProgress
from app.repositories.resealing import PARTS, Part, Resealed
from app.repositories.unit_of_work import UnitOfWork
from app.services.declarations.declaring import personal_columns
from app.services.privacy.resealing import Resealing
from app.workers import resealing
from app.workers.resealing import Resealer
from tests.repositories.rows import NOW, Actor, add_actor, add_entry

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}
PEPPER = "pepper of API keys"
BEFORE, DURING, AFTER = (Cipher(keys, PEPPER) for keys in (OLD, {**NEW, **OLD}, NEW))
AN = {"name": "Nguyễn Văn An", "document_number": "024098001234", "phone": "+84 912 345 678"}
MIDNIGHT = datetime(2026, 11, 28, tzinfo=UTC)
Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def sessions(database: AsyncEngine) -> Sessions:
    """Sessions with commits of their own, as workers have them."""
    return async_sessionmaker(database, expire_on_commit=False)


async def fill(sessions: Sessions, count: int = 5, **columns: Any) -> list[UUID]:
    """Store entries whose drivers were sealed by the old key, and return their ids."""
    async with sessions.begin() as session:
        actor = await add_actor(session)
        given = {**personal_columns(BEFORE, AN), **columns}
        ids = [await add_entry(session, actor, **given) for _ in range(count)]
        await add_difficulty(session, actor)
    return ids


async def add_difficulty(session: AsyncSession, actor: Actor) -> None:
    session.add(
        Difficulty(
            gate_code="tan-thanh",
            words=BEFORE.encrypt("Ring 0912 345 678"),
            reported_at=NOW,
            reported_by=actor.id,
            organisation_id=actor.organisation_id,
        )
    )


async def stored(sessions: Sessions) -> list[Entry]:
    async with sessions() as session:
        return list(await session.scalars(select(Entry).order_by(Entry.id)))


def resealer(cipher: Cipher = DURING, at: datetime = MIDNIGHT) -> Resealer:
    return Resealer(cipher, lambda: at)


OTHER_BYTES = {
    "principals.key_hash", "api_keys.key_hash", "entries.tracking_hash", "shared_allowances.key",
    "stored_answers.fingerprint", "stored_answers.body", "messages.fingerprint",
    "sessions.token_hash", "sessions.state_hash", "log_checkpoints.root", "log_openings.salt",
    "log_tiles.hashes", "log_trees.root",
}  # fmt: skip
"""Bytes that no data key has made: hashes of tokens, requests and leaves, answers without any
person, salts."""


def test_every_column_of_bytes_is_a_hash_or_is_sealed_anew() -> None:
    """Whoever adds an encrypted column adds it to the parts, or its old key can never go."""
    known = {part.name for part in PARTS} | OTHER_BYTES
    known |= {
        f"{part.hashed.class_.__tablename__}.{part.hashed.key}"
        for part in PARTS
        if part.hashed is not None
    }
    kept = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert kept == known


async def test_all_is_sealed_by_the_new_key_and_the_old_one_may_go(sessions: Sessions) -> None:
    await fill(sessions)
    assert 5 * 3 + 1 == await resealer().reseal(sessions)
    for entry in await stored(sessions):
        sealed = (entry.driver_name, entry.driver_document, entry.driver_phone)
        assert list(AN.values()) == [AFTER.decrypt(one) for one in sealed if one]
        assert AFTER.hash_to_find("0912345678") == entry.driver_phone_hash
        assert AFTER.hash_to_find(AN["document_number"]) == entry.driver_document_hash
    async with sessions() as session:
        sealing = UnitOfWork(session).resealing
        assert {"new": 16} == {
            name: count for name, (count, _) in (await sealing.counted()).items()
        }
        assert {"new": 10} == await sealing.hashes_counted()
    assert 0 == await resealer(AFTER).reseal(sessions)


async def test_hashes_of_before_they_named_a_key_are_made_anew(sessions: Sessions) -> None:
    def legacy(text: str) -> bytes:
        return hmac.digest(b"find:" + PEPPER.encode(), text.encode(), "sha256")

    (one,) = await fill(
        sessions,
        1,
        driver_phone_hash=legacy("0912345678"),
        driver_document=BEFORE.encrypt("."),
        driver_document_hash=legacy(""),
    )
    async with sessions() as session:
        assert {"GATE_PEPPER": 2} == await UnitOfWork(session).resealing.hashes_counted()
    await resealer(BEFORE).reseal(sessions)
    (entry,) = await stored(sessions)
    assert one == entry.id
    assert (BEFORE.hash_to_find("0912345678"), None) == (
        entry.driver_phone_hash, entry.driver_document_hash,
    )  # fmt: skip


async def test_a_pass_that_is_killed_anywhere_goes_on_where_it_was(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One turn a run: each run stands for a worker that was killed after it."""
    monkeypatch.setattr(resealing, "TURNS", 1)
    await fill(sessions)
    total, runs = 0, 0
    while not await is_done(sessions):
        total, runs = total + await resealer().reseal(sessions), runs + 1
    assert (16, len(PARTS)) == (total, runs)


async def is_done(sessions: Sessions) -> bool:
    async with sessions() as session:
        rows = (await session.scalars(select(ResealProgress))).all()
    return len(rows) == len(PARTS) and all(row.passed_at for row in rows)


async def test_windows_lead_through_a_table_without_leaving_a_row_out(sessions: Sessions) -> None:
    await fill(sessions)
    done = []
    while True:
        async with sessions.begin() as session:
            turn = await Resealing(UnitOfWork(session), DURING, MIDNIGHT).turn(size=2)
        if turn is None:
            break
        done.append(turn)
    of_nobody = len(PARTS) - 4  # the parts of an entry's driver, and of one row more
    assert [2, 2, 1, 2, 2, 1, 2, 2, 1, 1, *[0] * of_nobody] == done


async def test_who_amends_meanwhile_wins(sessions: Sessions) -> None:
    """What was read before an amendment does not overwrite it."""
    (one,) = await fill(sessions, 1)
    part = next(part for part in PARTS if part.sealed is Entry.driver_phone)
    async with sessions.begin() as slow:
        sealing = UnitOfWork(slow).resealing
        (found,) = await sealing.sealed_otherwise(part, DURING.mark, None, None)
        async with sessions.begin() as session:
            amended = personal_columns(DURING, {"phone": "0987 654 321"})
            await session.execute(update(Entry).where(Entry.id == one).values(amended))
        await sealing.replace(part, [Resealed(one, found.sealed, DURING.encrypt("old"), b"old")])
    (entry,) = await stored(sessions)
    assert DURING.hash_to_find("0987654321") == entry.driver_phone_hash
    assert entry.driver_phone is not None
    assert "0987 654 321" == DURING.decrypt(entry.driver_phone)


async def test_what_an_old_process_seals_behind_a_pass_is_found_a_day_later(
    sessions: Sessions,
) -> None:
    await resealer().reseal(sessions)
    await fill(sessions, 1)
    day = timedelta(hours=24)
    assert 0 == await resealer(at=MIDNIGHT + day - timedelta(seconds=1)).reseal(sessions)
    assert 4 == await resealer(at=MIDNIGHT + day).reseal(sessions)


async def test_what_no_key_opens_is_left_and_stops_nothing(sessions: Sessions) -> None:
    gone = Cipher({"gone": b"g" * 32}, PEPPER).encrypt("An")
    wrong = b"old\0" + bytes(40)
    await fill(sessions, 1, driver_name=gone, driver_phone=wrong)
    assert 2 == await resealer().reseal(sessions)
    (entry,) = await stored(sessions)
    assert (gone, wrong) == (entry.driver_name, entry.driver_phone)


def test_a_part_is_named_by_its_column() -> None:
    names = [part.name for part in PARTS]
    assert len(set(names)) == len(names)
    assert "entries.driver_name" == Part(Entry, Entry.driver_name).name
    assert all(issubclass(part.table, Base) for part in PARTS)
