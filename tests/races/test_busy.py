"""A database that is busy is answered 503 with a time to come back, and nothing is half done."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import Settings
from app.models import Event, Observation, StoredAnswer
from app.repositories.unit_of_work import UnitOfWork
from tests.races.house import QUEUE, House, truck


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Impatient, with two connections only."""
    return Settings(pool_size=1, pool_overflow=1, pool_timeout_seconds=1, lock_timeout_ms=100)


async def test_who_waits_too_long_for_a_queue_is_asked_to_come_back(
    house: House, sessions: async_sessionmaker[AsyncSession]
) -> None:
    entry = (await house.register(truck(0))).entry
    body = {"reference": entry.reference, "way": "in"}

    async with sessions.begin() as session:
        await UnitOfWork(session).queues.lock(QUEUE, exclusive=True)
        busy = await house.post("/v1/yards/bao-nguyen/movements", "yard", body, retry="come-in")

    assert (503, "busy") == (busy.status_code, busy.json()["code"])
    assert int(busy.headers["Retry-After"]) > 0
    assert [] == [*await house.rows(Observation), *await house.rows(StoredAnswer)]
    assert ["entry.registered"] == [event.kind for event in await house.rows(Event)]

    done = await house.post("/v1/yards/bao-nguyen/movements", "yard", body, retry="come-in")
    assert (201, "queued") == (done.status_code, done.json()["state"])


async def test_more_requests_than_connections_wait_or_are_asked_to_come_back(
    house: House, sessions: async_sessionmaker[AsyncSession]
) -> None:
    async with sessions() as one, sessions() as other:
        await one.connection()
        await other.connection()
        busy = await house.post("/v1/entries", "company-1", truck(0))
    done = await house.post("/v1/entries", "company-1", truck(0))

    assert (503, "busy") == (busy.status_code, busy.json()["code"])
    assert 201 == done.status_code


async def test_a_body_that_comes_slowly_keeps_no_connection(house: House) -> None:
    """Also where the operation has no body: retries are told apart by what came all the same."""
    entry = (await house.register(truck(0))).entry
    begun, rest = asyncio.Semaphore(0), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        begun.release()
        await rest.wait()
        yield b""

    async def renew(retry: str) -> httpx.Response:
        path, headers = f"/v1/entries/{entry.id}/tracking-token", {"Idempotency-Key": retry}
        return await house.ask("POST", path, "company-1", content=slowly(), headers=headers)

    slow = [asyncio.create_task(renew(retry)) for retry in ("one", "two")]
    for _ in slow:
        await begun.acquire()
    meanwhile = await house.ask("GET", f"/v1/entries/{entry.id}", "company-1")
    rest.set()

    assert 200 == meanwhile.status_code
    assert {201} == {answer.status_code for answer in await asyncio.gather(*slow)}
