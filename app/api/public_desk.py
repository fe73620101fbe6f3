"""Difficulties without a key: what a driver reports by a tracking link, what everybody may read."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from starlette.requests import Request

from app.api.rate_limits import RateLimits, Work
from app.api.schemas.difficulties import LinkedDifficultyIn, LinkedDifficultyOut, linked_out
from app.api.state import Process
from app.repositories.constraints import named_failures
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.crossing.difficulties import (
    Difficulties,
    Difficulty,
    published,
    reported_by_link,
)
from app.services.declarations.entries import entry_of_link


async def report_by_link(
    request: Request, process: Process, today: Today, token: str, body: LinkedDifficultyIn
) -> LinkedDifficultyOut:
    """Keep a driver's difficulty; the service itself is who writes it down.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
        RateExceededError: too many came by this link.
    """
    limits: RateLimits = request.app.state.rate_limits
    with named_failures():
        async with process.sessions.begin() as session:
            uow = UnitOfWork(session)
            entry = await entry_of_link(uow, token)
            limits.admit(request.scope, Work.REPORT, str(entry.id))
            service = await uow.access.service()
            act = Act(today.now, today.reference, service, process.tools)
            difficulty = await Difficulties(uow, act).report_by_link(
                entry, body.rule, body.words, may_publish=body.may_publish
            )
            return linked_out(difficulty, None)


async def linked_difficulties(process: Process, token: str) -> list[LinkedDifficultyOut]:
    """Return what was reported by a link, and the answers.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    async with process.reading() as uow:
        found = await reported_by_link(uow, process.tools, await entry_of_link(uow, token))
        return [linked_out(*one) for one in found]


async def published_difficulties(
    process: Process, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Difficulty]:
    """Return up to `limit` difficulties that everybody may read, after a cursor."""
    async with process.reading() as uow:
        return await published(uow, after, limit)
