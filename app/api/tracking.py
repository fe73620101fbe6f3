"""Answers to tracking links, kept for a second each: many drivers look, little changes."""

from app.api.schemas.answers import standing_out
from app.api.state import Process
from app.api.texts import Language
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.entries import tracked


async def tracked_bytes(process: Process, today: Today, token: str, language: Language) -> bytes:
    """Return the answer to a token, from memory where it is less than a second old.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    key = (token, language)
    kept = process.tracked.get(key)
    if kept is not None:
        return kept
    async with process.sessions() as session:
        found = await tracked(UnitOfWork(session), today, token)
    answer = standing_out(found, today, language)
    body = answer.__pydantic_serializer__.to_json(answer)
    process.tracked.put(key, body)
    return body
