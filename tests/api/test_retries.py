"""What is kept of a request to know it again tells nobody what it said."""

import hashlib
import json

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import StoredAnswer
from tests.api.conftest import Gate, truck

BODY = truck(driver={"phone": "0912 345 678"})


async def test_the_fingerprint_of_a_request_is_keyed_so_that_no_phone_is_guessed_from_it(
    gate: Gate, session: AsyncSession
) -> None:
    first = await gate.post("/v1/entries", "company-1", BODY, retry="once")
    stored = (await session.scalars(select(StoredAnswer.fingerprint))).one()
    assert not stored.endswith(plain(first.request.content))
    assert stored.startswith(gate.app.state.process.tools.cipher.mark)
    again = await gate.post("/v1/entries", "company-1", BODY, retry="once")
    assert (first.content, "true") == (again.content, again.headers["Idempotency-Replayed"])
    other = await gate.post("/v1/entries", "company-1", truck(), retry="once")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])


async def test_an_answer_that_the_release_before_has_stored_is_still_replayed(
    gate: Gate, session: AsyncSession
) -> None:
    first = await gate.post("/v1/entries", "company-1", BODY, retry="once")
    mark = plain(first.request.content)
    await session.execute(update(StoredAnswer).values(fingerprint=mark))
    await session.commit()
    again = await gate.post("/v1/entries", "company-1", BODY, retry="once")
    assert first.content == again.content


def plain(body: bytes) -> bytes:
    """Return the fingerprint without a key."""
    assert json.loads(body)
    return hashlib.sha256(b"POST\n/v1/entries\n\n" + body).digest()
