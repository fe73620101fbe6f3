"""Where people who are not known yet come to: a transaction of their own, and the clocks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.api.state import Process
from app.clients.oidc import Provider
from app.repositories.constraints import named_failures
from app.repositories.unit_of_work import UnitOfWork
from app.services.access.sessions import SignIn

__all__ = ["Provider", "signing_in"]


@asynccontextmanager
async def signing_in(process: Process) -> AsyncIterator[SignIn]:
    """Let somebody in or out; what was done is stored when the block ends."""
    today = await process.today()
    with named_failures():
        async with process.sessions.begin() as session:
            yield SignIn(UnitOfWork(session), today, process.tools, process.session_clock)
