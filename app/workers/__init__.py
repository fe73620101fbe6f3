"""What is due apart from requests; safe to run twice and to stop at any instant."""

import asyncio

import structlog

from app.core.config import Settings
from app.core.database import is_passing, make_engine, make_sessions
from app.workers.housekeeping import forget_old_answers

EVERY_SECONDS = 60
log = structlog.get_logger()


async def work(settings: Settings) -> None:
    """Do what is due, once a minute, until told to stop; a database that is away comes back."""
    engine = make_engine(settings.database_address, settings)
    sessions = make_sessions(engine)
    try:
        while True:
            try:
                forgotten = await forget_old_answers(sessions)
                log.debug("housekeeping", forgotten=forgotten)
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("database away", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)
    finally:
        await engine.dispose()
