"""Answers to tracking links."""

from app.api.schemas.answers import standing_out
from app.api.state import Process
from app.api.texts import Language
from app.services.act import Today
from app.services.declarations.entries import tracked


async def tracked_bytes(process: Process, today: Today, token: str, language: Language) -> bytes:
    """Return the answer to a token.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    async with process.reading() as uow:
        found = await tracked(uow, today, token)
    if today.reference is not process.reference:  # a notice came meanwhile
        return await tracked_bytes(process, await process.today(), token, language)
    answer = standing_out(found, today, language)
    return answer.__pydantic_serializer__.to_json(answer)
